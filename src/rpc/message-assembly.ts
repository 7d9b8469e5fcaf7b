// Assembles messages from received chunks. A large message is copied chunk by chunk, so that its
// end does not block on a copy of the whole.

export interface MessageAssembly {
  /** Appends the next bytes of the message, at most as many as are missing. */
  add(bytes: Buffer): void;
  /** The complete message, after all bytes were added. */
  whole(): Buffer;
}

/**
 * The buffer for a large message is allocated after this share of it has arrived, since an
 * announced length alone must not cost memory.
 */
const earnestPart = 1 / 8;
/** Messages up to this size are concatenated at their end, in a fraction of a millisecond. */
const smallBytes = 256 * 1024;

export function startMessage(byteCount: number): MessageAssembly {
  const parts: Buffer[] = [];
  let received = 0;
  let room: Buffer | undefined;
  const makeRoom = (): Buffer => {
    const made = Buffer.allocUnsafeSlow(byteCount);
    let at = 0;
    for (const part of parts.splice(0)) at += part.copy(made, at);
    return made;
  };
  return {
    add(bytes) {
      if (room === undefined) parts.push(bytes);
      else bytes.copy(room, received);
      received += bytes.length;
      const isEarnest = byteCount > smallBytes && received >= earnestPart * byteCount;
      if (room === undefined && isEarnest) room = makeRoom();
    },
    whole: () => room ?? Buffer.concat(parts, byteCount),
  };
}
