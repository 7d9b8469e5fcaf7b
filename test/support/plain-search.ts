// The expected result of a search, computed exhaustively, one coordinate at a time.

import { createAnalyzer, latestSettings } from "../../src/analysis/analyzer.js";
import { parseLexicalQuery } from "../../src/analysis/lexical-query.js";
import { termFrequencies } from "../../src/analysis/term-frequencies.js";
import type { PassageTerms } from "../../src/analysis/term-frequencies.js";
import { biasOf, createCodec } from "../../src/codec/codec.js";
import type { Codec, TokenQuery } from "../../src/codec/codec.js";
import { toTokenMatrix } from "../../src/codec/precomputed-vectors.js";
import { compareKeys } from "../../src/core/document.js";
import type { Document, PrecomputedVectors } from "../../src/core/document.js";
import type { CollectionSettings } from "../../src/index/collection-settings.js";
import { createReferenceKernels } from "../../src/kernels/reference.js";
import type { CodeBits } from "../../src/kernels/kernels.js";
import type { CorpusQuery } from "./seeded-corpus.js";

export interface PlainHit {
  readonly key: string;
  readonly score: number;
  readonly maxSim: number;
  readonly bm25: number;
}

/** Every document by descending relevance, ties by key bytes. Documents must have vectors. */
export function plainSearch(
  documents: readonly Document[],
  query: CorpusQuery,
  settings: CollectionSettings & { readonly lexicalWeight: number },
): PlainHit[] {
  const codec = createCodec(settings, createReferenceKernels());
  const packed = codec.encodeQuery(rowsOf(query.vectors, settings.dim)).tokens;
  const bm25 = plainBm25(documents, query.text, settings.analyzer);
  const bm25Top = Math.max(0, ...bm25);
  const hits = documents.map((document, i): PlainHit => {
    const maxSim = plainMaxSim(packed, document, codec);
    const lexical = bm25Top > 0 ? (settings.lexicalWeight * bm25[i]!) / bm25Top : 0;
    return {
      key: document.key,
      score: maxSim / packed.rowCount + lexical,
      maxSim,
      bm25: bm25[i]!,
    };
  });
  return hits.sort((a, b) => b.score - a.score || compareKeys(a.key, b.key));
}

/** BM25 of each document, straight from the formula, with partial sums in float32. */
export function plainBm25(
  documents: readonly Document[],
  text: string,
  analyzerName: "english" | "unicode",
): number[] {
  const analyzer = createAnalyzer(latestSettings(analyzerName));
  const passages = documents.map(({ title, text }) =>
    termFrequencies(analyzer, `${title} ${text}`),
  );
  const lengthTotal = passages.reduce((sum, { length }) => sum + length, 0);
  const slope = (0.9 * 0.4 * passages.length) / lengthTotal;
  const terms = parseLexicalQuery(analyzer, text).terms.map(({ term, frequency }) => {
    const df = passages.filter((passage) => countIn(passage, term) > 0).length;
    return { term, weight: frequency * Math.log(1 + (passages.length - df + 0.5) / (df + 0.5)) };
  });
  return passages.map((passage) => {
    let sum = 0;
    for (const { term, weight } of terms) {
      const count = countIn(passage, term);
      if (count === 0) continue;
      const norm = count + 0.9 * (1 - 0.4) + slope * passage.length;
      sum = Math.fround(sum + (weight * count) / norm);
    }
    return sum;
  });
}

function countIn({ terms, counts }: PassageTerms, term: string): number {
  return counts[terms.indexOf(term)] ?? 0;
}

/** Sum over the query's tokens of the largest product, from the codes, in float32. */
export function plainMaxSim(query: TokenQuery, { vectors }: Document, codec: Codec): number {
  if (vectors === undefined) throw new Error("plain search needs the documents' vectors");
  const { codes, tokenCount: rowCount } = codec.encodePassage(rowsOf(vectors, codec.dim));
  const values = unpack(codes, codec.bits);
  let sum = 0;
  for (let q = 0; q < query.rowCount; q += 1) {
    let best = -Infinity;
    for (let row = 0; row < rowCount; row += 1) {
      let product = 0;
      for (let j = 0; j < codec.dim; j += 1)
        product += query.rows[q * codec.dim + j]! * values[row * codec.dim + j]!;
      best = Math.max(best, product);
    }
    sum = Math.fround(sum + Math.fround(query.rowScales[q]! * Math.fround(best)));
  }
  return Math.fround(sum + biasOf(query));
}

/** Codes as odd integers, low bits first. */
function unpack(codes: Uint8Array, bits: CodeBits): number[] {
  const values: number[] = [];
  const mask = 2 ** bits - 1;
  for (const byte of codes)
    for (let shift = 0; shift < 8; shift += bits) values.push(2 * ((byte >> shift) & mask) - mask);
  return values;
}

function rowsOf(vectors: PrecomputedVectors, dim: number): ReturnType<typeof toTokenMatrix> {
  return toTokenMatrix(vectors, { dim, rowCountMax: 1000, field: "vectors" });
}
