// Which passages of a segment belong to documents of certain keys.

/** Keys of the passages, one after another, as segment-format.ts has them. */
export interface PassageKeys {
  /** End of each key. */
  readonly ends: Uint32Array;
  /** UTF-8. */
  readonly bytes: Uint8Array;
}

/**
 * Sets the bit of each passage whose key is one of `wanted`. O(passages + bytes of keys that are as
 * long as a wanted one).
 */
export function matchKeys(
  { ends, bytes }: PassageKeys,
  wanted: readonly string[],
  bits: Uint32Array,
): void {
  // One character a byte: distinct for distinct bytes, and quicker to make than the text.
  const keys = new Set(wanted.map((key) => Buffer.from(key, "utf8").toString("latin1")));
  const lengths = new Set(Array.from(keys, ({ length }) => length));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = 0;
  for (let ordinal = 0; ordinal < ends.length; ordinal += 1) {
    const end = ends[ordinal]!;
    if (lengths.has(end - start) && keys.has(buffer.toString("latin1", start, end)))
      bits[ordinal >>> 5]! |= 1 << (ordinal & 31);
    start = end;
  }
}

/** The same for keys that begin with `prefix`. */
export function matchKeyPrefix(
  { ends, bytes }: PassageKeys,
  prefix: string,
  bits: Uint32Array,
): void {
  const utf8 = Buffer.from(prefix, "utf8");
  let start = 0;
  for (let ordinal = 0; ordinal < ends.length; ordinal += 1) {
    const end = ends[ordinal]!;
    let same = 0;
    if (end - start >= utf8.length)
      while (same < utf8.length && bytes[start + same] === utf8[same]) same += 1;
    if (same === utf8.length) bits[ordinal >>> 5]! |= 1 << (ordinal & 31);
    start = end;
  }
}
