import assert from "node:assert/strict";

import fc from "fast-check";

import { compareKeys } from "../../../src/core/document.js";
import { beforeCrossEncoder, settledCount } from "../../../src/search/settled.js";

describe("settledCount", () => {
  const known = (key: string, score: number): { key: string; lower: number; upper: number } => ({
    key,
    lower: score,
    upper: score,
  });

  it("counts what no passage that is not scored yet can reach, and all once nothing is left", () => {
    const hits = [known("a", 0.9), known("b", 0.7), known("c", 0.5)];
    assert.equal(settledCount(hits, 0.6), 2);
    assert.equal(settledCount(hits, 0.7), 1);
    assert.equal(settledCount(hits, 1), 0);
    assert.equal(settledCount(hits, -Infinity), 3);
    assert.equal(settledCount([], 1), 0);
  });

  it("lets equal scores go by key, and never settles a score that is still open", () => {
    assert.equal(settledCount([known("a", 0.5), known("b", 0.5)], 0), 2);
    const open = { key: "b", lower: 0.3, upper: 0.5 };
    assert.equal(settledCount([known("a", 0.5), open], 0), 1);
    assert.equal(settledCount([known("c", 0.5), open], 0), 0);
  });

  it("never counts a hit that some outcome of the cross-encoder moves", () => {
    const part = fc.integer({ min: 0, max: 4 }).map((n) => n / 4);
    const hit = fc.record({
      score: fc.integer({ min: 0, max: 12 }).map((n) => n / 4),
      part,
      isScored: fc.boolean(),
    });
    const outsiders = fc.array(part, { maxLength: 3 });
    let settledEarly = 0;
    fc.assert(
      fc.property(
        fc.array(hit, { maxLength: 8 }),
        outsiders,
        fc.constantFrom(0.25, 1),
        (drawn, unseen, weight) => {
          const now = drawn
            .map(({ score, part, isScored }, i) => ({
              key: String.fromCharCode(97 + i),
              final: score + weight * part,
              interval: isScored
                ? known(String.fromCharCode(97 + i), score + weight * part)
                : beforeCrossEncoder({ key: String.fromCharCode(97 + i), score }, weight),
            }))
            .sort((a, b) => b.interval.lower - a.interval.lower || compareKeys(a.key, b.key));
          const count = settledCount(
            now.map(({ interval }) => interval),
            unseen.length > 0 ? 1 : -Infinity,
          );
          const finals = [
            ...now.map(({ key, final }) => ({ key, final })),
            // Documents that nobody has seen yet, with keys before all others.
            ...unseen.map((final, i) => ({ key: `0${i}`, final })),
          ].sort((a, b) => b.final - a.final || compareKeys(a.key, b.key));
          for (const [i, { key, interval }] of now.slice(0, count).entries())
            assert.deepEqual(finals[i], { key, final: interval.lower });
          if (count > 0 && count < now.length) settledEarly += 1;
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
    assert.ok(settledEarly > 100, `${settledEarly} prefixes settled`);
  });
});
