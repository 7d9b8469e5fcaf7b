// How far rankings by codes agree with rankings by the float rows that were coded.

import { createCodec } from "../../src/codec/codec.js";
import type { EncodedPassage } from "../../src/codec/codec.js";
import { measureCentre } from "../../src/codec/measure-centre.js";
import { centreRowCounts } from "../../src/core/centre.js";
import type { Centre } from "../../src/core/centre.js";
import type { CodeBits, Kernels } from "../../src/kernels/kernels.js";
import type { RowSet } from "./row-sets.js";

const topCount = 10;
const sketchPool = 128;
const centredRows = centreRowCounts.at(-1) ?? 0;

/** The float MaxSim of every query with every passage. */
export interface ExactScores {
  readonly tops: readonly ReadonlySet<number>[];
}

export function exactScores({ dim, passages, queries }: RowSet, kernels: Kernels): ExactScores {
  const rows = concatenated(passages);
  const offsets = offsetsOf(passages.map(({ length }) => length / dim));
  const all = Uint32Array.from(passages, (_, i) => i);
  const scores = new Float32Array(passages.length);
  return {
    tops: queries.map((query) => {
      kernels.maxSimFloat(query, rows, dim, offsets, all, scores);
      return topOf(scores);
    }),
  };
}

export interface Agreement {
  /** Share of the float top 10 that is in the top 10 by codes. */
  readonly recallAt10: number;
  /** Share of the float top 10 that is among the best 128 sketches. */
  readonly sketchTop10In128: number;
}

export function measureCodes(
  { dim, passages, queries }: RowSet,
  { tops }: ExactScores,
  { bits, kernels }: { readonly bits: CodeBits; readonly kernels: Kernels },
): Agreement {
  const centring = { centre: centreOf(passages, dim), rowCount: centredRows, isFixed: true };
  const codec = createCodec({ dim, bits, sketchBits: bits, seed: 1, centring }, kernels);
  const coded = passages.map((values) =>
    codec.encodePassage({ dim, values, rowCount: values.length / dim }),
  );
  const score = createScoring(coded, { dim, bits, kernels });
  let found = 0;
  let foundBySketch = 0;
  for (const [i, values] of queries.entries()) {
    const query = codec.encodeQuery({ dim, values, rowCount: values.length / dim });
    const top = tops[i] ?? new Set<number>();
    const { best, sketched } = score(query);
    found += best.filter((passage) => top.has(passage)).length;
    foundBySketch += sketched.filter((passage) => top.has(passage)).length;
  }
  const total = topCount * queries.length;
  return { recallAt10: found / total, sketchTop10In128: foundBySketch / total };
}

/** As a collection measures it: over its first passages. */
function centreOf(passages: readonly Float32Array[], dim: number): Centre | undefined {
  let rowCount = 0;
  const end = passages.findIndex(({ length }) => (rowCount += length / dim) >= centredRows);
  return measureCentre(passages.slice(0, end < 0 ? passages.length : end + 1), dim);
}

type Scoring = (query: ReturnType<ReturnType<typeof createCodec>["encodeQuery"]>) => {
  readonly best: readonly number[];
  readonly sketched: readonly number[];
};

function createScoring(
  coded: readonly EncodedPassage[],
  { dim, bits, kernels }: { dim: number; bits: CodeBits; kernels: Kernels },
): Scoring {
  const codes = { bytes: Buffer.concat(coded.map((one) => one.codes)), dim, bits };
  const sketches = { bytes: Buffer.concat(coded.map(({ sketch }) => sketch)), dim, bits };
  const offsets = offsetsOf(coded.map(({ tokenCount }) => tokenCount));
  const all = Uint32Array.from(coded, (_, i) => i);
  const scores = new Float32Array(coded.length);
  const eligible = new Uint8Array(Math.ceil(coded.length / 8)).fill(255);
  const outRows = new Uint32Array(sketchPool);
  const outScores = new Int32Array(sketchPool);
  return ({ tokens, sketch }) => {
    kernels.maxSimBatch(tokens, codes, offsets, all, scores);
    const best = [...topOf(scores)];
    const { rows } = sketch;
    const { length } = coded;
    kernels.sketchScan(rows, sketches, length, eligible, sketchPool, outRows, outScores);
    return { best, sketched: Array.from(outRows) };
  };
}

/** Mean cosine of two different rows of a set. */
export function meanCosineOf({ dim, passages }: RowSet): number {
  const sums = new Float64Array(dim);
  let rowCount = 0;
  for (const rows of passages) {
    rowCount += rows.length / dim;
    for (const [i, value] of rows.entries()) sums[i % dim] = (sums[i % dim] ?? 0) + value;
  }
  const square = sums.reduce((sum, value) => sum + value * value, 0);
  return (square - rowCount) / (rowCount * (rowCount - 1));
}

function topOf(scores: Float32Array): Set<number> {
  const order = Array.from(scores, (score, passage) => ({ score, passage }));
  order.sort((a, b) => b.score - a.score || a.passage - b.passage);
  return new Set(order.slice(0, topCount).map(({ passage }) => passage));
}

function offsetsOf(counts: readonly number[]): Uint32Array {
  let end = 0;
  return Uint32Array.from([0, ...counts], (count) => (end += count));
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
