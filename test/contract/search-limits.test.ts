// How searches end before they are done: budgets, deadlines, cancels, drops, overload.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import type { EngineApi } from "../../src/engine/api.js";
import type { ScoreTask } from "../../src/scoring/score.protocol.js";
import { runScoreTask } from "../../src/scoring/score-loop.js";
import { toScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { isRaised } from "../../src/core/cancel-flag.js";
import { createCodesReader } from "../../src/index/segment-codes.js";
import { createMapTurn } from "../../src/store/map-turn.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { hasReason } from "../support/errors.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { settle } from "../support/fake-time.js";
import { openInlineEngine, searchDefaults, searchRequest } from "../support/inline-engine.js";
import type { InlineEngine, InlineEngineOptions } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { checked } from "../../src/client/stream-contract.js";

const dim = 16;
const documents = seededDocuments({ seed: 31, count: 100, dim });
const [query] = seededQueries({ seed: 31, count: 1, dim });
const search = { ...searchDefaults, minUpdateIntervalMs: 0, batchPassages: 8 };

describe("a search that ends early", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(options: Partial<InlineEngineOptions> = {}): Promise<EngineApi> {
    engine = await openInlineEngine(folder(), { search, ...options });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  for (const [kind, stage] of [
    ["lexical", "lexical"],
    ["scan", "candidates"],
    ["maxsim", "late_interaction"],
  ] as const) {
    it(`gives the best ranking so far when its budget runs out before ${stage}`, async () => {
      const time = { now: 0 };
      // The clock jumps when the stage's first task is asked for.
      const scorer = watchedScorer((task) => {
        if (task.kind === kind) time.now += 1000;
      });
      const api = await open({ scorer, clock: () => time.now });
      const final = (await searchNotes(api, { ...query!, budgetMs: 500 })).at(-1)!;
      assert.notEqual(final.certificate, "exact");
      const [degradation, ...more] = final.degradations;
      assert.deepEqual(more, []);
      assert.equal(degradation?.reason, "BUDGET_EXHAUSTED");
      assert.equal(degradation.stages[0], stage);
      assert.equal(degradation.stages.at(-1), "late_interaction");
      assert.equal(final.hits.length > 0, kind !== "lexical");
    });
  }

  it("plans to answer before the caller's deadline", async () => {
    const time = { now: 0 };
    const scorer = watchedScorer((task) => {
      if (task.kind === "scan") time.now += 950;
    });
    const api = await open({ scorer, clock: () => time.now });
    const updates = await searchNotes(api, query!, { deadlineMs: 1000 });
    assert.equal(updates.at(-1)?.degradations[0]?.reason, "DEADLINE_REACHED");
    assert.equal(updates.at(-1)?.stage, "lexical");
  });

  it("fails when its deadline comes before anything was computed", async () => {
    const time = { now: 0 };
    const scorer = watchedScorer((task) => {
      if (task.kind === "lexical") time.now += 950;
    });
    const api = await open({ scorer, clock: () => time.now });
    await assert.rejects(
      searchNotes(api, query!, { deadlineMs: 1000 }),
      hasReason("DEADLINE_EXCEEDED", /before any stage had finished/),
    );
  });

  it("lets go of everything when its caller leaves at any update", async () => {
    const cancels: SharedArrayBuffer[] = [];
    const scorer = watchedScorer(({ cancel }) => cancels.push(cancel));
    const api = await open({ scorer });
    const { length } = await searchNotes(api, query!);
    assert.ok(length >= 3, `${length} updates`);
    for (let leaveAt = 0; leaveAt <= length; leaveAt += 1) {
      for (const how of ["abort", "return"] as const) {
        await leave(api, { leaveAt, how });
        await assertNothingHeld(api, `${how} at update ${leaveAt}`);
      }
    }
    assert.ok(cancels.every(isRaised), "work that may still run is told to stop");
    assert.equal((await finalOf(api, query!)).certificate, "exact");
  });

  /** Reads `leaveAt` updates, then aborts or returns. */
  async function leave(
    api: EngineApi,
    { leaveAt, how }: { leaveAt: number; how: "abort" | "return" },
  ): Promise<void> {
    const controller = new AbortController();
    const gone = new Error("the caller went away");
    const stream = checked(api.search(searchRequest(query!), { signal: controller.signal }), {
      k: 10,
    });
    for (let i = 0; i < leaveAt; i += 1) await stream.next();
    if (how === "return") {
      await stream.return();
    } else {
      controller.abort(gone);
      await assert.rejects(readAll(stream), gone).catch((error: unknown) => {
        // The final update had been read: nothing was left to abort.
        if (!(error instanceof assert.AssertionError)) throw error;
      });
    }
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  }

  async function assertNothingHeld(api: EngineApi, when: string): Promise<void> {
    const { collection, searches } = engine!.collections.opened("notes")!;
    assert.equal(searches.size, 0, `${when}: a search is still entered`);
    const { generation } = collection;
    await api.put("notes", documents[0]!);
    // The write let go of its generation; it was the last to hold it, so nobody can any more.
    assert.throws(() => generation.acquire(), /released/, when);
  }

  it("ends with COLLECTION_NOT_FOUND when its collection is dropped", async () => {
    const api = await open();
    const stream = api.search(searchRequest(query!), { signal: new AbortController().signal });
    assert.equal((await stream.next()).done, false);
    const dropping = api.dropCollection("notes");
    await assert.rejects(readAll(stream), hasReason("COLLECTION_NOT_FOUND", /was dropped/));
    await dropping;
    await assert.rejects(searchNotes(api, query!), hasReason("COLLECTION_NOT_FOUND"));
    await createNotes(api, { dim });
    assert.deepEqual((await finalOf(api, query!)).hits, []);
  });

  it("ends too when it waits for a write of a collection that is dropped", async () => {
    const api = await open();
    const waiting = assert.rejects(
      searchNotes(api, { ...query!, minSequence: 10_000 }),
      hasReason("COLLECTION_NOT_FOUND", /was dropped/),
    );
    await settle();
    await api.dropCollection("notes");
    await waiting;
  });

  it("is refused beyond the bound, and admitted again below it", async () => {
    const api = await open({ searchesMax: 2 });
    const { signal } = new AbortController();
    const streams = [1, 2].map(() => api.search(searchRequest(query!), { signal }));
    await Promise.all(streams.map((stream) => stream.next()));
    await assert.rejects(searchNotes(api, query!), hasReason("OVERLOADED", /limit is 2/));
    await streams[0]!.return();
    assert.equal((await finalOf(api, query!)).certificate, "exact");
    await streams[1]!.return();
    await assert.rejects(searchNotes(api, { ...query!, k: 0 }), hasReason("INVALID_FIELD"));
    await assertNothingHeld(api, "after a refusal");
  });
});

/** The inline scorer, seen before each task. */
function watchedScorer(before: (task: ScoreTask) => void): Scorer {
  const { kernels } = loadKernels();
  const reader = createCodesReader(createMapTurn());
  return toScorer(2, async (task) => {
    before(task);
    await settle();
    return runScoreTask(task, kernels, reader);
  });
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const update of stream) assert.ok(update);
}
