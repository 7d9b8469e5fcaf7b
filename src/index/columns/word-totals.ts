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

export function createWordTotals(): WordTotals {
  let mask = 1023;
  /** Place of a word plus 1; 0: free. */
  let slots = new Uint32Array(mask + 1);
  const hashes: number[] = [];
  const totals: number[] = [];
  /** The column of each word, and its number there. */
  const columns: Column[] = [];
  const numbers: number[] = [];
  const grow = (): void => {
    mask = 2 * mask + 1;
    slots = new Uint32Array(mask + 1);
    for (const [place, hash] of hashes.entries()) {
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = place + 1;
    }
  };
  const addWord = (column: Column, number: number, count: number): void => {
    const hash = hashOf(column, number);
    let slot = hash & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const place = found - 1;
      if (hashes[place] === hash && isSame(columns[place]!, numbers[place]!, column, number)) {
        totals[place]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    hashes.push(hash);
    totals.push(count);
    columns.push(column);
    numbers.push(number);
    slots[slot] = hashes.length;
    if (2 * hashes.length > mask) grow();
  };
  return {
    add(column, counts) {
      for (let number = 0; number < counts.length; number += 1)
        if (counts[number]! > 0) addWord(column, number, counts[number]!);
    },
    counts: () => Uint32Array.from(totals),
    word: (place) => columns[place]!.word(numbers[place]!),
  };
}

/** FNV-1a over the bytes. */
function hashOf(column: Column, number: number): number {
  const { wordBytes, wordEnds } = column;
  const end = wordEnds[number]!;
  let hash = 0x811c9dc5;
  for (let at = startOf(column, number); at < end; at += 1)
    hash = Math.imul(hash ^ wordBytes[at]!, 0x01000193);
  return hash >>> 0;
}

function isSame(a: Column, aNumber: number, b: Column, bNumber: number): boolean {
  const aStart = startOf(a, aNumber);
  const bStart = startOf(b, bNumber);
  const length = a.wordEnds[aNumber]! - aStart;
  if (length !== b.wordEnds[bNumber]! - bStart) return false;
  for (let i = 0; i < length; i += 1)
    if (a.wordBytes[aStart + i] !== b.wordBytes[bStart + i]) return false;
  return true;
}

function startOf({ wordEnds }: Column, number: number): number {
  return number === 0 ? 0 : wordEnds[number - 1]!;
}
