// Clicks that one ranking drew, and what they say of another.

import assert from "node:assert/strict";
import type { RecordedFeedback } from "../../../src/core/feedback.js";
import { createPrng } from "../../../src/core/prng.js";
import { clickedQueries, estimateFromClicks } from "../../../src/eval/counterfactual.js";
import type { Run } from "../../../src/eval/run.js";

function click(queryText: string, key: string, rank: number): RecordedFeedback {
  const about = { kind: "click", generation: 0, eventId: "", dwellMs: 0 } as const;
  return { queryText, key, rank, sequence: 1, timeMs: 1, ...about };
}

function run(rankings: Readonly<Record<string, string>>): Run {
  const hits = (keys: string): { key: string; score: number }[] =>
    Array.from(keys, (key, i) => ({ key, score: -i }));
  return new Map(Object.entries(rankings).map(([id, keys]) => [id, hits(keys)]));
}

describe("an estimate from clicks", () => {
  const weights = { eta: 1, weightMax: 4 };

  it("weighs a click by its rank, up to a bound, and counts it where it is ranked now", () => {
    const events = [
      click("x", "a", 3),
      click(" x ", "b", 9),
      click("y", "a", 1),
      click("y", "b", 0),
    ];
    const queries = clickedQueries(events, weights);
    assert.deepEqual(
      queries.map(({ id, text, weights: found }) => [id, text, Object.fromEntries(found)]),
      [
        ["q1", "x", { a: 3, b: 4 }],
        ["q2", "y", { a: 1 }],
      ],
    );
    const estimate = estimateFromClicks(queries, {
      baseline: run({ q1: "ab", q2: "ca" }),
      changed: run({ q1: "ba", q2: "c" }),
    });
    const second = 1 / Math.log2(3);
    const [baseline, changed] = [(3 + 4 * second + second) / 2, (4 + 3 * second) / 2];
    assert.ok(Math.abs(estimate.baseline - baseline) < 1e-12);
    assert.ok(Math.abs(estimate.changed - changed) < 1e-12);
    assert.ok(Math.abs(estimate.difference - (changed - baseline)) < 1e-12);
    assert.equal(estimate.queryCount, 2);
  });

  it("finds the better ranking although the worse one drew more clicks to its first hit", () => {
    // Users look at rank r with probability 1 / r, click what is relevant, and now and then anything.
    const prng = createPrng(11);
    const events: RecordedFeedback[] = [];
    for (let session = 0; session < 4000; session += 1)
      for (const [i, key] of ["a", "b", "c"].entries()) {
        const isRelevant = key === "c" ? 0.9 : 0.5;
        if (prng.nextFloat() < isRelevant / (i + 1))
          events.push(click(`q ${session % 40}`, key, i + 1));
      }
    const clicksOf = (key: string): number => events.filter((event) => event.key === key).length;
    assert.ok(clicksOf("a") > 1.3 * clicksOf("c"));
    const queries = clickedQueries(events, weights);
    const all = (keys: string): Run => run(Object.fromEntries(queries.map(({ id }) => [id, keys])));
    const { difference, interval, pValue } = estimateFromClicks(queries, {
      baseline: all("abc"),
      changed: all("cab"),
    });
    assert.ok(difference > 0 && interval.low > 0 && pValue < 0.01);
  });
});
