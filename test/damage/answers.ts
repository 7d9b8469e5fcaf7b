// What a data folder answers: the same questions to a sound folder and to a damaged copy of it.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { inspect } from "../../src/engine/inspect.js";
import { isSluiceError } from "../../src/core/errors.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import type { EngineApi } from "../../src/engine/api.js";
import { onlyCollectionFolder } from "../support/damage.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 32;
const count = 400;
const corpusSeed = 307;
const queries = seededQueries({ seed: corpusSeed, count: 3, dim });
export const documents = seededDocuments({ seed: corpusSeed, count, dim });

/** An answer, or the reason why there is none. */
export type Outcome<T> = { readonly answer: T } | { readonly refused: string };

export interface FoundHit {
  readonly key: string;
  readonly text: string | undefined;
  readonly score: number;
  /** MaxSim: does not depend on what else the collection holds. */
  readonly late: number | undefined;
}

export interface Found {
  readonly hits: readonly FoundHit[];
  /** What the search itself said it lacks. */
  readonly degradations: readonly string[];
}

export interface Answers {
  readonly searches: readonly Outcome<Found>[];
  /** Text of each document; null: there is none. */
  readonly texts: readonly Outcome<string | null>[];
  readonly listed: Outcome<readonly string[]>;
  /** Of a check afterwards. */
  readonly damages: Outcome<readonly string[]>;
}

/** A collection of some segments, of which passages are deleted, and a journal. */
export async function writeFolder(folder: string): Promise<void> {
  const engine = await openInlineEngine(folder, { flushBytes: 12_000 });
  await createNotes(engine.api, { dim });
  await putAll(engine.api, documents);
  await putAll(engine.api, documents.slice(40, 90));
  await engine.api.delete(
    "notes",
    documents.slice(200, 230).map(({ key }) => key),
  );
  await putAll(engine.api, documents.slice(100, 110));
  await engine.close();
  // Without free pages, so that a flip meets something.
  const path = onlyCollectionFolder(folder);
  const compact = join(folder, "compact");
  mkdirSync(compact);
  const store = openLmdbStore(path);
  await store.copyTo(compact);
  await store.close();
  renameSync(join(compact, "data.mdb"), join(path, "data.mdb"));
  rmSync(compact, { recursive: true });
}

export async function answersOf(folder: string): Promise<Outcome<Answers>> {
  const opened = await attempt(() => openInlineEngine(folder, { flushBytes: 2 ** 26 }));
  if ("refused" in opened) return opened;
  const [refused] = opened.answer.api.refusedCollections();
  if (refused !== undefined) {
    await opened.answer.close();
    return { refused: `${refused.reason}: ${refused.message}` };
  }
  const answers = await askAll(opened.answer);
  await opened.answer.close();
  const damages = existsSync(folder)
    ? await attempt(async () => (await inspect(onlyCollectionFolder(folder))).damages)
    : { refused: "the folder is gone" };
  return { answer: { ...answers, damages } };
}

async function askAll({ api }: InlineEngine): Promise<Omit<Answers, "damages">> {
  const searches: Outcome<Found>[] = [];
  for (const query of queries) searches.push(await attempt(() => search(api, query)));
  // By words alone, and with a filter.
  for (const { text } of queries) searches.push(await attempt(() => search(api, { text })));
  const filter = { kind: "exists", field: "number" } as const;
  searches.push(await attempt(() => search(api, { ...queries[0], filter })));
  const texts: Outcome<string | null>[] = [];
  for (const { key } of documents)
    texts.push(await attempt(async () => (await api.get("notes", [key]))[0]?.text ?? null));
  const listed = await attempt(async () => {
    const page = await api.list("notes", { pageSize: count });
    return page.documents.map(({ key, text }) => `${key} ${text}`);
  });
  return { searches, texts, listed };
}

async function search(api: EngineApi, asked: Parameters<typeof finalOf>[1]): Promise<Found> {
  const payload = { mode: "every_update", title: true, text: true, fields: true } as const;
  const { hits, degradations } = await finalOf(api, { ...asked, k: count, payload });
  return {
    hits: hits.map(({ key, score, parts, payload: shown }) => ({
      key,
      score,
      text: shown?.text,
      late: parts.maxsim,
    })),
    degradations: degradations.map(({ reason, message }) => `${reason}: ${message}`),
  };
}

async function attempt<T>(ask: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (isSluiceError(error)) return { refused: `${error.reason}: ${error.message}` };
    return { refused: `BUG ${error instanceof Error ? (error.stack ?? "") : String(error)}` };
  }
}
