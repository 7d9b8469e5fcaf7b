// Stored bytes that went bad, named by a check and taken out by a repair; everything else stays.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { toPassageOrdinal } from "../../src/core/ids.js";
import { present } from "../../src/core/assert.js";
import type { Document } from "../../src/core/document.js";
import { repairDataFolder } from "../../src/app/check.js";
import { inspect, inspectInChild } from "../../src/engine/inspect.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import type { CollectionStore } from "../../src/store/store.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { collectionLimits } from "../support/collections.js";
import { changeDatabase, damageWhere, onlyCollectionFolder, renameKey } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const marked = "zxmarkzx of this document";
const documents = seededDocuments({ seed: 211, count: 60, dim }).map((document, i) =>
  i === 17 ? { ...document, text: marked, key: "marked" } : document,
);
const [query] = seededQueries({ seed: 211, count: 1, dim });
/** Replaced, so that segments have passages that are deleted. */
const replaced = documents.slice(3, 9);
const deletedKey = documents[30]!.key;
const present60 = documents.filter(({ key }) => key !== deletedKey);

describe("check and repair", () => {
  const folder = useTemporaryFolder();
  const path = (): string => onlyCollectionFolder(folder());

  async function write(): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 800 });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    await putAll(engine.api, replaced);
    await engine.api.delete("notes", [deletedKey]);
    await engine.close();
  }

  async function withStore<T>(read: (store: CollectionStore) => T): Promise<T> {
    const store = openLmdbStore(path());
    try {
      return read(store);
    } finally {
      await store.close();
    }
  }

  /** Keys that a search for everything finds, and those that can be read. */
  async function served(): Promise<{ found: string[]; readable: string[] }> {
    const engine = await openInlineEngine(folder());
    try {
      const { damages } = engine.collections.opened("notes")!.collection;
      assert.deepEqual(damages, []);
      const payload = { mode: "every_update", title: true, text: true, fields: true } as const;
      const final = await finalOf(engine.api, { ...query!, k: 100, payload });
      assert.deepEqual(final.degradations, []);
      const found = final.hits.map(({ key }) => key).sort();
      for (const hit of final.hits) assert.equal(hit.payload?.text, textOf(hit.key));
      const keys = documents.map(({ key }) => key);
      const readable = (await engine.api.get("notes", keys)).flatMap((document) =>
        document === undefined ? [] : [document.key],
      );
      return { found, readable: readable.sort() };
    } finally {
      await engine.close();
    }
  }

  it("finds nothing in sound data, and leaves it as it is", async () => {
    await write();
    const { damages, incompleteCount, repairs, valueCount } = await inspectInChild(path());
    assert.deepEqual({ damages, incompleteCount, repairs }, noDamage);
    assert.ok(valueCount > documents.length);
    const bytes = readFileSync(join(path(), "data.mdb"));
    await inspect(path(), "repair");
    assert.equal(Buffer.compare(readFileSync(join(path(), "data.mdb")), bytes), 0);
  });

  interface Damage {
    readonly what: string;
    readonly make: () => Promise<void> | void;
    readonly message: RegExp;
    /** Of a document that a repair cannot keep, or keeps without its passages. */
    readonly removed?: (key: string) => boolean;
    readonly unfound?: (key: string) => boolean;
  }

  let lostKeys: string[] = [];
  const isLost = (key: string): boolean => lostKeys.includes(key);
  const damages: readonly Damage[] = [
    {
      what: "a document",
      make: () => damageWhere(folder(), Buffer.from(marked)),
      message: /^document "marked" is damaged/,
      removed: (key) => key === "marked",
    },
    {
      what: "a document under another's key",
      make: () =>
        changeDatabase(folder(), "documents", renameKey(Buffer.from("marked"), Buffer.from("mb"))),
      message: /^document "mb" is damaged: its header and its key/,
      removed: (key) => key === "marked",
    },
    {
      what: "codes of a segment",
      async make() {
        const { id } = await segmentOf("marked");
        const codes = await withStore((store) =>
          new Uint8Array(store.readCodes(id, "codes")).slice(0, 40),
        );
        damageWhere(folder(), codes);
      },
      message: /^segment \d+ \(codes\) is damaged/,
      unfound: isLost,
    },
    {
      what: "a segment that is gone",
      async make() {
        const { id } = await segmentOf("marked");
        await changeDatabase(folder(), "segments", (database) => {
          database.removeSync(`${id}/tables`);
        });
      },
      message: /^segment \d+ \(tables\) is missing/,
      unfound: isLost,
    },
    {
      what: "marks of deleted passages that are gone",
      async make() {
        const { id } = await withStore((store) =>
          present(
            store.readManifest().segments.find(({ deadCount = 0 }) => deadCount > 0),
            "a segment has deleted passages",
          ),
        );
        await changeDatabase(folder(), "tombstones", (database) => {
          database.removeSync(id);
        });
      },
      message: /^segment \d+ is damaged: 0 of its passages are marked as deleted instead of \d/,
    },
    {
      what: "marks of deleted passages under another segment's number",
      async make() {
        const id = await withStore(
          (store) => store.readManifest().segments.find(({ deadCount = 0 }) => deadCount > 0)?.id,
        );
        await changeDatabase(folder(), "tombstones", renameKey(present(id, "one has some"), 4000));
      },
      message: /^tombstones of segment 4000 is damaged: its header and its key/,
    },
    {
      what: "a passage of the journal under another number",
      async make() {
        const key = await withStore((store) => {
          const [first] = [...store.journal()];
          const [sequence, passage] = first!;
          lostKeys = [passage.key];
          return sequence;
        });
        await changeDatabase(folder(), "journal", renameKey(key, key + 5000));
      },
      message: /^document ".*" lacks some passages/,
      unfound: isLost,
    },
  ];

  /** The segment of a document's passage; notes the keys of all that is in it. */
  async function segmentOf(key: string): Promise<{ readonly id: number }> {
    const engine = await openInlineEngine(folder());
    const { collection } = engine.collections.opened("notes")!;
    try {
      for (const { table, segmentId, part } of collection.generation.segments) {
        const keys = Array.from({ length: part.ordinalCount }, (_, ordinal) =>
          table.keyAt(toPassageOrdinal(ordinal)),
        );
        const sequences = new Set(
          keys.map((_, ordinal) => table.sequenceAt(toPassageOrdinal(ordinal))),
        );
        if (segmentId === undefined || !keys.includes(key)) continue;
        lostKeys = keys.filter((one) => {
          const record = collection.store.readDocument(one);
          return record !== undefined && sequences.has(record.sequence);
        });
        return { id: segmentId };
      }
    } finally {
      await engine.close();
    }
    throw new Error(`no segment has ${key}`);
  }

  for (const { what, make, message, removed, unfound } of damages)
    it(`repairs ${what}`, async () => {
      lostKeys = [];
      await write();
      await make();
      const found = await inspect(path());
      assert.match(found.damages[0] ?? "", message);
      assert.ok((found.repairs ?? []).length > 0);
      assert.deepEqual((await inspect(path(), "repair")).repairs, found.repairs);
      const after = await inspect(path());
      const { damages: left, incompleteCount, repairs } = after;
      assert.deepEqual({ damages: left, incompleteCount, repairs }, noDamage);
      const kept = present60.map(({ key }) => key).filter((key) => removed?.(key) !== true);
      const { found: keys, readable } = await served();
      assert.deepEqual(readable, kept.sort());
      assert.deepEqual(
        keys,
        kept.filter((key) => unfound?.(key) !== true),
      );
    });

  it("says so where only a snapshot helps: pages that lmdb cannot follow", async () => {
    await write();
    const file = join(path(), "data.mdb");
    const bytes = readFileSync(file);
    for (const damage of ["filled", "cut"]) {
      if (damage === "filled") writeFileSync(file, Buffer.from(bytes).fill(0x5a, 2 * 4096));
      else writeFileSync(file, bytes.subarray(0, 12 * 4096));
      const { damages: lines, repairs } = await inspectInChild(path());
      assert.ok(lines.length > 0, damage);
      assert.equal(repairs, undefined, damage);
    }
  });

  it("deletes nothing where only the manifest is gone", async () => {
    await write();
    await changeDatabase(folder(), "manifest", renameKey("manifest", "manifesu"));
    const engine = await openInlineEngine(folder());
    const gone = hasReason("DATA_CORRUPT", /holds no collection/);
    assert.throws(() => engine.api.describeCollection("notes"), gone);
    await engine.close();
    const { damages: lines, repairs } = await inspectInChild(path());
    assert.match(lines[0] ?? "", /holds no manifest/);
    assert.equal(repairs, undefined);
    await changeDatabase(folder(), "manifest", renameKey("manifesu", "manifest"));
    assert.equal((await served()).readable.length, present60.length);
  });
});

describe("repairDataFolder", () => {
  const folder = useTemporaryFolder();

  it("encodes documents again that lost their passages", async () => {
    const texts = ["Bees dance to tell of flowers.", "Ice is lighter than water.", marked];
    const search = { text: "why do bees dance", collection: "prose", k: 3 };
    const written = await openInlineEngine(folder(), { flushBytes: 1 });
    await written.api.createCollection({ name: "prose", ifNotExists: false });
    for (const [i, text] of texts.entries())
      await written.api.put("prose", { key: `${i}`, title: "", text, fields: new Map() });
    const before = await finalOf(written.api, search);
    const { segments } = written.collections.opened("prose")!.collection.manifest;
    await written.close();
    const store = openLmdbStore(onlyCollectionFolder(folder()));
    const codes = new Uint8Array(store.readCodes(present(segments[0], "a segment").id, "codes"));
    await store.close();
    damageWhere(folder(), codes.slice(0, 32));

    const names: string[] = [];
    const report = await repairDataFolder(options(folder()), ({ name }) => names.push(name));
    assert.deepEqual(names, ["prose"]);
    assert.equal(report.before.isSound, false);
    assert.deepEqual(report.failures, []);
    assert.equal(report.after.isSound, true);
    const again = await openInlineEngine(folder());
    // Opens the model, as a server does at its start.
    await again.api.createCollection({ name: "prose", ifNotExists: true });
    const after = await finalOf(again.api, search);
    await again.close();
    assert.deepEqual(
      after.hits.map(({ key, score }) => ({ key, score })),
      before.hits.map(({ key, score }) => ({ key, score })),
    );
  });
});

const noDamage = { damages: [], incompleteCount: 0, repairs: [] };

function textOf(key: string): string | undefined {
  return documents.find((document: Document) => document.key === key)?.text;
}

function options(dataFolder: string): Parameters<typeof repairDataFolder>[0] {
  return {
    dataFolder,
    modelsFolder: join(repositoryRoot(), "models"),
    defaultModel: "bge-small-en-v1.5-late",
    kernel: undefined,
    scoringWorkers: 1,
    encodingWorkers: 1,
    search: searchDefaults,
    flushBytes: 2 ** 20,
    rowCacheBytes: 0,
    answerCacheBytes: 0,
    pairCacheBytes: 0,
    searchesAtWork: 0,
    searchesMax: 16,
    collections: collectionLimits,
  };
}
