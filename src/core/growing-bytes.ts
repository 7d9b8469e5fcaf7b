// Bytes that are appended by one thread and read by others through snapshots.

/** Append-only; a snapshot stays valid, since growth copies to a new buffer. */
export interface GrowingBytes {
  readonly length: number;
  /** Adds `bytes` at the end; amortized O(bytes). */
  append(bytes: Uint8Array): void;
  /** The buffer of the moment: bytes [0, length) never change in it. */
  buffer(): SharedArrayBuffer;
}

/** `capacity`: bytes reserved at first; memory is only taken up as it is written. */
export function createGrowingBytes(capacity: number): GrowingBytes {
  let view = new Uint8Array(new SharedArrayBuffer(capacity));
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      if (length + bytes.length > view.length) {
        const larger = new Uint8Array(
          new SharedArrayBuffer(Math.max(length + bytes.length, view.length * 2)),
        );
        larger.set(view.subarray(0, length));
        view = larger;
      }
      view.set(bytes, length);
      length += bytes.length;
    },
    buffer: () => view.buffer,
  };
}
