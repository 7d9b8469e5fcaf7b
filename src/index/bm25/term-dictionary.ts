// Numbers for terms that come as bytes: strings would be made, hashed and thrown away for each.

import { createNearTest } from "./near-terms.js";
import type { NearWord } from "./near-terms.js";
import { hashTerm } from "./postings-format.js";

export interface TermDictionary {
  readonly size: number;
  /** The term with this number. */
  text(id: number): string;
  /** Number of the term [start, end) of `utf8`, from 0 in the order in which they come first. */
  add(utf8: Uint8Array, start: number, end: number): number;
  /** -1: it was never added. */
  find(utf8: Uint8Array): number;
  /** Numbers of all terms that begin so, ascending. O(terms). */
  findPrefix(utf8: Uint8Array): number[];
  /** Numbers of all terms that differ from a word by a few letters, ascending. O(terms). */
  findNear(word: NearWord): number[];
}

export function createTermDictionary(): TermDictionary {
  /** Number + 1, or 0; at most half full, so that a search ends soon. */
  let table = new Uint32Array(2048);
  let ends = new Uint32Array(1024);
  let text = new Uint8Array(8192);
  let size = 0;

  const startOf = (id: number): number => (id === 0 ? 0 : ends[id - 1]!);
  /** Slot of the term, or the empty slot where it belongs. */
  const slotOf = (utf8: Uint8Array, start: number, end: number): number => {
    const mask = table.length - 1;
    const length = end - start;
    let slot = hashTerm(utf8, start, end) & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask) {
      const id = table[slot]! - 1;
      const at = startOf(id);
      if (ends[id]! - at !== length) continue;
      let i = 0;
      while (i < length && text[at + i] === utf8[start + i]) i += 1;
      if (i === length) break;
    }
    return slot;
  };
  const grow = (): void => {
    ends = grown(ends, 2 * ends.length);
    table = new Uint32Array(2 * table.length);
    for (let id = 0; id < size; id += 1) table[slotOf(text, startOf(id), ends[id]!)] = id + 1;
  };

  return {
    get size() {
      return size;
    },
    text: (id) => Buffer.from(text.buffer, startOf(id), ends[id]! - startOf(id)).toString("utf8"),
    add(utf8, start, end) {
      const slot = slotOf(utf8, start, end);
      if (table[slot] !== 0) return table[slot]! - 1;
      const at = startOf(size);
      const textEnd = at + end - start;
      if (textEnd > text.length) text = grown(text, Math.max(textEnd, 2 * text.length));
      for (let i = start; i < end; i += 1) text[at + i - start] = utf8[i]!;
      ends[size] = textEnd;
      size += 1;
      table[slot] = size;
      if (size === ends.length) grow();
      return size - 1;
    },
    find: (utf8) => table[slotOf(utf8, 0, utf8.length)]! - 1,
    findPrefix(utf8) {
      const found: number[] = [];
      for (let id = 0; id < size; id += 1) {
        const at = startOf(id);
        if (ends[id]! - at < utf8.length) continue;
        let i = 0;
        while (i < utf8.length && text[at + i] === utf8[i]) i += 1;
        if (i === utf8.length) found.push(id);
      }
      return found;
    },
    findNear(word) {
      const isNear = createNearTest(word);
      const found: number[] = [];
      for (let id = 0; id < size; id += 1) if (isNear(text, startOf(id), ends[id])) found.push(id);
      return found;
    },
  };
}

function grown<Values extends Uint8Array | Uint32Array>(values: Values, length: number): Values {
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.set(values);
  return larger;
}
