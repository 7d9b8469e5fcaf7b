// Seeded passages that behave like a corpus and cost little to make: topics, words that recur, text
// of the same words, queries that are about one passage each.

import type { Document, GivenVectors, VectorType } from "../../src/core/document.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";

export interface PassageSource {
  /** Passage `i`; the same whatever was made before it. */
  passage(i: number): Document;
  /** A query of `tokenCount` rows about passage `i`: some of its words, and noise of its own. */
  query(i: number, tokenCount: number): { readonly text: string; readonly vectors: GivenVectors };
}

export interface PassageOptions {
  readonly seed: number;
  readonly dim: number;
  /** Token rows a passage. */
  readonly tokens: number;
  /** Words of text a passage; 0: no text. */
  readonly words: number;
  readonly type: VectorType & ("float32" | "int8");
}

/** Passages share as many topics as this; real collections have more the larger they are. */
const topicCount = 4096;
const vocabularySize = 30_000;
/** A word is a window into the noise table, so that no table of words is needed. */
const noiseCount = 1 << 20;
/** Parts of a row before it is brought to unit length: passage and word. */
const weights = { topic: 0.45, own: 0.35, word: 0.8, query: 0.35 } as const;

export function createPassageSource(options: PassageOptions): PassageSource {
  const { seed, dim, tokens, words } = options;
  const noise = unitNoise(seed, dim);
  const passageAt = (i: number): Draft => {
    const prng = createPrng(seed + Math.imul(i + 1, 0x9e3779b1));
    const context = new Float32Array(dim);
    addWindow(context, noise, windowOf(`topic`, prng.nextUint32() % topicCount), weights.topic);
    addWindow(context, noise, prng.nextUint32() % (noiseCount - dim), weights.own);
    const wordIds = Array.from({ length: Math.max(tokens, words) }, () => zipf(prng));
    return { prng, context, wordIds };
  };
  const vectors = (context: Float32Array, wordIds: readonly number[]): GivenVectors => {
    const rows = new Float32Array(wordIds.length * dim);
    for (const [row, word] of wordIds.entries())
      fillRow(rows, row * dim, { context, noise, window: windowOf("word", word) });
    const bytes = options.type === "int8" ? toInt8(rows) : new Uint8Array(rows.buffer);
    return { type: options.type, dim, bytes };
  };
  return {
    passage(i) {
      const { context, wordIds } = passageAt(i);
      const text = wordIds.slice(0, words).map(wordText).join(" ");
      const rows = vectors(context, wordIds.slice(0, tokens));
      return { key: `p${i}`, title: "", text, fields: new Map(), vectors: rows };
    },
    query(i, tokenCount) {
      const { prng, context, wordIds } = passageAt(i);
      addWindow(context, noise, prng.nextUint32() % (noiseCount - dim), weights.query);
      const asked = Array.from(
        { length: tokenCount },
        () => wordIds[prng.nextUint32() % tokens] ?? 0,
      );
      const text = asked.slice(0, 6).map(wordText).join(" ");
      return { text, vectors: vectors(context, asked) };
    },
  };
}

interface Draft {
  readonly prng: Prng;
  /** What all rows of a passage have in common. */
  readonly context: Float32Array;
  readonly wordIds: readonly number[];
}

/** Near to normal, scaled so that a window of `dim` values has about unit length. */
function unitNoise(seed: number, dim: number): Float32Array {
  const prng = createPrng(seed ^ 0x5ca1e);
  // The sum of three uniform numbers has a variance of 1/4.
  const scale = 2 / Math.sqrt(dim);
  return Float32Array.from(
    { length: noiseCount },
    () => scale * (prng.nextFloat() + prng.nextFloat() + prng.nextFloat() - 1.5),
  );
}

function windowOf(kind: "topic" | "word", id: number): number {
  return createPrng(Math.imul(id + 1, kind === "topic" ? 7919 : 104_729)).nextUint32() & 0xf_fc00;
}

function addWindow(to: Float32Array, noise: Float32Array, at: number, weight: number): void {
  for (let j = 0; j < to.length; j += 1) to[j] = to[j]! + weight * noise[at + j]!;
}

function fillRow(
  rows: Float32Array,
  at: number,
  from: { readonly context: Float32Array; readonly noise: Float32Array; readonly window: number },
): void {
  const { context, noise, window } = from;
  const dim = context.length;
  let square = 0;
  for (let j = 0; j < dim; j += 1) {
    const value = context[j]! + weights.word * noise[window + j]!;
    rows[at + j] = value;
    square += value * value;
  }
  const factor = 1 / Math.sqrt(square);
  for (let j = at; j < at + dim; j += 1) rows[j] = rows[j]! * factor;
}

function toInt8(rows: Float32Array): Uint8Array {
  const values = new Int8Array(rows.length);
  // Coordinates of a unit row in some hundred dimensions stay far below 1/4.
  for (let i = 0; i < rows.length; i += 1)
    values[i] = Math.max(-127, Math.min(127, Math.round(508 * rows[i]!)));
  return new Uint8Array(values.buffer);
}

/** Word ids by Zipf's law with exponent 1. */
function zipf(prng: Prng): number {
  return Math.floor(vocabularySize ** prng.nextFloat()) - 1;
}

const syllables = ["ba", "do", "ke", "li", "mu", "na", "po", "ra", "se", "ti"];

/** Words that no stemmer shortens to the same stem. */
function wordText(id: number): string {
  return `${Array.from(String(id + 10), (digit) => syllables[Number(digit)]).join("")}x`;
}
