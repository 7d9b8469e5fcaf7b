// Ensures that the demo's collection contains exactly the corpus of the installed @types/node.

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

export interface PrepareOptions {
  readonly folder: string;
  readonly context: CliContext;
  readonly say: (line: string) => void;
}

/** Ingests what is missing: everything, the rest after an interrupted run, or nothing. */
export async function prepareCorpus(
  client: SluiceClient,
  { folder, context, say }: PrepareOptions,
): Promise<void> {
  const markerPath = join(folder, "corpus.json");
  const packageVersion = typesNodeVersion(repositoryRoot());
  const marker = readMarker(markerPath);
  const isCurrent =
    marker?.packageVersion === packageVersion && marker.corpusFormat === corpusFormat;
  const known = await countDocuments(client);
  if (isCurrent && known === marker.documentCount) {
    say(`${formatCount(known)} documents of @types/node ${packageVersion} are already stored`);
    return;
  }
  if (known !== undefined && !isCurrent) await client.collections.drop(demoCollection);
  const { documents } = await readTypesNodeCorpus(repositoryRoot());
  say(`@types/node ${packageVersion} documents ${formatCount(documents.length)} symbols`);
  await client.collections.create({ name: demoCollection, ifNotExists: true });
  mkdirSync(folder, { recursive: true });
  const fresh: Marker = { packageVersion, corpusFormat, documentCount: documents.length };
  writeFileSync(markerPath, `${JSON.stringify(fresh)}\n`);
  const missing = await missingDocuments(client, documents);
  const report = await ingestWithProgress(context, {
    client,
    collection: demoCollection,
    label: "ingest",
    total: missing.length,
    async *read() {
      yield* await Promise.resolve(missing);
    },
  });
  say(
    `${formatCount(report.acceptedCount)} documents stored as ` +
      `${formatCount(report.passageCount)} passages in ${report.seconds.toFixed(1)} s`,
  );
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
