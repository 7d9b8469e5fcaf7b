import assert from "node:assert/strict";

import { compareEvaluations, comparisonDefaults } from "../../../src/eval/compare.js";
import type { Evaluation } from "../../../src/eval/evaluate.js";

function evaluation(values: Readonly<Record<string, number>>): Evaluation {
  const queries = Object.entries(values).map(([query, value]) => ({ query, values: [0, value] }));
  return { measures: ["RR@10", "nDCG@10"], queries, means: [], missingCount: 0 };
}

const options = { ...comparisonDefaults, measure: "nDCG@10" };
const baseline = evaluation({ a: 0.5, b: 0.5, c: 0.5, d: 0.25 });

describe("compareEvaluations", () => {
  it("tells wins, losses, ties, both tests and the largest changes", () => {
    const contender = evaluation({ b: 1, a: 0.75, d: 0.125, c: 0.5 });
    const comparison = compareEvaluations(baseline, contender, options);
    assert.equal(comparison.queryCount, 4);
    assert.equal(comparison.baselineMean, 0.4375);
    assert.equal(comparison.contenderMean, 0.59375);
    assert.equal(comparison.difference, 0.15625);
    assert.deepEqual([comparison.winCount, comparison.lossCount, comparison.tieCount], [2, 1, 1]);
    assert.deepEqual(
      comparison.changes.map(({ query }) => query),
      ["b", "a", "d"],
    );
    // Sums of +-1/2 +-1/4 +-1/8 at least 5/8 from 0: 4 of 8.
    assert.equal(comparison.randomization.pValue, 0.5);
    assert.ok(comparison.tTest.pValue > 0.3 && comparison.tTest.pValue < 0.4);
  });

  it("finds no difference between a run and itself", () => {
    const comparison = compareEvaluations(baseline, baseline, options);
    assert.deepEqual([comparison.difference, comparison.tieCount, comparison.changes], [0, 4, []]);
    assert.deepEqual([comparison.randomization.pValue, comparison.tTest.pValue], [1, 1]);
  });

  it("refuses other queries and unknown measures", () => {
    for (const other of [evaluation({ a: 1 }), evaluation({ a: 1, b: 1, c: 1, d: 1, e: 1 })]) {
      assert.throws(() => compareEvaluations(baseline, other, options), {
        reason: "INVALID_FIELD",
      });
    }
    assert.throws(() => compareEvaluations(baseline, baseline, { ...options, measure: "AP" }), {
      message: 'no measure "AP"; evaluated: RR@10, nDCG@10',
    });
  });
});
