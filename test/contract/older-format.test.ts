// A data folder that the first format wrote: test/fixtures/format-1, with what was in it.

import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { migrateCollection } from "../../src/ingest/migrate.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import type { CollectionStore } from "../../src/store/store.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

interface Hit {
  readonly key: string;
  readonly score: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly passageNumber: number;
}

interface Contents {
  readonly collections: Readonly<Record<string, { readonly documents: readonly object[] }>>;
  readonly searches: readonly {
    readonly collection: string;
    readonly text: string;
    readonly vectors?: string;
    readonly hits: readonly Hit[];
  }[];
}

const fixture = join(repositoryRoot(), "test/fixtures/format-1");
const contents = JSON.parse(readFileSync(join(fixture, "contents.json"), "utf8")) as Contents;

describe("a data folder of format 1", () => {
  const folder = useTemporaryFolder();
  beforeEach(() =>
    cpSync(join(fixture, "collections"), join(folder(), "collections"), { recursive: true }),
  );

  async function open(): Promise<InlineEngine> {
    const engine = await openInlineEngine(folder());
    // Opens the model, as a server does at its start.
    await engine.api.createCollection({ name: "prose", ifNotExists: true });
    return engine;
  }

  it("is brought to the present format with every document, and finds what it found", async () => {
    for (const round of ["first", "second"]) {
      const engine = await open();
      try {
        await checkDocuments(engine);
        await checkSearches(engine);
      } catch (error) {
        throw new Error(`at the ${round} start`, { cause: error });
      } finally {
        await engine.close();
      }
    }
  });

  it("finds phrases afterwards, in segments and in the journal", async () => {
    const engine = await open();
    const keysOf = async (text: string): Promise<string[]> => {
      const { hits } = await finalOf(engine.api, { collection: "prose", text });
      return hits.filter(({ parts }) => (parts.bm25 ?? 0) > 0).map(({ key }) => key);
    };
    assert.deepEqual(await keysOf('"quick brown fox"'), ["short"]);
    assert.deepEqual(await keysOf('"brown quick fox"'), []);
    assert.deepEqual(await keysOf('"state of the art"'), ["plain"]);
    assert.deepEqual((await keysOf('"keeps each passage"')).sort(), ["long", "long-title"]);
    await engine.close();
  });

  it("filters by fields afterwards", async () => {
    const engine = await open();
    const year = { kind: "range", field: "year", atLeast: 2026 } as const;
    const { hits } = await finalOf(engine.api, {
      collection: "prose",
      text: "engine",
      filter: year,
    });
    assert.deepEqual(
      hits.map(({ key }) => key),
      ["plain"],
    );
    await engine.close();
  });

  it("goes on where it was interrupted, whichever commit that was", async () => {
    const paths = collectionFolders();
    for (let commitsLeft = 0; commitsLeft < 6; commitsLeft += 1)
      for (const path of paths) {
        const store = openLmdbStore(path);
        try {
          await migrateCollection(failingAfter(store, commitsLeft));
        } catch (error) {
          assert.match(String(error), /power/);
        }
        await store.close();
      }
    const engine = await open();
    await checkDocuments(engine);
    await checkSearches(engine);
    await engine.close();
  });

  function collectionFolders(): string[] {
    const data = openDataFolder(folder());
    try {
      return data.found.map(({ path }) => path);
    } finally {
      data.close();
    }
  }
});

/** The store, until so many commits were made: then as if the power had gone. */
function failingAfter(store: CollectionStore, commitsLeft: number): CollectionStore {
  let left = commitsLeft;
  return {
    ...store,
    commit: (batch) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("power")) : store.commit(batch);
    },
  };
}

async function checkDocuments({ api }: InlineEngine): Promise<void> {
  for (const [name, { documents }] of Object.entries(contents.collections)) {
    const found = (await api.list(name, { pageSize: 1000 })).documents;
    const plain = JSON.stringify(found, (_, value: unknown) =>
      typeof value === "bigint"
        ? String(value)
        : value instanceof Map
          ? (Object.fromEntries(value) as object)
          : value,
    );
    assert.deepEqual(JSON.parse(plain), documents);
  }
}

async function checkSearches({ api }: InlineEngine): Promise<void> {
  for (const { collection, text, vectors, hits } of contents.searches) {
    const bytes = vectors === undefined ? undefined : Buffer.from(vectors, "base64");
    const given = bytes && { vectors: { type: "float32", dim: 16, bytes } as const };
    const final = await finalOf(api, { collection, text, ...given });
    const keyed = (list: readonly Pick<Hit, "key" | "passageNumber">[]): string[] =>
      list.map(({ key, passageNumber }) => `${key} ${passageNumber}`);
    assert.deepEqual(keyed(final.hits), keyed(hits), text);
    // Vectors that the model makes may differ in their last bits from one CPU to another.
    if (given !== undefined)
      assert.deepEqual(
        final.hits.map(({ score, parts }) => [score, parts.bm25, parts.maxsim]),
        hits.map(({ score, parts }) => [score, parts["bm25"], parts["maxsim"]]),
      );
  }
}
