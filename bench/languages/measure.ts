// Measures a language's sample through a client: BM25, the default search, and one that prefers words.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import type { SluiceClient } from "../../src/client/client.js";
import type { Document } from "../../src/core/document.js";
import { repositoryRoot } from "../../src/core/paths.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import { evaluate, evaluationDefaults } from "../../src/eval/evaluate.js";
import { parseMeasure } from "../../src/eval/measures.js";
import { readQrels } from "../../src/eval/qrels.js";
import type { Run, ScoredKey } from "../../src/eval/run.js";
import { openBeirFolder } from "../../src/importers/beir.js";
import type { LanguageFigures } from "./languages-schema.js";
import type { SampleLanguage } from "./settings.js";

const samples = join(repositoryRoot(), "test/fixtures/languages");
const ndcg10 = parseMeasure("nDCG@10");

/** `lexical_weight` with which words decide and the model only orders what they leave equal. */
export const wordsFirstWeight = 2;

export function sampleNames(): string[] {
  return readdirSync(samples).sort();
}

/** Makes a collection with the sample, named as the language. */
export async function measureLanguage(
  client: SluiceClient,
  { name, settings }: SampleLanguage,
): Promise<LanguageFigures> {
  const beir = await openBeirFolder(join(samples, name));
  const qrels = await readQrels(beir.qrelsPath("test"));
  const documents: Document[] = [];
  for await (const { document, error } of beir.readCorpus()) {
    if (document === undefined) throw error;
    documents.push(document);
  }
  await client.collections.create({ name, ...settings });
  await client.ingest(name, documents);
  const bm25 = new Map<string, readonly ScoredKey[]>();
  const byDefault = new Map<string, readonly ScoredKey[]>();
  const wordsFirst = new Map<string, readonly ScoredKey[]>();
  const search = (text: string, lexicalWeight?: number): Promise<SearchUpdate> =>
    client.searchFinal({ collection: name, text, k: documents.length, lexicalWeight });
  for await (const { value, error } of beir.readQueries()) {
    if (error !== undefined) throw error;
    const { id, text } = value;
    const found = await search(text);
    byDefault.set(id, found.hits);
    bm25.set(id, byWords(found));
    wordsFirst.set(id, (await search(text, wordsFirstWeight)).hits);
  }
  const mean = (run: Run): number =>
    evaluate(run, qrels, { ...evaluationDefaults, measures: [ndcg10] }).means[0]?.mean ?? 0;
  return {
    language: name,
    passages: documents.length,
    queries: bm25.size,
    bm25: mean(bm25),
    default: mean(byDefault),
    wordsFirst: mean(wordsFirst),
  };
}

/** A search over so few passages ranks all of them, and each hit has its BM25. */
function byWords({ hits }: SearchUpdate): ScoredKey[] {
  return hits
    .map(({ key, parts }) => ({ key, score: parts.bm25 ?? 0 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}
