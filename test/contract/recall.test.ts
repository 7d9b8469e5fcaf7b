// What a measured recall is worth: what is promised by it, when it is told, and when nothing is.

import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Admission } from "../../src/search/admission.js";
import {
  calibrate,
  documents,
  queries,
  recallOf,
  withEngine,
  withMeasured,
  withNotes,
} from "../support/calibrated-notes.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { searchDefaults } from "../support/inline-engine.js";
import { writeTinyModel } from "../support/model-folders.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededQueries, shuffled } from "../support/seeded-corpus.js";

const [query] = queries;

describe("a measured recall", () => {
  const folder = useTemporaryFolder();

  it("is reached by held-back queries in the promised share of cases", async () => {
    await withNotes(folder(), async ({ api }) => {
      const confidence = 0.9;
      const mixed = shuffled(seededQueries({ seed: 77, count: 400, dim: 16 }), 1);
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
    await withMeasured(folder(), async ({ api }) => {
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

  it("never counts more of long documents than the search of each pool size finds", async () => {
    const models = join(folder(), "models");
    await mkdir(models);
    await writeTinyModel(join(models, "tiny"));
    const use = { modelsFolder: models, defaultModel: "tiny" };
    await withEngine(
      join(folder(), "data"),
      async ({ api }) => {
        await api.createCollection({ name: "notes", ifNotExists: false });
        const long = documents.slice(0, 60).map(({ key, title, text, fields }, i) => {
          const sentences = Array.from({ length: 1 + (i % 4) * 4 }, (_, n) => `${text} nr ${n}.`);
          return { key, title, text: sentences.join(" "), fields };
        });
        await putAll(api, long);
        const { passageCount, documentCount } = api.describeCollection("notes");
        assert.ok(passageCount > 2 * documentCount, `${passageCount} passages`);
        const samples = queries.slice(0, 12).map(({ text }) => ({ text }));
        const { estimates } = await calibrate(api, { samples });
        for (const { poolSize, recall } of estimates) {
          let total = 0;
          for (const one of samples) {
            const wanted = keysOf(await finalOf(api, whole(one)));
            const final = await finalOf(api, { ...one, sketchPoolSize: poolSize });
            total += keysOf(final).filter((key) => wanted.includes(key)).length / wanted.length;
          }
          assert.ok(recall > 0 && recall <= total / samples.length + 1e-9, `${poolSize}: ${total}`);
        }
        // Sentences drawn from the passages are encoded by the model as queries are.
        assert.equal((await calibrate(api, { sampleCount: 10 })).hasWords, true);
      },
      use,
    );
  });

  it("is told from the candidates on, of the largest measured pool within the one in use", async () => {
    await withMeasured(folder(), async ({ api }) => {
      const { estimates } = recallOf(api)!;
      const updates = await searchNotes(api, {
        ...query!,
        sketchPoolSize: 127,
        minUpdateIntervalMs: 0,
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
    await withMeasured(folder(), async ({ api }) => {
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
    await withMeasured(folder(), async ({ api }) => {
      for (const stageBudgets of [
        { lateInteractionMs: 0 },
        { candidatesMs: 0 },
        { lexicalMs: 0 },
      ]) {
        const final = await finalOf(api, { ...query!, stageBudgets });
        assert.equal(final.degradations[0]?.reason, "BUDGET_EXHAUSTED");
        assert.equal(final.expectedRecall, undefined, JSON.stringify(stageBudgets));
      }
      // What is lost after late interaction does not make its ranking poorer.
      const final = await finalOf(api, { ...query!, rerank: {} });
      assert.equal(final.degradations[0]?.reason, "CROSS_ENCODER_ABSENT");
      assert.ok(final.expectedRecall !== undefined);
    });
  });

  it("is not told while many searches wait and fewer candidates are scored", async () => {
    await withMeasured(folder(), () => Promise.resolve());
    const told = { pressure: 1 };
    const waiting = { high: 0, normal: 0, low: 0 };
    const refused = { queue_full: 0, budget_too_small: 0, expired: 0, event_loop_late: 0 };
    const admission: Admission = {
      enter: () => ({ turn: () => Promise.resolve(), leave: () => undefined }),
      state: () => ({ atWork: 0, atWorkMax: 1, waiting, refused, pressure: told.pressure }),
    };
    await withEngine(
      folder(),
      async ({ api }) => {
        const reduced = await finalOf(api, query!);
        assert.deepEqual(
          reduced.degradations.map(({ reason }) => reason),
          ["PRESSURE_REDUCED"],
        );
        assert.equal(reduced.expectedRecall, undefined);
        told.pressure = 0;
        assert.ok((await finalOf(api, query!)).expectedRecall !== undefined);
      },
      { admission },
    );
  });

  it("that no pool reaches, or that was measured for other searches, is reached by scoring all", async () => {
    await withMeasured(folder(), async ({ api }) => {
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
    await withEngine(folder(), async ({ api }) => {
      await createNotes(api, { dim: 16 });
      await assert.rejects(calibrate(api, {}), { reason: "INVALID_FIELD", field: "name" });
      await putAll(api, documents, 64);
      await assert.rejects(finalOf(api, { ...query!, minRecall: 0.9 }), {
        reason: "NOT_CALIBRATED",
        field: "min_recall",
      });
      await calibrate(api, { samples: queries.slice(0, 20) });
      for (const wrong of [
        { minRecall: 0 },
        { minRecall: 1.1 },
        { minRecall: NaN },
        { minRecall: 0.5, sketchPoolSize: 100 },
      ])
        await assert.rejects(finalOf(api, { ...query!, ...wrong }), {
          reason: "INVALID_FIELD",
          field: "min_recall",
        });
    });
    await withEngine(
      folder(),
      async ({ api }) => {
        await api.dropCollection("notes");
        await createNotes(api, { dim: 16 });
        await putAll(api, documents.slice(0, 50));
        const final = await finalOf(api, { ...query!, minRecall: 0.9 });
        assert.equal(final.certificate, "exact");
      },
      { search: searchDefaults },
    );
  });
});

function whole(asked: Partial<SearchRequest>): Partial<SearchRequest> {
  return { ...asked, exhaustive: true };
}

function keysOf({ hits }: SearchUpdate): readonly string[] {
  return hits.map(({ key }) => key);
}
