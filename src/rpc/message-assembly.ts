// Messages out of the pieces that they come in. A large one is copied into place piece by piece, so
// that its end does not cost a copy of the whole at once.

export interface MessageAssembly {
  /** The next bytes of the message, at most as many as are missing. */
  add(bytes: Buffer): void;
  /** The message, once all of its bytes were added. */
  whole(): Buffer;
}

/**
 * Of this part of a large message, room for the whole is made: an announced length alone costs its
 * sender nothing, and must not cost memory.
 */
const earnestPart = 1 / 8;
/** Up to here a message is joined at its end: a fraction of a millisecond. */
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
