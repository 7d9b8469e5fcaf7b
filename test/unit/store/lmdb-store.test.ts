import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { toSequence } from "../../../src/core/ids.js";
import { AssertionError } from "../../../src/core/assert.js";
import { compareKeys } from "../../../src/core/document.js";
import { SluiceError } from "../../../src/core/errors.js";
import { limits } from "../../../src/core/limits.js";
import { openLmdbStore } from "../../../src/store/lmdb-store.js";
import type { CollectionStore } from "../../../src/store/store.js";
import type { RecallCalibration } from "../../../src/store/stored-values.js";
import { hasReason } from "../../support/errors.js";
import { documentRecord, emptyManifest, journalPassage } from "../../support/stored-values.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";
import { writeStoredSegment } from "../../support/stored-segments.js";

async function withStore(
  use: (store: CollectionStore, folder: string) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const store = openLmdbStore(folder);
    try {
      await store.commit({ manifest: emptyManifest });
      await use(store, folder);
    } finally {
      await store.close();
    }
  });
}

function pseudoRandomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = Math.imul(i, 2654435761) >>> 24;
  return bytes;
}

function listedKeys(store: CollectionStore, afterKey?: string): string[] {
  const pinned = store.pin();
  try {
    return pinned.listDocuments({ afterKey, countMax: 1000 }).map(([key]) => key);
  } finally {
    pinned.release();
  }
}

describe("openLmdbStore: the measured recall", () => {
  const measured: RecallCalibration = {
    estimates: [
      { poolSize: 32, recall: 0.1 + 0.2, recallLowerBound: 0 },
      { poolSize: 2048, recall: 1, recallLowerBound: 0.9 },
    ],
    sampleCount: 200,
    confidence: 0.95,
    areSamplesGiven: true,
    hasWords: false,
    lexicalPoolSize: 128,
    lexicalWeight: 0.15,
    generation: 2 ** 40,
    lastSequence: toSequence(2 ** 41),
    passageCount: 2 ** 33,
  };

  it("is found again after reopening, replaced as a whole, and forgotten", () =>
    withTemporaryFolder(async (folder) => {
      const reopened = async (change: (store: CollectionStore) => Promise<void>): Promise<void> => {
        const store = openLmdbStore(folder);
        await change(store);
        await store.close();
      };
      await reopened(async (store) => {
        await store.commit({ manifest: emptyManifest });
        assert.equal(store.readRecall(), undefined);
        await store.writeRecall(measured);
      });
      await reopened(async (store) => {
        assert.deepEqual(store.readRecall(), measured);
        assert.equal(store.readManifest().name, emptyManifest.name);
        assert.deepEqual(store.check(), { valueCount: 2, damages: [] });
        await store.writeRecall({ ...measured, estimates: measured.estimates.slice(1) });
      });
      await reopened(async (store) => {
        assert.equal(store.readRecall()?.estimates.length, 1);
        await store.writeRecall(undefined);
        assert.equal(store.readRecall(), undefined);
      });
    }));

  it("is written no more once the disk has failed", () =>
    withStore(async (store) => {
      store.fail(new SluiceError("STORAGE_FAILED", "the disk failed"));
      await assert.rejects(store.writeRecall(measured), hasReason("STORAGE_FAILED"));
      assert.equal(store.readRecall(), undefined);
    }));
});

describe("openLmdbStore: writing", () => {
  it("finds everything again after reopening", () =>
    withTemporaryFolder(async (folder) => {
      const manifest = { ...emptyManifest, generation: 5, lastSequence: toSequence(9) };
      const passage = journalPassage("a", pseudoRandomBytes(40));
      const tables = pseudoRandomBytes(1000);
      const codes = pseudoRandomBytes(100_000);
      const store = openLmdbStore(folder);
      await store.commit({
        manifest,
        documents: new Map([["a", documentRecord("text of a")]]),
        journalPuts: new Map([[9, passage]]),
        tombstonePuts: new Map([[1, Uint8Array.of(1, 2, 3)]]),
      });
      await writeStoredSegment(folder, 1, { tables, codes });
      await store.close();
      const again = openLmdbStore(folder);
      assert.deepEqual(again.readManifest(), {
        ...manifest,
        modelName: undefined,
        modelFingerprint: undefined,
        stemmer: undefined,
        stopWords: undefined,
      });
      assert.deepEqual(again.readDocument("a"), documentRecord("text of a"));
      assert.equal(again.readDocument("b"), undefined);
      assert.equal(again.documentCount(), 1);
      assert.deepEqual([...again.journal()], [[9, passage]]);
      assert.equal(Buffer.compare(new Uint8Array(again.readTables(1)), tables), 0);
      assert.equal(Buffer.compare(new Uint8Array(again.readCodes(1, "codes")), codes), 0);
      assert.deepEqual(again.segmentIds(), new Set([1]));
      assert.deepEqual(new Uint8Array(again.readTombstones(1) ?? []), Uint8Array.of(1, 2, 3));
      assert.equal(again.readTombstones(2), undefined);
      assert.deepEqual(again.check(), { valueCount: 6, damages: [] });
      await again.close();
    }));

  it("writes the whole of a batch or nothing", () =>
    withStore(async (store) => {
      await store.commit({
        manifest: emptyManifest,
        documents: new Map([["old", documentRecord("old")]]),
        journalPuts: new Map([[1, journalPassage("old", pseudoRandomBytes(8))]]),
      });
      // LMDB refuses the second key, when the first document is written already.
      const documents = new Map([
        ["first", documentRecord("first")],
        ["k".repeat(5000), documentRecord("second")],
      ]);
      await assert.rejects(
        store.commit({
          manifest: { ...emptyManifest, generation: 2 },
          documents: new Map([["old", undefined], ...documents]),
          journalDeletes: [1],
        }),
        hasReason("INTERNAL", /nothing was written/),
      );
      assert.deepEqual(listedKeys(store), ["old"]);
      assert.equal(store.documentCount(), 1);
      assert.equal([...store.journal()].length, 1);
      assert.equal(store.readManifest().generation, 1);
      await store.commit({ manifest: { ...emptyManifest, generation: 3 } });
      assert.equal(store.readManifest().generation, 3);
      assert.deepEqual(listedKeys(store), ["old"]);
    }));

  it("removes documents, passages and segments, and does not mind ones that are not there", () =>
    withStore(async (store) => {
      const bytes = { tables: pseudoRandomBytes(10), codes: pseudoRandomBytes(10) };
      await store.commit({
        manifest: emptyManifest,
        documents: new Map([["a", documentRecord("a")]]),
        journalPuts: new Map([[1, journalPassage("a", pseudoRandomBytes(8))]]),
        tombstonePuts: new Map([[1, Uint8Array.of(1)]]),
      });
      await writeStoredSegment(store.folder, 1, bytes);
      await store.commit({
        manifest: emptyManifest,
        documents: new Map([
          ["a", undefined],
          ["missing", undefined],
        ]),
        journalDeletes: [1, 77],
        segmentDeletes: [1, 77],
      });
      assert.equal(store.documentCount(), 0);
      assert.deepEqual([...store.journal()], []);
      assert.equal(store.readTombstones(1), undefined);
      assert.throws(() => store.readTables(1), hasReason("DATA_CORRUPT", /segment 1 .*missing/));
      assert.equal(store.check().valueCount, 1);
    }));

  it("finds in a check that a segment of the manifest is gone", () =>
    withStore(async (store) => {
      const segment = {
        id: 5,
        passageCount: 1,
        firstSequence: toSequence(1),
        lastSequence: toSequence(1),
      };
      await store.commit({ manifest: { ...emptyManifest, segments: [segment] } });
      const damages = ["tables", "codes"].map((part) => ({
        kind: "segment",
        id: 5,
        message: `segment 5 (${part}) is missing`,
      }));
      assert.deepEqual(store.check(), { valueCount: 1, damages });
    }));

  it("keeps commits apart that are made at the same time, in their order", () =>
    withStore(async (store) => {
      const commits = Array.from({ length: 40 }, (_, i) =>
        store.commit({
          manifest: { ...emptyManifest, lastSequence: toSequence(i) },
          documents: new Map([
            [i % 7 === 3 ? "k".repeat(5000) : `key ${i % 5}`, documentRecord(`${i}`)],
          ]),
        }),
      );
      const outcomes = await Promise.allSettled(commits);
      const refused = outcomes.flatMap(({ status }, i) => (status === "rejected" ? [i] : []));
      assert.deepEqual(refused, [3, 10, 17, 24, 31, 38]);
      assert.equal(store.readManifest().lastSequence, 39);
      const texts = [0, 1, 2, 3, 4].map((i) => store.readDocument(`key ${i}`)?.text);
      assert.deepEqual(texts, ["35", "36", "37", "33", "39"]);
    }));

  it("keeps texts from none to the longest, and codes above 16 MiB", () =>
    withStore(async (store) => {
      const longest = "é".repeat(limits.textBytesMax / 2);
      const codes = pseudoRandomBytes(20 * 1024 * 1024);
      await store.commit({
        manifest: emptyManifest,
        documents: new Map([
          ["empty", { ...documentRecord(""), title: "", spans: [] }],
          ["longest", documentRecord(longest)],
          ["k".repeat(limits.keyBytesMax), documentRecord("under the longest key")],
        ]),
      });
      await writeStoredSegment(store.folder, 3, { tables: new Uint8Array(0), codes });
      assert.deepEqual(store.readDocument("empty"), {
        ...documentRecord(""),
        title: "",
        spans: [],
      });
      assert.equal(store.readDocument("longest")?.text === longest, true);
      assert.equal(
        store.readDocument("k".repeat(limits.keyBytesMax))?.text,
        "under the longest key",
      );
      assert.equal(store.readTables(3).byteLength, 0);
      assert.equal(Buffer.compare(new Uint8Array(store.readCodes(3, "codes")), codes), 0);
      assert.deepEqual(store.check().damages, []);
    }));

  it("refuses to write once it is closed", () =>
    withTemporaryFolder(async (folder) => {
      const store = openLmdbStore(folder);
      await store.commit({ manifest: emptyManifest });
      await store.close();
      await assert.rejects(
        store.commit({ manifest: emptyManifest }),
        hasReason("INTERNAL", /nothing was written/),
      );
    }));

  it("says which folder holds no collection", () =>
    withTemporaryFolder(async (folder) => {
      const store = openLmdbStore(folder);
      assert.throws(() => store.readManifest(), hasReason("DATA_CORRUPT", /no manifest/));
      await store.close();
      writeFileSync(join(folder, "data.mdb"), Buffer.alloc(20_000, "not LMDB "));
      assert.throws(() => openLmdbStore(folder), hasReason("DATA_CORRUPT", /data\.mdb is damaged/));
      const noFolder = hasReason("DATA_FOLDER_UNAVAILABLE");
      assert.throws(() => openLmdbStore(join(folder, "data.mdb")), noFolder);
    }));
});

describe("openLmdbStore: reading", () => {
  it("lists documents in byte order of their keys, page by page", () =>
    withStore(async (store) => {
      const keys = ["b", "a", "aa", "Z", "z", "ab", "é", "\uff41", "\u{1d400}", "a\0", "10", "9"];
      await store.commit({
        manifest: emptyManifest,
        documents: new Map(keys.map((key, i) => [key, documentRecord(key, i)])),
      });
      const sorted = [...keys].sort(compareKeys);
      assert.deepEqual(listedKeys(store), sorted);
      const pinned = store.pin();
      const paged: string[] = [];
      for (;;) {
        const page = pinned.listDocuments({ afterKey: paged.at(-1), countMax: 5 });
        for (const [key, { text }] of page) assert.equal(text, key);
        if (page.length === 0) break;
        paged.push(...page.map(([key]) => key));
      }
      assert.deepEqual(paged, sorted);
      assert.deepEqual(pinned.listDocuments({ countMax: 0 }), []);
      pinned.release();
      assert.deepEqual(listedKeys(store, "aaa"), sorted.slice(sorted.indexOf("aa") + 1));
    }));

  it("lists the journal by rising sequence, up to the largest", () =>
    withStore(async (store) => {
      const anySequences = fc.uniqueArray(
        fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
        { maxLength: 60 },
      );
      await fc.assert(
        fc.asyncProperty(anySequences, async (sequences) => {
          const puts = sequences.map(
            (sequence) =>
              [
                sequence,
                journalPassage(`${sequence}`, pseudoRandomBytes(4 + (sequence % 900))),
              ] as const,
          );
          await store.commit({ manifest: emptyManifest, journalPuts: new Map(puts) });
          const sorted = [...puts].sort(([a], [b]) => a - b);
          assert.deepEqual([...store.journal()], sorted);
          await store.commit({ manifest: emptyManifest, journalDeletes: sequences });
          assert.deepEqual([...store.journal()], []);
        }),
        { numRuns: 20 },
      );
    }));

  it("shows a pin the documents of its moment, whatever is committed later", () =>
    withStore(async (store) => {
      const put = (key: string, text?: string): Promise<void> =>
        store.commit({
          manifest: emptyManifest,
          documents: new Map([[key, text === undefined ? undefined : documentRecord(text)]]),
        });
      await put("a", "1");
      await put("b", "1");
      const first = store.pin();
      await put("a", "2");
      const second = store.pin();
      await put("b");
      await put("c", "3");
      const third = store.pin();
      const state = (pinned: typeof first): (string | undefined)[] =>
        ["a", "b", "c"].map((key) => pinned.readDocument(key)?.text);
      const check = (): void => {
        assert.deepEqual(state(second), ["2", "1", undefined]);
        assert.deepEqual(
          second.listDocuments({ countMax: 9 }).map(([key]) => key),
          ["a", "b"],
        );
      };
      assert.deepEqual(state(first), ["1", "1", undefined]);
      assert.deepEqual(state(third), ["2", undefined, "3"]);
      check();
      first.release();
      check();
      third.release();
      // Pages that a pin needs are not reused, while the file grows.
      for (let i = 0; i < 30; i += 1) {
        await store.commit({
          manifest: emptyManifest,
          documents: new Map([["a", documentRecord(`${i}`.repeat(2000))]]),
        });
        const bytes = { tables: new Uint8Array(8), codes: new Uint8Array(4 << 20) };
        await writeStoredSegment(store.folder, 1, bytes);
      }
      check();
      assert.equal(store.readDocument("a")?.text, "29".repeat(2000));
      second.release();
      assert.throws(() => second.readDocument("a"), AssertionError);
      assert.throws(() => second.release(), AssertionError);
    }));

  it("says so when a pin is read after the store was closed, and lets it go", () =>
    withTemporaryFolder(async (folder) => {
      const store = openLmdbStore(folder);
      await store.commit({ manifest: emptyManifest });
      const pinned = store.pin();
      await store.close();
      assert.throws(() => pinned.readDocument("a"), hasReason("COLLECTION_NOT_FOUND", /closed/));
      assert.throws(() => pinned.listDocuments({ countMax: 1 }), hasReason("COLLECTION_NOT_FOUND"));
      pinned.release();
    }));

  it("sees each commit in the turn in which it was acknowledged", () =>
    withStore(async (store) => {
      for (let i = 0; i < 200; i += 1) {
        await store.commit({
          manifest: { ...emptyManifest, lastSequence: toSequence(i) },
          documents: new Map([[`${i % 10}`, i % 3 === 0 ? undefined : documentRecord(`${i}`)]]),
        });
        assert.equal(store.readManifest().lastSequence, i);
        const text = store.readDocument(`${i % 10}`)?.text;
        assert.equal(text, i % 3 === 0 ? undefined : `${i}`);
        const pinned = store.pin();
        assert.equal(pinned.readDocument(`${i % 10}`)?.text, text);
        const listed = pinned.listDocuments({ countMax: 100 }).length;
        assert.equal(store.documentCount(), listed);
        pinned.release();
      }
    }));
});
