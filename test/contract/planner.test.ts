// What a search leaves out because it would not be done in time, or because others wait.

import assert from "node:assert/strict";

import type { EngineApi } from "../../src/engine/api.js";
import type { ScoreTask } from "../../src/scoring/score.protocol.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createStageTimes } from "../../src/search/stage-times.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine, InlineEngineOptions } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 131, count: 200, dim });
const [query] = seededQueries({ seed: 131, count: 1, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0, minUpdateIntervalMs: 0 };

describe("a search that plans its time", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  async function open(options: Partial<InlineEngineOptions>): Promise<EngineApi> {
    engine = await openInlineEngine(folder(), { search, ...options });
    await createNotes(engine.api, { dim });
    await putAll(engine.api, documents);
    return engine.api;
  }

  for (const [kind, method, stage] of [
    ["scan", "scan", "candidates"],
    ["maxsim", "maxSim", "late_interaction"],
  ] as const)
    it(`does not begin ${stage} when it has taken longer lately than there is time`, async () => {
      const time = { now: 0 };
      let begun = 0;
      const scorer = watched(method, () => {
        begun += 1;
        time.now += 100;
      });
      const api = await open({ scorer, clock: () => time.now });
      // As long as little is known, it is tried.
      const early = await finalOf(api, { ...query!, k: 5, budgetMs: 50 });
      assert.ok(begun > 0, kind);
      assert.equal(early.degradations[0]?.reason, "BUDGET_EXHAUSTED");
      for (let i = 0; i < 20; i += 1) await finalOf(api, { ...query!, k: 5 });
      begun = 0;
      const startMs = time.now;
      const final = await finalOf(api, { ...query!, k: 5, budgetMs: 50 });
      assert.equal(begun, 0);
      assert.equal(time.now, startMs);
      const [degradation, ...more] = final.degradations;
      assert.deepEqual(more, []);
      assert.equal(degradation?.reason, "BUDGET_EXHAUSTED");
      assert.equal(degradation.stages[0], stage);
      assert.equal(final.hits.length, 5);
      // It is not given up for ever.
      for (let i = 0; i < 64 && begun === 0; i += 1)
        await finalOf(api, { ...query!, k: 5, budgetMs: 50 });
      assert.ok(begun > 0);
      // And with time enough it runs.
      assert.deepEqual((await finalOf(api, { ...query!, k: 5 })).degradations, []);
    });

  it("tries everything when there is no answer yet", async () => {
    const time = { now: 0 };
    let begun = 0;
    const scorer = watched("scan", () => {
      begun += 1;
      time.now += 100;
    });
    const api = await open({ scorer, clock: () => time.now });
    const { vectors } = query!;
    for (let i = 0; i < 20; i += 1) await finalOf(api, { text: "", vectors, k: 5 });
    begun = 0;
    await finalOf(api, { text: "", vectors, k: 5, budgetMs: 50 });
    assert.ok(begun > 0);
  });

  it("scores fewer candidates while many searches wait: batches first, what is urgent never", async () => {
    const admission = { pressure: 0 };
    const api = await open({ admission: underPressure(admission) });
    const scoredAt = async (
      pressure: number,
      priority: "high" | "normal" | "low",
    ): Promise<number> => {
      admission.pressure = pressure;
      const final = await finalOf(api, { ...query!, k: 5, priority });
      const reasons = final.degradations.map(({ reason }) => reason);
      const whole = (await finalOf(api, { ...query!, k: 5, priority: "high" })).coverage;
      const isReduced = final.coverage.maxSimScored < whole.maxSimScored;
      assert.deepEqual(reasons, isReduced ? ["PRESSURE_REDUCED"] : []);
      return final.coverage.maxSimScored / whole.maxSimScored;
    };
    assert.equal(await scoredAt(0, "low"), 1);
    assert.equal(await scoredAt(0.2, "normal"), 1);
    const batch = await scoredAt(0.4, "low");
    const normal = await scoredAt(0.4, "normal");
    assert.ok(batch < normal && normal < 1, `${batch} and ${normal}`);
    assert.ok(Math.abs((await scoredAt(1, "normal")) - 0.5) < 0.02);
    assert.equal(await scoredAt(1, "high"), 1);
    // Who asks for everything gets everything.
    admission.pressure = 1;
    const exhaustive = await finalOf(api, { ...query!, k: 5, exhaustive: true });
    assert.equal(exhaustive.certificate, "exact");
    assert.deepEqual(exhaustive.degradations, []);
  });

  it("tells no loss under pressure where every passage is scored in any case", async () => {
    const api = await open({
      search: { ...search, exhaustiveBelowPassages: documents.length },
      admission: underPressure({ pressure: 1 }),
    });
    const final = await finalOf(api, { ...query!, k: 5 });
    assert.equal(final.certificate, "exact");
    assert.deepEqual(final.degradations, []);
  });
});

describe("createStageTimes", () => {
  it("tells what 19 of 20 recent ones took, once some are known", () => {
    const times = createStageTimes();
    for (let ms = 1; ms < 8; ms += 1) times.note("candidates", ms);
    assert.equal(times.expectedMs("candidates"), undefined);
    for (let ms = 8; ms <= 40; ms += 1) times.note("candidates", ms);
    assert.equal(times.expectedMs("candidates"), 38);
    assert.equal(times.expectedMs("late_interaction"), undefined);
    for (let i = 0; i < 64; i += 1) times.note("candidates", 2);
    assert.equal(times.expectedMs("candidates"), 2);
    for (let i = 0; i < 60; i += 1) times.skipped("candidates");
    assert.equal(times.expectedMs("candidates"), undefined);
  });
});

/** The inline scorer, which tells when a method is called. */
function watched(method: "scan" | "maxSim", onCall: () => void): Scorer {
  const scorer = createInlineScorer(loadKernels().kernels);
  const call = scorer[method].bind(scorer) as (task: ScoreTask) => never;
  return {
    ...scorer,
    [method]: (task: ScoreTask) => {
      onCall();
      return call(task);
    },
  };
}

/** Lets every search in, under the pressure that it is told of. */
function underPressure(told: { readonly pressure: number }): InlineEngineOptions["admission"] {
  return {
    enter: () => ({ turn: () => Promise.resolve(), leave: () => undefined }),
    state: () => ({ atWork: 0, waiting: noneWaiting, refused: {}, pressure: told.pressure }),
  } as unknown as InlineEngineOptions["admission"];
}

const noneWaiting = { high: 0, normal: 0, low: 0 };
