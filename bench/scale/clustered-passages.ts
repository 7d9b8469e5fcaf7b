// Seeded passages that resemble a corpus and are cheap to generate: topics, recurring words, text
// of the same words, and queries about one passage each.

import type { Document, PrecomputedVectors, VectorType } from "../../src/core/document.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";

export interface PassageSource {
  /** Passage `i`, independent of what was generated before. */
  passage(i: number): Document;
  /** A query with `tokenCount` vectors about passage `i`: some of its words, with noise. */
  query(
    i: number,
    tokenCount: number,
  ): { readonly text: string; readonly vectors: PrecomputedVectors };
}

export interface PassageOptions {
  readonly seed: number;
  readonly dim: number;
  /** Token vectors per passage. */
  readonly tokens: number;
  /** Words of text per passage; 0 for no text. */
  readonly words: number;
  /** int8 takes a tenth of the time, since vectors are generated in this form. */
  readonly type: VectorType & ("float32" | "int8");
}

/**
 * Topics are nested. In a corpus of any size some passages are therefore close to each other, more
 * are less close, and the best have near rivals.
 */
const topicCounts = [64, 512, 4096, 32_768, 262_144] as const;
const vocabularySize = 200_000;
/** The most common words, which a stop word list would remove. */
const stoppedRanks = 30;
/** A topic or word is a window into the noise table, so no table of them is needed. */
const noiseCount = 1 << 20;
/**
 * Components of a vector before normalization. With these weights sketches find about as many of
 * MaxSim's best passages as on real text, and tokens of a passage are about as similar as a
 * model's.
 */
const weights = { topics: [0.5, 0.3, 0.25, 0.2, 0.2], own: 0.3, word: 0.6, query: 0.2 } as const;
/**
 * Standard deviation of a component of weight 1: the sum of all components at 3 deviations fits
 * int8.
 */
const level = 20;

export function createPassageSource(options: PassageOptions): PassageSource {
  const { dim, tokens, words, type } = options;
  const noise = bellNoise(options.seed);
  const wordNoise = Int8Array.from(noise, (value) => Math.round(weights.word * value));
  const wordFours = new Int32Array(wordNoise.buffer);
  const draftOf = (i: number): Draft => {
    const prng = createPrng(options.seed + Math.imul(i + 1, 0x9e3779b1));
    const context = new Float32Array(dim);
    const topic = prng.nextUint32() % topicCounts[4];
    const path = topicCounts.map((count) => Math.floor((topic * count) / topicCounts[4]));
    for (const [level, id] of path.entries())
      addWindow(context, noise, windowOf(6101 + 8 * level, id), weights.topics[level] ?? 0);
    addWindow(context, noise, prng.nextUint32() % (noiseCount - dim), weights.own);
    const wordIds: number[] = [];
    for (let n = Math.max(tokens, words); n > 0; n -= 1)
      wordIds.push(prng.nextUint32() % 2 === 0 ? zipf(prng) : ownWord(path[1] ?? 0, zipf(prng)));
    return { prng, context, wordIds };
  };
  const vectorsOf = (context: Float32Array, wordIds: readonly number[]): PrecomputedVectors => {
    const rows = new Int8Array(wordIds.length * dim);
    const shared = new Int8Array(dim);
    for (let j = 0; j < dim; j += 1) shared[j] = Math.round(context[j]!);
    const fours = new Int32Array(rows.buffer);
    const from = { shared: new Int32Array(shared.buffer), words: wordFours };
    for (let row = 0; row < wordIds.length; row += 1)
      fillRow(fours, (row * dim) / 4, { ...from, window: wordWindows[wordIds[row]!]! / 4 });
    const bytes = type === "int8" ? new Uint8Array(rows.buffer) : toUnitFloats(rows, dim);
    return { type, dim, bytes };
  };
  return {
    passage(i) {
      const { context, wordIds } = draftOf(i);
      const text = wordIds.slice(0, words).map(wordText).join(" ");
      const vectors = vectorsOf(context, wordIds.slice(0, tokens));
      return { key: `p${i}`, title: "", text, fields: new Map(), vectors };
    },
    query(i, tokenCount) {
      const { prng, context, wordIds } = draftOf(i);
      addWindow(context, noise, prng.nextUint32() % (noiseCount - dim), weights.query);
      const asked = Array.from({ length: tokenCount }, () => wordIds[prng.nextUint32() % tokens]!);
      return {
        text: asked.slice(0, 6).map(wordText).join(" "),
        vectors: vectorsOf(context, asked),
      };
    },
  };
}

interface Draft {
  readonly prng: Prng;
  /** What all vectors of a passage share. */
  readonly context: Float32Array;
  readonly wordIds: readonly number[];
}

/** Approximately normal, with a standard deviation of `level`. */
function bellNoise(seed: number): Float32Array {
  const prng = createPrng(seed ^ 0x5ca1e);
  // The sum of three uniform numbers has a standard deviation of 1/2.
  return Float32Array.from(
    { length: noiseCount },
    () => 2 * level * (prng.nextFloat() + prng.nextFloat() + prng.nextFloat() - 1.5),
  );
}

function windowOf(kind: number, id: number): number {
  return createPrng(Math.imul(id + 1, kind)).nextUint32() & 0xf_fc00;
}

const wordWindows = Int32Array.from({ length: vocabularySize }, (_, id) => windowOf(104_729, id));

function addWindow(to: Float32Array, noise: Float32Array, at: number, weight: number): void {
  for (let j = 0; j < to.length; j += 1) to[j] = to[j]! + weight * noise[at + j]!;
}

/**
 * Adds int8 values, four at a time; the top bits are added separately, so that nothing carries
 * over.
 */
function fillRow(
  rows: Int32Array,
  at: number,
  from: { readonly shared: Int32Array; readonly words: Int32Array; readonly window: number },
): void {
  const { shared, words, window } = from;
  for (let j = 0; j < shared.length; j += 1) {
    const a = shared[j]!;
    const b = words[window + j]!;
    rows[at + j] = ((a & 0x7f7f7f7f) + (b & 0x7f7f7f7f)) ^ ((a ^ b) & 0x80808080);
  }
}

function toUnitFloats(rows: Int8Array, dim: number): Uint8Array {
  const values = Float32Array.from(rows);
  for (let at = 0; at < values.length; at += dim) {
    let square = 0;
    for (let j = at; j < at + dim; j += 1) square += values[j]! * values[j]!;
    const factor = 1 / Math.sqrt(square);
    for (let j = at; j < at + dim; j += 1) values[j] = values[j]! * factor;
  }
  return new Uint8Array(values.buffer);
}

/** Word ids by Zipf's law with exponent 1. */
function zipf(prng: Prng): number {
  const rank = stoppedRanks * (vocabularySize / stoppedRanks) ** prng.nextFloat();
  return Math.floor(rank) - stoppedRanks;
}

/** Each topic has its own words: the same distribution over a permuted vocabulary. */
function ownWord(topic: number, id: number): number {
  return (id * 7 + 389 * (topic + 1)) % vocabularySize;
}

const syllables = ["ba", "do", "ke", "li", "mu", "na", "po", "ra", "se", "ti"];
const wordTexts: string[] = [];

/** Words with pairwise different stems. */
function wordText(id: number): string {
  return (wordTexts[id] ??=
    `${Array.from(String(id + 10), (digit) => syllables[Number(digit)]).join("")}x`);
}
