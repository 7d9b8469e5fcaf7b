// Counts by the bytes of words, which each segment numbers in its own way: no text is made of a word
// that is not listed.

import type { Column } from "./columns-reader.js";

export interface WordTotals {
  /** `counts`: by number of the column's words. */
  add(column: Column, counts: Uint32Array): void;
  /** By place of the word. */
  counts(): Uint32Array;
  word(place: number): string;
}

interface Word {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export function createWordTotals(): WordTotals {
  let mask = 1023;
  /** Place of a word plus 1; 0: free. */
  let slots = new Uint32Array(mask + 1);
  const hashes: number[] = [];
  const words: Word[] = [];
  const totals: number[] = [];
  const grow = (): void => {
    mask = 2 * mask + 1;
    slots = new Uint32Array(mask + 1);
    for (const [place, hash] of hashes.entries()) {
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
  };
  const addWord = (word: Word, count: number): void => {
    const hash = hashOf(word);
    let slot = hash & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if (hashes[found - 1] === hash && isSame(words[found - 1]!, word)) {
        totals[found - 1]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    hashes.push(hash);
    words.push(word);
    totals.push(count);
    slots[slot] = words.length;
    if (2 * words.length > mask) grow();
  };
  return {
    add(column, counts) {
      for (const [number, count] of counts.entries())
        if (count > 0) addWord(column.wordPlace(number), count);
    },
    counts: () => Uint32Array.from(totals),
    word(place) {
      const { bytes, start, end } = words[place]!;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8", start, end);
    },
  };
}

/** FNV-1a over the bytes. */
function hashOf({ bytes, start, end }: Word): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}

function isSame(a: Word, b: Word): boolean {
  const length = a.end - a.start;
  if (length !== b.end - b.start) return false;
  for (let i = 0; i < length; i += 1)
    if (a.bytes[a.start + i] !== b.bytes[b.start + i]) return false;
  return true;
}
