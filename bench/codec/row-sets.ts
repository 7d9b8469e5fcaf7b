// Token vectors that codes are measured on: seeded ones of a given mean cosine, and the embedded
// model's for texts.

import { join } from "node:path";

import { createPrng } from "../../src/core/prng.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createLateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { openBeirFolder } from "../../src/importers/beir.js";

export interface RowSet {
  readonly name: string;
  readonly dim: number;
  /** Unit rows of each passage, row-major. */
  readonly passages: readonly Float32Array[];
  readonly queries: readonly Float32Array[];
}

const passageCount = 500;
const queryCount = 200;
const passageRows = 32;
const queryRows = 16;
const topicCount = 60;
const wordCount = 1500;
/** Parts of a row that its word, its passage's topic and nothing else determine. */
const weights = { word: 0.7, topic: 0.5, own: 0.5 } as const;

/** Rows of seeded words without a common direction, and one direction to add to them. */
export interface SeededRows {
  /** Rows shifted along the direction until two have this mean cosine. */
  withMeanCosine(meanCosine: number): RowSet;
}

/**
 * Words recur by Zipf's law; a passage has one topic; a query has words of one passage, each with
 * noise of its own.
 */
export function createSeededRows(dim: number, seed: number): SeededRows {
  const normal = createNormal(seed);
  const prng = createPrng(seed + 1);
  const direction = unit(normal, dim);
  const words = Array.from({ length: wordCount }, () => unit(normal, dim));
  const topics = Array.from({ length: topicCount }, () => unit(normal, dim));
  const drawWord = createZipf(() => prng.nextFloat());
  const place = (countMax: number): number => Math.floor(prng.nextFloat() * countMax);
  const rowsOf = (wordPlaces: readonly number[], topic: number): Float32Array => {
    const rows = new Float32Array(wordPlaces.length * dim);
    for (const [i, word] of wordPlaces.entries()) {
      const own = unit(normal, dim);
      const row = rows.subarray(i * dim, (i + 1) * dim);
      for (let j = 0; j < dim; j += 1)
        row[j] =
          weights.word * (words[word]?.[j] ?? 0) +
          weights.topic * (topics[topic]?.[j] ?? 0) +
          weights.own * (own[j] ?? 0);
      normalize(row);
    }
    return rows;
  };
  const drawn = Array.from({ length: passageCount }, () => {
    const places = Array.from({ length: passageRows }, drawWord);
    return { places, topic: place(topicCount) };
  });
  const passages = drawn.map(({ places, topic }) => rowsOf(places, topic));
  const queries = Array.from({ length: queryCount }, () => {
    const { places, topic } = drawn[place(passageCount)] ?? { places: [], topic: 0 };
    const asked = Array.from({ length: queryRows }, () => places[place(passageRows)] ?? 0);
    return rowsOf(asked, topic);
  });
  return {
    withMeanCosine(meanCosine) {
      const shift = { direction, meanCosine };
      const shifted = (rows: Float32Array): Float32Array => shiftRows(rows, shift);
      return {
        name: "seeded",
        dim,
        passages: passages.map(shifted),
        queries: queries.map(shifted),
      };
    },
  };
}

function shiftRows(
  rows: Float32Array,
  { direction, meanCosine }: { readonly direction: Float32Array; readonly meanCosine: number },
): Float32Array {
  const dim = direction.length;
  const common = Math.sqrt(meanCosine);
  const rest = Math.sqrt(1 - meanCosine);
  const shifted = rows.map((value, i) => common * (direction[i % dim] ?? 0) + rest * value);
  for (let at = 0; at < shifted.length; at += dim) normalize(shifted.subarray(at, at + dim));
  return shifted;
}

/** Normally distributed numbers by the method of Box and Muller (1958). */
function createNormal(seed: number): () => number {
  const prng = createPrng(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - prng.nextFloat()));
    return radius * Math.cos(2 * Math.PI * prng.nextFloat());
  };
}

function unit(normal: () => number, dim: number): Float32Array {
  const row = Float32Array.from({ length: dim }, normal);
  normalize(row);
  return row;
}

function normalize(row: Float32Array): void {
  const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  for (const [j, value] of row.entries()) row[j] = value / norm;
}

/** Places of words, drawn with a frequency of 1 / rank^0.8. */
function createZipf(nextFloat: () => number): () => number {
  const ends: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= wordCount; rank += 1) ends.push((total += rank ** -0.8));
  return () => {
    const at = nextFloat() * total;
    return ends.findIndex((end) => at < end);
  };
}

const modelName = "bge-small-en-v1.5-late";

/** Rows of a set's first documents and queries, by the embedded model. About 0.2 s a document. */
export async function encodeRows(name: string, folder: string): Promise<RowSet> {
  const opened = await openModelFolder(join(repositoryRoot(), "models", modelName));
  const encoder = await createLateInteractionEncoder(opened);
  const beir = await openBeirFolder(folder);
  const passages: Float32Array[] = [];
  for await (const { document } of beir.readCorpus()) {
    if (document === undefined) continue;
    for (const { text } of encoder.splitPassages(document))
      passages.push((await encoder.encodePassage(text)).values);
    if (passages.length >= encodedPassagesMin) break;
  }
  const queries: Float32Array[] = [];
  for await (const { value } of beir.readQueries()) {
    if (value !== undefined) queries.push((await encoder.encodeQuery(value.text)).rows.values);
    if (queries.length >= queryCount) break;
  }
  const { dim } = encoder;
  return { name, dim, passages, queries };
}

const encodedPassagesMin = 500;
