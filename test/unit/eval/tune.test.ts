import assert from "node:assert/strict";

import { createPrng } from "../../../src/core/prng.js";
import type { Evaluation } from "../../../src/eval/evaluate.js";
import { tune, tuningDefaults } from "../../../src/eval/tune.js";

function evaluation(valueOf: (i: number) => number): Evaluation {
  const queries = Array.from({ length: 60 }, (_, i) => ({
    query: `q${i}`,
    values: [0, valueOf(i)],
  }));
  return { measures: ["RR", "nDCG@10"], queries, means: [], missingCount: 0 };
}

const options = { ...tuningDefaults, measure: "nDCG@10", baseline: 0 };

describe("tune", () => {
  it("finds a value that is better everywhere, and that the gain is sure", () => {
    const points = [0, 1, 2].map((value) => ({
      value,
      evaluation: evaluation((i) => 0.2 + 0.1 * value + (i % 7) / 100),
    }));
    const tuning = tune(points, options);
    assert.equal(tuning.best, 2);
    assert.deepEqual(tuning.chosen, [2, 2, 2, 2, 2]);
    assert.ok(Math.abs(tuning.comparison.difference - 0.2) < 1e-9);
    assert.ok(tuning.comparison.randomization.pValue < 0.001);
  });

  it("keeps the baseline where all values are equal", () => {
    const points = [3, 0, 1].map((value) => ({ value, evaluation: evaluation(() => 0.5) }));
    const tuning = tune(points, options);
    assert.deepEqual([tuning.best, tuning.comparison.difference], [0, 0]);
  });

  it("does not take chance for a gain: choosing on noise brings nothing on queries held back", () => {
    const prng = createPrng(7);
    const points = Array.from({ length: 12 }, (_, value) => ({
      value,
      evaluation: evaluation(() => prng.nextFloat()),
    }));
    const tuning = tune(points, options);
    const apparent =
      Math.max(...tuning.means.map(({ mean }) => mean)) - (tuning.means[0]?.mean ?? 0);
    assert.ok(apparent > 0.02, "on the queries it was chosen by, the best looks better");
    assert.ok(tuning.comparison.difference < apparent, "held-back queries tell less");
    assert.ok(tuning.comparison.randomization.pValue > 0.05);
  });
});
