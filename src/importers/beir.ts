// Reads folders of the BEIR benchmark: corpus, queries and judgments.

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Fields } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { expectObject, toFields, toKey, toText } from "./document-json.js";
import { importLine, readJsonLines } from "./jsonl.js";
import type { Imported, ImportedDocument } from "./jsonl.js";
import { readLines } from "./lines.js";

export interface BeirQuery {
  readonly id: string;
  readonly text: string;
  /** The object under "metadata". */
  readonly fields: Fields;
}

export interface BeirFolder {
  /**
   * Path of corpus.jsonl or corpus.jsonl.gz. Throws INVALID_INPUT_FILE when neither exists, which
   * is not required for evaluation.
   */
  corpusPath(): string;
  /** The documents, with `_id` as key. Throws like `corpusPath`. */
  readCorpus(): AsyncIterable<ImportedDocument>;
  /** Queries from queries.jsonl or queries.jsonl.gz. */
  readQueries(): AsyncIterable<Imported<BeirQuery>>;
  /** Names of the judgment files without .tsv, sorted: test, train, dev, ... */
  readonly splits: readonly string[];
  /** Path of qrels/SPLIT.tsv. When it is missing, throws INVALID_INPUT_FILE listing the splits. */
  qrelsPath(split: string): string;
}

/** Throws INVALID_INPUT_FILE when queries are missing. */
export async function openBeirFolder(folder: string): Promise<BeirFolder> {
  const queriesPath = findFile(folder, "queries.jsonl");
  const splits = await listSplits(folder);
  return {
    corpusPath: () => findFile(folder, "corpus.jsonl"),
    readCorpus: () => readCorpus(findFile(folder, "corpus.jsonl")),
    readQueries: () => readQueries(queriesPath),
    splits,
    qrelsPath: (split) => {
      if (splits.includes(split)) return join(folder, "qrels", `${split}.tsv`);
      const known = splits.length === 0 ? "none" : splits.join(", ");
      const fault = `no qrels/${split}.tsv; splits there: ${known}`;
      throw new SluiceError("INVALID_INPUT_FILE", `${folder}: ${fault}`);
    },
  };
}

async function* readCorpus(path: string): AsyncGenerator<ImportedDocument, void, void> {
  for await (const items of readJsonLines(path, { name: "corpus.jsonl", mapping: {} }))
    yield* items;
}

async function* readQueries(path: string): AsyncGenerator<Imported<BeirQuery>, void, void> {
  for await (const input of readLines(path)) {
    const item = importLine(path, input, toQuery);
    if (item !== undefined) yield item;
  }
}

function toQuery(value: unknown): BeirQuery {
  const object = expectObject(value, "the line");
  return {
    id: toKey(object["_id"]),
    text: toText(object["text"], "text"),
    fields: toFields(object["metadata"], {}),
  };
}

/** Path of the corpus of a BEIR folder; undefined for other folders. */
export function beirCorpus(folder: string): string | undefined {
  return existingFile(folder, "corpus.jsonl");
}

function existingFile(folder: string, name: string): string | undefined {
  return [name, `${name}.gz`].map((one) => join(folder, one)).find((path) => existsSync(path));
}

function findFile(folder: string, name: string): string {
  const path = existingFile(folder, name);
  if (path !== undefined) return path;
  const fault = `neither ${name} nor ${name}.gz exists; is this a BEIR folder?`;
  throw new SluiceError("INVALID_INPUT_FILE", `${folder}: ${fault}`);
}

async function listSplits(folder: string): Promise<string[]> {
  const path = join(folder, "qrels");
  if (!existsSync(path)) return [];
  const names = await readdir(path);
  return names
    .filter((name) => name.endsWith(".tsv"))
    .map((name) => name.slice(0, -4))
    .sort();
}
