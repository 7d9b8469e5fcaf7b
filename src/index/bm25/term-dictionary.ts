// Ids of terms given as bytes; no string is made and hashed per lookup.

import { createNearTest } from "./near-terms.js";
import type { NearWord } from "./near-terms.js";
import { hashTerm } from "./postings-format.js";

/** Terms numbered from 0 in the order in which they are added. */
export class TermDictionary {
  /** Id + 1, or 0; at most half full, so that probes are short. */
  #table = new Uint32Array(2048);
  #ends = new Uint32Array(1024);
  #text = new Uint8Array(8192);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  text(id: number): string {
    const start = this.#startOf(id);
    return Buffer.from(this.#text.buffer, start, this.#ends[id]! - start).toString("utf8");
  }

  /** Id of the term [start, end) of `utf8`, which is added if it is new. */
  add(utf8: Uint8Array, start: number, end: number): number {
    const slot = this.#slotOf(utf8, start, end);
    const found = this.#table[slot]!;
    if (found !== 0) return found - 1;
    const at = this.#startOf(this.#size);
    const textEnd = at + end - start;
    if (textEnd > this.#text.length)
      this.#text = grown(this.#text, Math.max(textEnd, 2 * this.#text.length));
    for (let i = start; i < end; i += 1) this.#text[at + i - start] = utf8[i]!;
    this.#ends[this.#size] = textEnd;
    this.#size += 1;
    this.#table[slot] = this.#size;
    if (this.#size === this.#ends.length) this.#grow();
    return this.#size - 1;
  }

  /** -1: it was never added. */
  find(utf8: Uint8Array): number {
    return this.#table[this.#slotOf(utf8, 0, utf8.length)]! - 1;
  }

  /** Ids of all terms with this prefix, ascending. O(terms). */
  findPrefix(utf8: Uint8Array): number[] {
    const text = this.#text;
    const found: number[] = [];
    for (let id = 0; id < this.#size; id += 1) {
      const at = this.#startOf(id);
      if (this.#ends[id]! - at < utf8.length) continue;
      let i = 0;
      while (i < utf8.length && text[at + i] === utf8[i]) i += 1;
      if (i === utf8.length) found.push(id);
    }
    return found;
  }

  /** Ids of all terms that differ from a word by a few letters, ascending. O(terms). */
  findNear(word: NearWord): number[] {
    const isNear = createNearTest(word);
    const found: number[] = [];
    for (let id = 0; id < this.#size; id += 1)
      if (isNear(this.#text, this.#startOf(id), this.#ends[id])) found.push(id);
    return found;
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]!;
  }

  /** Slot of the term, or the empty slot where it belongs. */
  #slotOf(utf8: Uint8Array, start: number, end: number): number {
    const table = this.#table;
    const text = this.#text;
    const mask = table.length - 1;
    const length = end - start;
    let slot = hashTerm(utf8, start, end) & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask) {
      const id = table[slot]! - 1;
      const at = this.#startOf(id);
      if (this.#ends[id]! - at !== length) continue;
      let i = 0;
      while (i < length && text[at + i] === utf8[start + i]) i += 1;
      if (i === length) break;
    }
    return slot;
  }

  #grow(): void {
    this.#ends = grown(this.#ends, 2 * this.#ends.length);
    this.#table = new Uint32Array(2 * this.#table.length);
    for (let id = 0; id < this.#size; id += 1)
      this.#table[this.#slotOf(this.#text, this.#startOf(id), this.#ends[id]!)] = id + 1;
  }
}

function grown<Values extends Uint8Array | Uint32Array>(values: Values, length: number): Values {
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.set(values);
  return larger;
}
