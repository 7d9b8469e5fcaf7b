// Fills the demo's collection with exactly the corpus of the installed @types/node: the modules that
// people ask about first, so that a search need not wait for all.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SluiceClient } from "../../client/client.js";
import type { Document } from "../../core/document.js";
import { limits } from "../../core/limits.js";
import { repositoryRoot } from "../../core/paths.js";
import type { CliContext } from "../context.js";
import { ingestWithProgress } from "../ingest-documents.js";
import { formatCount } from "../terminal/text.js";
import { corpusFormat, readTypesNodeCorpus, typesNodeVersion } from "./types-node-corpus.js";

export const demoCollection = "node-docs";

/** The corpus that the collection was created for; stored beside the data folder. */
interface Marker {
  readonly packageVersion: string;
  readonly corpusFormat: number;
  readonly documentCount: number;
}

/**
 * Documents that are stored before the first search: a few seconds of work on a machine that encodes
 * slowly, where all take a minute and more.
 */
const firstCount = 300;

/** Modules whose documents are stored first, in this order. */
const firstModules = ["readline", "fs", "path", "events", "http", "stream", "url", "timers"];

/** Documents that are not stored yet. */
export interface MissingDocuments {
  /** To be stored before a search, so that it has something to find. */
  readonly first: readonly Document[];
  readonly rest: readonly Document[];
}

/** Creates the collection; what is missing in it is everything, the rest after an earlier run, or nothing. */
export async function prepareCorpus(
  client: SluiceClient,
  { folder, say }: { readonly folder: string; readonly say: (line: string) => void },
): Promise<MissingDocuments> {
  const markerPath = join(folder, "corpus.json");
  const packageVersion = typesNodeVersion(repositoryRoot());
  const marker = readMarker(markerPath);
  const isCurrent =
    marker?.packageVersion === packageVersion && marker.corpusFormat === corpusFormat;
  const known = await countDocuments(client);
  if (isCurrent && known === marker.documentCount) {
    say(`${formatCount(known)} documents of @types/node ${packageVersion} are already stored`);
    return { first: [], rest: [] };
  }
  if (known !== undefined && !isCurrent) await client.collections.drop(demoCollection);
  const { documents } = await readTypesNodeCorpus(repositoryRoot());
  say(`@types/node ${packageVersion} documents ${formatCount(documents.length)} symbols`);
  await client.collections.create({ name: demoCollection, ifNotExists: true });
  mkdirSync(folder, { recursive: true });
  const fresh: Marker = { packageVersion, corpusFormat, documentCount: documents.length };
  writeFileSync(markerPath, `${JSON.stringify(fresh)}\n`);
  const missing = await missingDocuments(client, inOrder(documents));
  const storedCount = documents.length - missing.length;
  const count = Math.max(0, firstCount - storedCount);
  return { first: missing.slice(0, count), rest: missing.slice(count) };
}

/** Resolves when all are stored; progress is shown meanwhile. */
export async function storeDocuments(
  client: SluiceClient,
  documents: readonly Document[],
  { context, say }: { readonly context: CliContext; readonly say: (line: string) => void },
): Promise<void> {
  if (documents.length === 0) return;
  const report = await ingestWithProgress(context, {
    client,
    collection: demoCollection,
    label: "ingest",
    total: documents.length,
    async *read() {
      yield* await Promise.resolve(documents);
    },
  });
  say(
    `${formatCount(report.acceptedCount)} documents stored as ` +
      `${formatCount(report.passageCount)} passages in ${report.seconds.toFixed(1)} s`,
  );
}

/** Those of the first modules first; within a module, and of the other modules, by key. */
function inOrder(documents: readonly Document[]): readonly Document[] {
  const rankOf = ({ key }: Document): number => {
    const rank = firstModules.indexOf(/^\w+/.exec(key)?.[0] ?? "");
    return rank < 0 ? firstModules.length : rank;
  };
  return documents.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function readMarker(path: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Marker;
  } catch {
    // Missing or truncated: the corpus is rebuilt.
    return undefined;
  }
}

/** Undefined when the collection does not exist. */
async function countDocuments(client: SluiceClient): Promise<number | undefined> {
  const collections = await client.collections.list();
  return collections.find(({ settings }) => settings.name === demoCollection)?.documentCount;
}

async function missingDocuments(
  client: SluiceClient,
  documents: readonly Document[],
): Promise<readonly Document[]> {
  const missing: Document[] = [];
  for (let at = 0; at < documents.length; at += limits.keysPerRequestMax) {
    const part = documents.slice(at, at + limits.keysPerRequestMax);
    const keys = part.map(({ key }) => key);
    const absent = new Set((await client.get(demoCollection, keys)).missingKeys);
    missing.push(...part.filter(({ key }) => absent.has(key)));
  }
  return missing;
}
