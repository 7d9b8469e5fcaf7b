// Seeded documents and queries: clustered token vectors, Zipf-distributed words, ties.

import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import type { Document, PrecomputedVectors } from "../../src/core/document.js";

export interface CorpusOptions {
  readonly seed: number;
  readonly count: number;
  readonly dim: number;
}

export interface CorpusQuery {
  readonly text: string;
  readonly vectors: PrecomputedVectors;
}

/** About every sixth document copies the previous one under another key, so that scores tie. */
export function seededDocuments({ seed, count, dim }: CorpusOptions): Document[] {
  const prng = createPrng(seed);
  const documents: Document[] = [];
  for (let i = 0; i < count; i += 1) {
    const key = `${keyPrefixes[i % keyPrefixes.length] ?? ""}${prng.nextUint32().toString(36)}-${i}`;
    const before = documents.at(-1);
    if (before !== undefined && prng.nextFloat() < 1 / 6) {
      documents.push({ ...before, key });
      continue;
    }
    documents.push({
      key,
      title: words(prng, 1 + below(prng, 3)),
      text: words(prng, 3 + below(prng, 40)),
      fields: new Map([["number", { kind: "integer", value: BigInt(i) }]]),
      vectors: seededVectors(prng, { dim, rowCount: 1 + below(prng, 9) }),
    });
  }
  return documents;
}

export function seededQueries({ seed, count, dim }: CorpusOptions): CorpusQuery[] {
  const prng = createPrng(seed ^ 0x5eed);
  return Array.from({ length: count }, () => ({
    text: words(prng, 1 + below(prng, 5)),
    vectors: seededVectors(prng, { dim, rowCount: 1 + below(prng, 6) }),
  }));
}

/** Vectors around a few centers shared by all seeds, so that queries match documents. */
export function seededVectors(
  prng: Prng,
  { dim, rowCount }: { dim: number; rowCount: number },
): PrecomputedVectors {
  const values = new Float32Array(rowCount * dim);
  for (let row = 0; row < rowCount; row += 1) {
    const center = createPrng(1000 + below(prng, 12));
    for (let j = 0; j < dim; j += 1) values[row * dim + j] = bell(center) + 0.7 * bell(prng);
  }
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}

export function below(prng: Prng, bound: number): number {
  return Math.floor(prng.nextFloat() * bound);
}

/** The same values, in a random order determined by the seed. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const prng = createPrng(seed);
  const result = [...values];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = below(prng, i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Includes keys whose UTF-8 order differs from their UTF-16 order. */
const keyPrefixes = ["a", "b/", "ключ ", "\uff41", "\u{1d400}"];

const syllables = ["ka", "lo", "mi", "ren", "su", "ta", "vor", "zen"];
const vocabulary = Array.from({ length: 300 }, (_, i) => {
  const digits = Array.from(i.toString(8), Number);
  return `${digits.map((digit) => syllables[digit]).join("")}${i % 3 === 0 ? "x" : ""}`;
});

function words(prng: Prng, count: number): string {
  const word = (): string => {
    const place = Math.floor(vocabulary.length ** prng.nextFloat()) - 1;
    return vocabulary[place] ?? "";
  };
  return Array.from({ length: count }, word).join(" ");
}

/** Approximately normal. */
function bell(prng: Prng): number {
  return prng.nextFloat() + prng.nextFloat() + prng.nextFloat() - 1.5;
}
