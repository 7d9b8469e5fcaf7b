// The centre of a collection's codes: measured from the first rows, whatever way they came.

import assert from "node:assert/strict";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import type { EngineApi } from "../../src/engine/api.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import type { Manifest } from "../../src/store/stored-values.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { sharedDirectionVectors } from "../support/shared-direction.js";

const dim = 64;
const meanCosine = 0.9;

function note(i: number, rowCount = 16): Document {
  const vectors = sharedDirectionVectors({ dim, rowCount, meanCosine, seed: i });
  return { key: `note-${i}`, title: "", text: `note ${i}`, fields: new Map(), vectors };
}

/** 2,400 rows: more than a centre is measured from. */
const notes = Array.from({ length: 150 }, (_, i) => note(i));
const query = sharedDirectionVectors({ dim, rowCount: 4, meanCosine, seed: 77 });

async function optimize(api: EngineApi): Promise<void> {
  const { signal } = new AbortController();
  for await (const { step } of api.optimize("notes", { isFull: true, signal }))
    assert.ok(step !== "");
}

async function answersOf(api: EngineApi): Promise<string> {
  const asked = [
    { vectors: query, k: 20, exhaustive: true },
    { vectors: query, k: 20, sketchPoolSize: 30 },
    { like: { key: "note-7" }, k: 10 },
  ];
  const finals = [];
  for (const one of asked) finals.push(await finalOf(api, one));
  return JSON.stringify(
    finals.map(({ hits }) => hits.map(({ key, score, parts }) => [key, score, parts])),
  );
}

describe("the first rows of a collection", () => {
  const folder = useTemporaryFolder();
  const open = (name: string, flushBytes?: number): ReturnType<typeof openInlineEngine> =>
    openInlineEngine(join(folder(), name), {
      search: { ...searchDefaults, exhaustiveBelowPassages: 0 },
      ...(flushBytes === undefined ? {} : { flushBytes }),
    });

  async function manifestOf(name: string): Promise<Manifest> {
    const data = openDataFolder(join(folder(), name));
    const { path } = data.found[0]!;
    data.close();
    const store = openLmdbStore(path);
    try {
      return store.readManifest();
    } finally {
      await store.close();
    }
  }

  it("give one centre, however they were grouped, flushed and merged, and after a restart", async () => {
    const found: string[] = [];
    const centres: unknown[] = [];
    for (const [name, batchSize, flushBytes] of [
      ["one by one", 1, undefined],
      ["in groups", 32, undefined],
      ["at once", 1000, undefined],
      ["in small segments", 16, 35_000],
    ] as const) {
      const engine = await open(name, flushBytes);
      await createNotes(engine.api, { dim });
      await putAll(engine.api, notes.slice(0, 130), batchSize);
      await engine.close();
      const again = await open(name, flushBytes);
      await putAll(again.api, notes.slice(130), batchSize);
      found.push(await answersOf(again.api));
      await optimize(again.api);
      found.push(await answersOf(again.api));
      await again.close();
      centres.push((await manifestOf(name)).centring);
    }
    for (const answers of found) assert.equal(answers, found[0]);
    for (const centre of centres) assert.deepEqual(centre, centres[0]);
    assert.equal((await manifestOf("at once")).centring?.isFixed, true);
  });

  it("are found by their own rows at every size, also while the centre is still to be fixed", async () => {
    const { api, close } = await open("growing");
    await createNotes(api, { dim });
    for (const [i, one] of notes.slice(0, 140).entries()) {
      await api.put("notes", one);
      if (i % 10 !== 3) continue;
      const asked = notes[i - 1]!;
      const { hits } = await finalOf(api, { vectors: asked.vectors, exhaustive: true });
      assert.equal(hits[0]?.key, asked.key, `after ${i + 1} notes`);
      // Its rows with themselves: 1 each, up to what the codes lose.
      assert.ok(Math.abs((hits[0].parts.maxsim ?? 0) / 16 - 1) < 0.05, `${hits[0].parts.maxsim}`);
    }
    await close();
  });

  it("stay in the journal until the centre is fixed, and are deleted and replaced there", async () => {
    const engine = await open("edited");
    await createNotes(engine.api, { dim });
    await putAll(engine.api, notes.slice(0, 40));
    await engine.api.delete(
      "notes",
      notes.slice(0, 20).map(({ key }) => key),
    );
    await engine.api.put("notes", { ...note(500), key: "note-21" });
    const set = new Map([["year", { kind: "integer", value: 2026n }]] as const);
    await engine.api.update("notes", { key: "note-22", set, remove: [] });
    const { segmentCount } = engine.api.describeCollection("notes");
    assert.equal(segmentCount, 0);
    await engine.close();
    const again = await open("edited");
    await putAll(again.api, notes.slice(40));
    const { hits } = await finalOf(again.api, { vectors: note(500).vectors, exhaustive: true });
    assert.equal(hits[0]?.key, "note-21");
    const updated = await finalOf(again.api, { vectors: notes[22]!.vectors, exhaustive: true });
    assert.equal(updated.hits[0]?.key, "note-22");
    assert.equal(again.api.describeCollection("notes").documentCount, 130);
    await again.close();
    assert.equal((await manifestOf("edited")).centring?.isFixed, true);
  });

  it("fix the centre early when the collection is optimized, and it never changes", async () => {
    const engine = await open("early");
    await createNotes(engine.api, { dim });
    await putAll(engine.api, notes.slice(0, 20));
    await optimize(engine.api);
    await engine.close();
    const { centring } = await manifestOf("early");
    assert.equal(centring?.isFixed, true);
    assert.equal(centring.rowCount, 256);
    const again = await open("early");
    await putAll(again.api, notes.slice(20));
    const { hits } = await finalOf(again.api, { vectors: notes[3]!.vectors, exhaustive: true });
    assert.equal(hits[0]?.key, "note-3");
    await again.close();
    assert.deepEqual((await manifestOf("early")).centring, centring);
  });
});
