// Calibrate, min_recall and expected_recall, through the engine: what is promised, and when nothing is.

import assert from "node:assert/strict";

import { inspect } from "../../src/app/inspect.js";
import type { EngineApi } from "../../src/rpc/ports.js";
import type { RecallStatus } from "../../src/index/collection-settings.js";
import type { SearchRequest } from "../../src/search/request.js";
import type { SearchUpdate } from "../../src/search/update.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries, shuffled } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 501, count: 420, dim });
const queries = seededQueries({ seed: 501, count: 120, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0, lexicalPoolSize: 16 };
const [query] = queries;

describe("calibrated recall", () => {
  const folder = useTemporaryFolder();

  async function withNotes(
    use: (engine: InlineEngine) => Promise<void>,
    options: Parameters<typeof openInlineEngine>[1] = {},
  ): Promise<void> {
    const engine = await openInlineEngine(folder(), { flushBytes: 4_000, search, ...options });
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  async function withMeasured(use: (engine: InlineEngine) => Promise<void>): Promise<void> {
    await withNotes(async (engine) => {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents, 64);
      await calibrate(engine.api, { samples: queries.slice(0, 60) });
      await use(engine);
    });
  }

  it("is reached by held-back queries in the promised share of cases", async () => {
    await withNotes(async ({ api }) => {
      await createNotes(api, { dim });
      await putAll(api, documents, 64);
      const confidence = 0.9;
      const mixed = shuffled(seededQueries({ seed: 77, count: 400, dim }), 1);
      const samples = mixed.slice(0, 200);
      const { estimates } = await calibrate(api, { samples, confidence });
      assert.deepEqual(
        estimates.map(({ poolSize }) => poolSize),
        [32, 64, 128, 256],
      );
      const kept = new Map<number, number>();
      const heldBack = mixed.slice(samples.length);
      for (const one of heldBack) {
        const wanted = keysOf(await finalOf(api, whole(one)));
        for (const { recall, recallLowerBound: minRecall, poolSize } of estimates) {
          const final = await finalOf(api, { ...one, minRecall });
          assert.equal(final.certificate, "estimate");
          assert.equal(final.expectedRecall, recall);
          const found = keysOf(final).filter((key) => wanted.includes(key)).length;
          const isKept = found / wanted.length >= minRecall;
          kept.set(poolSize, (kept.get(poolSize) ?? 0) + (isKept ? 1 : 0));
        }
      }
      const shares = Array.from(kept.values(), (count) => count / heldBack.length);
      // Three standard errors: the samples are drawn, and so are the queries held back.
      const share = confidence * (1 - confidence);
      const error = 3 * Math.sqrt(share / samples.length + share / heldBack.length);
      for (const one of shares) assert.ok(one >= confidence - error, shares.join());
      // The bounds rise with the pools, and say something.
      const bounds = estimates.map(({ recallLowerBound }) => recallLowerBound);
      assert.deepEqual([...new Set(bounds)].sort(), bounds);
      assert.ok(bounds[0]! > 0 && bounds[3]! >= 0.7, bounds.join());
    });
  });

  it("counts what the search of each pool size finds", async () => {
    await withMeasured(async ({ api }) => {
      const samples = queries.slice(60, 85);
      const { estimates } = await calibrate(api, { samples });
      for (const { poolSize, recall } of estimates) {
        let total = 0;
        for (const one of samples) {
          const wanted = keysOf(await finalOf(api, whole(one)));
          const final = await finalOf(api, { ...one, sketchPoolSize: poolSize });
          total += keysOf(final).filter((key) => wanted.includes(key)).length / wanted.length;
        }
        // Documents of one passage: nothing is found by another passage than the best.
        assert.ok(Math.abs(total / samples.length - recall) < 1e-9, `${poolSize}: ${total}`);
      }
    });
  });

  it("is told from the candidates on, of the largest measured pool within the one in use", async () => {
    await withMeasured(async ({ api }) => {
      const { estimates } = recallOf(api)!;
      const updates = await searchNotes(api, {
        ...{ ...query!, sketchPoolSize: 127, minUpdateIntervalMs: 0 },
      });
      assert.ok(updates.length >= 3);
      for (const { stage, expectedRecall } of updates)
        assert.equal(expectedRecall, stage === "lexical" ? undefined : estimates[1]!.recall);
      assert.equal(
        (await finalOf(api, { ...query!, sketchPoolSize: 31 })).expectedRecall,
        undefined,
      );
      const large = await finalOf(api, { ...query!, sketchPoolSize: 300 });
      assert.equal(large.expectedRecall, estimates[3]!.recall);
    });
  });

  it("is not told of other searches than were measured, nor of exact ones", async () => {
    await withMeasured(async ({ api }) => {
      const others: Partial<SearchRequest>[] = [
        { exhaustive: true },
        { sketchPoolSize: documents.length },
        { filter: { kind: "exists", field: "number" } },
        { groupBy: { field: "number", size: 1 } },
        { dedupeField: "number" },
        { otherQueries: [queries[1]!] },
        { lexicalWeight: 0.3 },
        { lexicalPoolSize: 15 },
        { text: "" },
      ];
      for (const other of others) {
        const updates = await searchNotes(api, { ...query!, ...other, minUpdateIntervalMs: 0 });
        const told = updates.filter(({ expectedRecall }) => expectedRecall !== undefined);
        // All passages are candidates: that this is exact is known once they are scored.
        const isLate = other.sketchPoolSize !== undefined;
        if (!isLate) assert.deepEqual(told, [], JSON.stringify(Object.keys(other)));
        assert.equal(updates.at(-1)!.expectedRecall, undefined);
      }
      const larger = await finalOf(api, { ...query!, lexicalPoolSize: 20 });
      assert.ok(larger.expectedRecall !== undefined);
    });
  });

  it("is not told once something was left out", async () => {
    await withMeasured(async ({ api }) => {
      for (const stageBudgets of [
        { lateInteractionMs: 0 },
        { candidatesMs: 0 },
        { lexicalMs: 0 },
      ]) {
        const final = await finalOf(api, { ...query!, stageBudgets });
        assert.equal(final.degradations[0]?.reason, "BUDGET_EXHAUSTED");
        assert.equal(final.expectedRecall, undefined, JSON.stringify(stageBudgets));
      }
    });
  });

  it("that no pool reaches, or that was measured for other searches, is reached by scoring all", async () => {
    await withMeasured(async ({ api }) => {
      assert.ok(recallOf(api)!.estimates.every(({ recallLowerBound }) => recallLowerBound < 1));
      for (const asked of [
        { minRecall: 1 },
        { minRecall: 0.1, filter: { kind: "exists", field: "number" } as const },
        { minRecall: 0.1, lexicalWeight: 1 },
      ]) {
        const final = await finalOf(api, { ...query!, ...asked });
        assert.equal(final.certificate, "exact");
        assert.equal(final.expectedRecall, undefined);
      }
    });
  });

  it("is needed for min_recall, unless the collection is scored whole anyway", async () => {
    await withNotes(async ({ api }) => {
      await createNotes(api, { dim });
      await assert.rejects(calibrate(api, {}), { reason: "INVALID_FIELD", field: "name" });
      await putAll(api, documents, 64);
      await assert.rejects(finalOf(api, { ...query!, minRecall: 0.9 }), {
        ...{ reason: "NOT_CALIBRATED", field: "min_recall" },
      });
      await calibrate(api, { samples: queries.slice(0, 20) });
      for (const wrong of [
        { minRecall: 0 },
        { minRecall: 1.1 },
        { minRecall: NaN },
        { minRecall: 0.5, sketchPoolSize: 100 },
      ])
        await assert.rejects(finalOf(api, { ...query!, ...wrong }), {
          ...{ reason: "INVALID_FIELD", field: "min_recall" },
        });
    });
    await withNotes(
      async ({ api }) => {
        await api.dropCollection("notes");
        await createNotes(api, { dim });
        await putAll(api, documents.slice(0, 50));
        const final = await finalOf(api, { ...query!, minRecall: 0.9 });
        assert.equal(final.certificate, "exact");
      },
      { search: searchDefaults },
    );
  });

  it("outlives restarts, snapshots and optimizing, until a fifth has changed", async () => {
    await withMeasured(async ({ api }) => {
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
    });
    let measured: RecallStatus | undefined;
    await withNotes(async ({ api, collections }) => {
      measured = recallOf(api);
      assert.equal(measured?.passageCount, documents.length);
      assert.equal(measured.isStale, false);
      for await (const { step } of api.snapshot("notes", "kept")) assert.ok(step);
      const { signal } = new AbortController();
      for await (const { step } of api.optimize("notes", { isFull: true, signal })) assert.ok(step);
      // A document of this corpus is one passage.
      await putAll(api, documents.slice(0, 84), 64);
      assert.equal(recallOf(api)?.isStale, false);
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
      await putAll(api, documents.slice(84, 85));
      assert.equal(recallOf(api)?.isStale, true);
      assert.equal((await finalOf(api, query!)).expectedRecall, undefined);
      await assert.rejects(finalOf(api, { ...query!, minRecall: 0.5 }), {
        ...{ reason: "NOT_CALIBRATED", message: /much of it changed/ },
      });
      await api.dropCollection("notes");
      for await (const { step } of api.restore("kept", undefined)) assert.ok(step);
      assert.deepEqual(recallOf(api), measured);
      const { damages } = await inspect(await closedFolder(collections));
      assert.deepEqual(damages, []);
    });
  });

  it("is measured by samples drawn from the passages, the same ones each time", async () => {
    await withNotes(async ({ api }) => {
      await createNotes(api, { dim });
      await putAll(api, documents, 64);
      const first = await calibrate(api, { sampleCount: 40 });
      assert.equal(first.areSamplesGiven, false);
      assert.equal(first.sampleCount, 40);
      assert.deepEqual(await calibrate(api, { sampleCount: 40 }), first);
      assert.deepEqual(recallOf(api), first);
      assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
    });
  });

  it("is what it was when a calibration is cancelled", async () => {
    await withNotes(async ({ api, collections }) => {
      await createNotes(api, { dim });
      await putAll(api, documents, 64);
      const { collection, searches } = collections.get("notes");
      const gone = new Error("gone");
      for (const before of [undefined, await calibrate(api, { sampleCount: 10 })]) {
        if (before === undefined)
          await collection.store.writeRecall((collection.recall = undefined));
        const controller = new AbortController();
        const job = api.calibrate("notes", { samples: queries, signal: controller.signal });
        await assert.rejects(async () => {
          for await (const { done } of job) if (done === 3) controller.abort(gone);
        }, gone);
        assert.deepEqual(recallOf(api), before);
        assert.equal(collection.store.readRecall()?.sampleCount, before?.sampleCount);
        assert.equal(searches.size, 0);
        assert.equal(collection.held.size, 1);
        if (before === undefined) await calibrate(api, { sampleCount: 10 });
      }
      const left = api.calibrate("notes", {
        samples: queries,
        signal: new AbortController().signal,
      });
      await left.next();
      await left.return();
      assert.equal(collection.held.size, 1);
    });
  });

  it("stops being measured when the collection is dropped", async () => {
    await withNotes(async ({ api }) => {
      await createNotes(api, { dim });
      await putAll(api, documents.slice(0, 100), 64);
      const { signal } = new AbortController();
      await assert.rejects(
        async () => {
          for await (const { done } of api.calibrate("notes", { samples: queries, signal }))
            if (done === 2) await api.dropCollection("notes");
        },
        { reason: "COLLECTION_NOT_FOUND" },
      );
    });
  });
});

async function calibrate(
  api: EngineApi,
  asked: Omit<Parameters<EngineApi["calibrate"]>[1], "signal">,
): Promise<RecallStatus> {
  const { signal } = new AbortController();
  let result: RecallStatus | undefined;
  for await (const progress of api.calibrate("notes", { ...asked, signal }))
    result = progress.result;
  if (result === undefined) throw new Error("a calibration without a result");
  return result;
}

function recallOf(api: EngineApi): RecallStatus | undefined {
  return api.describeCollection("notes").recall;
}

function whole(asked: Partial<SearchRequest>): Partial<SearchRequest> {
  return { ...asked, exhaustive: true };
}

function keysOf({ hits }: SearchUpdate): readonly string[] {
  return hits.map(({ key }) => key);
}

async function closedFolder(collections: InlineEngine["collections"]): Promise<string> {
  const { store } = collections.get("notes").collection;
  await collections.close();
  return store.folder;
}
