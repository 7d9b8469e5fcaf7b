// Cache of the terms of words.

import { limits } from "../core/limits.js";

/** Two generations, so that rare words do not evict frequent ones. */
export function createTermCache<Terms extends string | object>(
  make: (word: string) => Terms,
): (word: string) => Terms {
  let young = new Map<string, Terms>();
  let old = new Map<string, Terms>();
  return (word) => {
    const known = young.get(word);
    if (known !== undefined) return known;
    // V8 slices of 13 or more code units retain the whole text, which a cache must not keep alive.
    const key = word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le");
    const terms = old.get(key) ?? make(key);
    if (word.length > limits.termBytesMax) return terms;
    if (young.size >= limits.termCacheWordsMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, terms);
    return terms;
  };
}

/** Truncates to `bytesMax` bytes of UTF-8 at a character boundary. */
export function cutTerm(word: string, bytesMax: number): string {
  // No UTF-16 code unit takes more than three bytes.
  if (word.length * 3 <= bytesMax) return word;
  const bytes = Buffer.from(word, "utf8");
  if (bytes.length <= bytesMax) return word;
  let end = bytesMax;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
