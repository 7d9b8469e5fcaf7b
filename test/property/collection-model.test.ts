// The write path against a map in memory: whatever is written, flushed and reopened in whatever
// order, each generation shows exactly what the map held when it was made.

import assert from "node:assert/strict";

import { isSluiceError } from "../../src/core/errors.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import { closeCollection } from "../../src/index/collection.js";
import type { WritableCollection } from "../../src/index/collection.js";
import type { Generation } from "../../src/index/generation.js";
import { CollectionWriter } from "../../src/ingest/collection-writer.js";
import type {
  PutOperation,
  WriteOperation,
  WriteResult,
} from "../../src/ingest/write-operations.js";
import { openSmallCollection, seededPut } from "../support/collections.js";
import { contentsOf, readContents } from "../support/generation-contents.js";
import type { Contents } from "../support/generation-contents.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const keys = ["a", "b", "c", "d", "é", "\u{1d400}", "key", "key2"];

interface World {
  readonly prng: Prng;
  readonly folder: string;
  owner: WritableCollection;
  writer: CollectionWriter;
  readonly model: Map<string, PutOperation>;
  /** Acquired generations, with what they showed when they were new. */
  held: { readonly generation: Generation; readonly contents: Contents }[];
  version: number;
  lastSequence: number;
  readonly steps: { flush: number; merge: number; remove: number };
}

function below(world: World, bound: number): number {
  return world.prng.nextUint32() % bound;
}

function anyKey(world: World): string {
  return keys[below(world, keys.length)] ?? "a";
}

function anyOperation(world: World): WriteOperation {
  if (below(world, 4) === 0) return { kind: "delete", key: anyKey(world) };
  world.version += 1;
  return seededPut(anyKey(world), world.version);
}

/** Sends a few writes at once, the same key among them perhaps, and looks at their results. */
async function write(world: World): Promise<void> {
  const operations = Array.from({ length: 1 + below(world, 5) }, () => anyOperation(world));
  const results = await Promise.all(operations.map((operation) => world.writer.write(operation)));
  for (const [i, operation] of operations.entries()) {
    const result = results[i];
    assert.ok(result !== undefined);
    checkResult(world, operation, result);
    if (operation.kind === "put") world.model.set(operation.key, operation);
    else world.model.delete(operation.key);
  }
}

function checkResult(world: World, operation: WriteOperation, result: WriteResult): void {
  const isThere = world.model.has(operation.key);
  assert.equal(result.isChanged, operation.kind === "put" || isThere);
  assert.equal(result.passageCount, operation.kind === "put" ? operation.passages.length : 0);
  if (result.isChanged) assert.ok(result.sequence > world.lastSequence, "sequences rise");
  else assert.equal(result.sequence, world.lastSequence);
  world.lastSequence = result.sequence;
}

function checkNow(world: World): void {
  const { generation } = world.owner.view;
  const expected = contentsOf(world.model.values());
  assert.deepEqual(readContents(generation), expected);
  assert.equal(generation.documentCount, world.model.size);
  assert.equal(generation.lastSequence, world.lastSequence);
  const all = [...world.model.values()].flatMap((put) => put.passages);
  const sum = (of: (passage: (typeof all)[number]) => number): number =>
    all.reduce((total, passage) => total + of(passage), 0);
  assert.deepEqual(generation.totals, {
    passageCount: all.length,
    lengthTotal: sum((passage) => passage.terms.length),
    tokenCount: sum((passage) => passage.tokenCount),
  });
  for (const held of world.held)
    assert.deepEqual(readContents(held.generation), held.contents, "an acquired generation stays");
}

function hold(world: World): void {
  const { generation } = world.owner.view;
  generation.acquire();
  world.held.push({ generation, contents: contentsOf(world.model.values()) });
}

function letGo(world: World): void {
  const [held] = world.held.splice(below(world, Math.max(1, world.held.length)), 1);
  held?.generation.release();
}

async function reopen(world: World): Promise<void> {
  await world.writer.close();
  for (const { generation } of world.held.splice(0)) generation.release();
  await closeCollection(world.owner.view);
  world.owner = await openSmallCollection(world.folder);
  world.writer = newWriter(world);
  // As a server does: a flush may be due at once.
  world.writer.maintain();
  assert.deepEqual(world.owner.view.damages, []);
}

/** Flushes and merges now and then: a passage has some 14 bytes of codes. */
function newWriter({
  owner,
  prng,
  steps,
}: Pick<World, "owner" | "prng" | "steps">): CollectionWriter {
  return new CollectionWriter(owner, {
    flushBytes: 40 + (prng.nextUint32() % 400),
    segmentBytesMax: 2_000 + (prng.nextUint32() % 10_000),
    onMaintenanceFailure: (error) => assert.fail(String(error)),
    onMaintenanceStep: ({ kind, phase }) => {
      if (phase === "end") steps[kind] += 1;
    },
  });
}

async function step(world: World): Promise<void> {
  const choice = below(world, 20);
  if (choice < 14) await write(world);
  else if (choice < 15) await world.writer.optimize({ isFull: below(world, 2) === 0 });
  else if (choice < 17) hold(world);
  else if (choice < 19) letGo(world);
  else await reopen(world);
}

async function runModel(folder: string, seed: number): Promise<World["steps"]> {
  const prng = createPrng(seed);
  const owner = await openSmallCollection(folder);
  const steps = { flush: 0, merge: 0, remove: 0 };
  const writer = newWriter({ owner, prng, steps });
  const world: World = {
    prng,
    folder,
    owner,
    writer,
    model: new Map<string, PutOperation>(),
    held: [],
    version: 0,
    lastSequence: 0,
    steps,
  };
  for (let i = 0; i < 60; i += 1) {
    await step(world);
    checkNow(world);
  }
  await reopen(world);
  checkNow(world);
  const { store, flushed } = world.owner.view;
  assert.deepEqual(store.check().damages, []);
  await world.writer.settle();
  // What no generation names is gone from the disk.
  world.writer.maintain();
  await world.writer.settle();
  assert.deepEqual(store.segmentIds(), new Set(flushed.keys()));
  await world.writer.close();
  await closeCollection(world.owner.view);
  return steps;
}

describe("a collection and its writer", () => {
  for (let seed = 1; seed <= 8; seed += 1)
    it(`show what a map would hold (seed ${seed})`, () =>
      withTemporaryFolder(async (folder) => {
        const { flush, merge, remove } = await runModel(folder, seed);
        assert.ok(flush > 5 && merge > 2 && remove > 0, "the run has flushed and merged");
      }));

  it("refuses a write after close, with nothing of it done", () =>
    withTemporaryFolder(async (folder) => {
      const owner = await openSmallCollection(folder);
      const writer = new CollectionWriter(owner, { flushBytes: 1000 });
      const first = writer.write(seededPut("a", 1));
      const closed = writer.close();
      await assert.rejects(
        writer.write(seededPut("b", 2)),
        (error) => isSluiceError(error) && error.reason === "NOT_READY",
      );
      await closed;
      assert.equal((await first).isChanged, true);
      assert.equal(owner.view.generation.documentCount, 1);
      await closeCollection(owner.view);
    }));
});
