// Collections whose terms an older version of the analyzer made, and the job that makes them anew.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";

import { nextOrdinal, toPassageOrdinal } from "../../src/core/ids.js";
import { latestSettings } from "../../src/analysis/analyzer.js";
import { unpackTerms } from "../../src/analysis/term-frequencies.js";
import { packTerms, termFrequencies } from "../../src/analysis/term-frequencies.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { checkPostings } from "../../src/index/bm25/check-postings.js";
import { PostingsReader } from "../../src/index/bm25/postings-reader.js";
import { closeCollection } from "../../src/index/collection.js";
import { initializeCollection, openCollection } from "../../src/index/stored-collection.js";
import type { Collection } from "../../src/index/collection.js";
import { postingsSectionsOf } from "../../src/index/segment-format.js";
import { CollectionWriter } from "../../src/ingest/collection-writer.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import { firstAnalyzer, latestAnalyzer } from "../support/analyzers.js";
import { seededPut, smallSettings } from "../support/collections.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

const first = firstAnalyzer("english");
const latest = latestAnalyzer("english");

describe("terms made anew", () => {
  const folder = useTemporaryFolder();

  async function open(): Promise<{ collection: Collection; writer: CollectionWriter }> {
    const owner = await openCollection(openLmdbStore(folder()));
    return { collection: owner.view, writer: new CollectionWriter(owner, { flushBytes: 1e9 }) };
  }

  async function create(): Promise<{ collection: Collection; writer: CollectionWriter }> {
    const store = openLmdbStore(folder());
    const words = { ...latestSettings("english"), analyzerVersion: 1 };
    await initializeCollection(store, { ...smallSettings, ...words });
    await store.close();
    return open();
  }

  it("are those of the latest version in segments and journal, for searches at once", async () => {
    const { collection, writer } = await create();
    const texts = new Map<string, string>();
    const put = async (number: number): Promise<void> => {
      const operation = putOf(number, 1);
      texts.set(operation.key, `${operation.title} ${operation.text}`);
      await writer.write(operation);
    };
    for (let i = 0; i < 40; i += 1) await put(i);
    await writer.optimize({ isFull: false });
    for (let i = 30; i < 60; i += 1) await put(i);
    await writer.optimize({ isFull: false });
    await writer.write({ kind: "delete", key: "k5" });
    texts.delete("k5");
    for (let i = 60; i < 70; i += 1) await put(i);
    const steps: string[] = [];
    const job = writer.optimize({
      isFull: false,
      isReanalyzed: true,
      onProgress: ({ step }) => steps.push(step),
    });
    // Writes while the segments are made: one that replaces, one that deletes, both with old terms.
    const replaced = writer.write(putOf(7, 1));
    const deleted = writer.write({ kind: "delete", key: "k8" });
    texts.delete("k8");
    await Promise.all([job, replaced, deleted]);
    assert.ok(steps.includes("making terms anew"));
    assert.equal(collection.settings.analyzerVersion, 2);
    assertTerms(collection, texts);
    await writer.close();
    await closeCollection(collection);
    const again = await open();
    assert.deepEqual(again.collection.damages, []);
    assert.equal(again.collection.settings.analyzerVersion, 2);
    assertTerms(again.collection, texts);
    await again.writer.close();
    await closeCollection(again.collection);
  });

  it("are made again for documents that were prepared before and are written after", async () => {
    const { collection, writer } = await create();
    await writer.write(putOf(1, 1));
    await writer.optimize({ isFull: false, isReanalyzed: true });
    const outdated = await writer.write(putOf(2, 1));
    assert.deepEqual([outdated.isOutdated, outdated.isChanged], [true, false]);
    const { isOutdated } = await writer.write(putOf(2, 2));
    assert.equal(isOutdated, undefined);
    await writer.close();
    await closeCollection(collection);
  });

  it("bring a collection of the first format to what searches can ask today", async () => {
    const fixture = join(repositoryRoot(), "test/fixtures/format-1/collections");
    cpSync(fixture, join(folder(), "collections"), { recursive: true });
    const engine = await openInlineEngine(folder());
    const found = async (text: string): Promise<number> => {
      const { hits } = await finalOf(engine.api, { collection: "prose", text });
      return hits.filter(({ parts }) => (parts.bm25 ?? 0) > 0).length;
    };
    const ask = { isFull: false, isReanalyzed: true, signal: new AbortController().signal };
    assert.equal(await found('"of the"'), 0, "stop words are no terms of version 1");
    for await (const progress of engine.api.optimize("prose", ask)) assert.ok(progress.step !== "");
    assert.ok((await found('"of the"')) > 0);
    assert.equal(engine.api.describeCollection("prose").settings.analyzerVersion, 2);
    await engine.close();
  });
});

/** A document whose terms the analyzer of a version made. */
function putOf(number: number, analyzerVersion: number): PutOperation {
  const put = seededPut(`k${number}`, 1);
  const title = `The title of ${number}`;
  const text = `Universities organize readFileSync of C++ and e-mail number${number}`;
  const analyzer = analyzerVersion === 1 ? first : latest;
  const terms = packTerms(termFrequencies(analyzer, `${title} ${text}`));
  const [passage] = put.passages;
  assert.ok(passage !== undefined);
  const passages = [{ ...passage, span: { start: 0, end: text.length }, terms }];
  return { ...put, title, text, passages, analyzerVersion };
}

/** Every live passage has the terms that a new collection would give it. */
function assertTerms(collection: Collection, texts: ReadonlyMap<string, string>): void {
  const seen = new Set<string>();
  for (const { segment, entry } of collection.flushed.values()) {
    const reader = new PostingsReader(postingsSectionsOf(segment.tables));
    checkPostings(reader);
    const dead = new Uint8Array(entry.part.tombstones ?? new SharedArrayBuffer(0));
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < segment.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      if (((dead[ordinal >>> 3] ?? 0) & (1 << (ordinal & 7))) !== 0) continue;
      const key = segment.keyAt(ordinal);
      seen.add(key);
      const expected = termFrequencies(latest, texts.get(key) ?? "");
      assert.equal(segment.lengthAt(ordinal), expected.length, key);
      for (const term of expected.terms) {
        const postings = reader.find(Buffer.from(term, "utf8"));
        assert.ok(postings?.ordinals.includes(ordinal), `${key}: ${term}`);
      }
    }
  }
  for (const [, passage] of collection.store.journal()) {
    seen.add(passage.key);
    const expected = termFrequencies(latest, texts.get(passage.key) ?? "");
    assert.deepEqual(unpackTerms(passage), expected);
  }
  assert.deepEqual([...seen].sort(), [...texts.keys()].sort());
}
