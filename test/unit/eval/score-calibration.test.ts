// Maps from scores to probabilities, and how they are judged.

import assert from "node:assert/strict";
import fc from "fast-check";
import { createPrng } from "../../../src/core/prng.js";
import { crossValidate, reliabilityOf } from "../../../src/eval/reliability.js";
import { fitIsotonic, fitPlatt, probabilityOf } from "../../../src/eval/score-calibration.js";
import type { JudgedScore } from "../../../src/eval/score-calibration.js";

const judged = fc.array(
  fc.record({ score: fc.double({ min: -50, max: 50, noNaN: true }), isRelevant: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
);

/** Results whose relevance follows a logistic curve. */
function drawn(count: number, curve: { slope: number; intercept: number }): JudgedScore[] {
  const prng = createPrng(9);
  return Array.from({ length: count }, () => {
    const score = 0.4 + 0.8 * prng.nextFloat();
    const probability = 1 / (1 + Math.exp(-(curve.slope * score + curve.intercept)));
    return { score, isRelevant: prng.nextFloat() < probability };
  });
}

describe("Platt's map", () => {
  it("finds the curve that the sample was drawn from", () => {
    const curve = { slope: 12, intercept: -10 };
    const map = fitPlatt(drawn(40_000, curve));
    assert.ok(Math.abs(map.slope - curve.slope) < 0.4, `${map.slope}`);
    assert.ok(Math.abs(map.intercept - curve.intercept) < 0.4, `${map.intercept}`);
  });

  it("is finite for a sample that a threshold separates, and level for equal scores", () => {
    const separated = [1, 2, 3, 4].map((score) => ({ score, isRelevant: score > 2 }));
    const map = fitPlatt(separated);
    assert.ok(Number.isFinite(map.slope) && map.slope > 0);
    assert.ok(probabilityOf(map, 4) > 0.7 && probabilityOf(map, 1) < 0.3);
    const equal = fitPlatt([3, 3, 3].map((score, i) => ({ score, isRelevant: i === 0 })));
    assert.equal(equal.slope, 0);
    assert.ok(Math.abs(probabilityOf(equal, 3) - (2 / 3 + 0.25 + 0.25) / 3) < 1e-9);
  });

  it("never falls as the score rises, and is a probability", () => {
    fc.assert(
      fc.property(judged, fc.double({ min: -99, max: 99, noNaN: true }), (samples, score) => {
        const map = fitPlatt(samples);
        const probability = probabilityOf(map, score);
        assert.ok(probability >= 0 && probability <= 1);
        assert.ok(probabilityOf(map, score + 1) >= probability);
      }),
    );
  });
});

describe("the isotonic map", () => {
  it("pools neighbors that fall", () => {
    const outcomes = [0, 1, 0, 0, 1, 1];
    const map = fitIsotonic(outcomes.map((one, score) => ({ score, isRelevant: one === 1 })));
    assert.deepEqual(map.scores, [0, 2, 4.5]);
    assert.deepEqual(map.probabilities, [0, 1 / 3, 1]);
    assert.equal(probabilityOf(map, -9), 0);
    assert.equal(probabilityOf(map, 1), 1 / 6);
    assert.equal(probabilityOf(map, 99), 1);
  });

  it("reaches its points, and not a bit more", () => {
    // A line between points this close is rounded to more than its upper end.
    const samples = [
      { score: -2.8555006000078554e-65, isRelevant: false },
      ...[true, false, false, false, false].map((isRelevant) => ({ score: 0, isRelevant })),
    ];
    assert.equal(probabilityOf(fitIsotonic(samples), 0), 0.2);
    // The sum of three times 0.1 is more than 0.3.
    const equal = [true, false, false].map((isRelevant) => ({ score: 0.1, isRelevant }));
    assert.deepEqual(fitIsotonic(equal).scores, [0.1]);
  });

  it("has the least squared error of all rising step functions", () => {
    const short = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(short, (outcomes) => {
        const samples = outcomes.map((isRelevant, score) => ({ score, isRelevant }));
        const error = (cut: readonly number[]): number => {
          // Any cut of the samples into runs, each at its mean, where the means rise.
          const bounds = [0, ...cut, samples.length];
          let sum = 0;
          let before = -1;
          for (const [i, end] of bounds.slice(1).entries()) {
            const run = outcomes.slice(bounds[i], end);
            const level = run.filter(Boolean).length / run.length;
            if (level < before) return Infinity;
            before = level;
            for (const one of run) sum += (level - (one ? 1 : 0)) ** 2;
          }
          return sum;
        };
        const cuts = Array.from({ length: 2 ** (outcomes.length - 1) }, (_, mask) =>
          outcomes.flatMap((_, i) => (i > 0 && (mask >> (i - 1)) & 1 ? [i] : [])),
        );
        // A point at the mean of a run of whole numbers tells how long the run is.
        let end = 0;
        const own = fitIsotonic(samples).scores.map((point) => (end = 2 * point + 1 - end));
        assert.equal(own.pop(), samples.length);
        assert.ok(error(own) <= Math.min(...cuts.map(error)) + 1e-12);
      }),
    );
  });

  it("never falls, whatever the order of the sample", () => {
    fc.assert(
      fc.property(judged, fc.double({ min: -60, max: 60, noNaN: true }), (samples, score) => {
        const map = fitIsotonic(samples);
        assert.deepEqual(fitIsotonic(samples.toReversed()), map);
        const probability = probabilityOf(map, score);
        assert.ok(probability >= 0 && probability <= 1);
        assert.ok(probabilityOf(map, score + 1) >= probability);
        for (const [i, point] of map.scores.entries())
          assert.ok(i === 0 || point > (map.scores[i - 1] ?? Infinity));
      }),
    );
  });
});

describe("reliability", () => {
  it("is the textbook's", () => {
    const predictions = [
      ...[0.1, 0.1, 0.1, 0.1, 0.1].map((probability) => ({ probability, isRelevant: false })),
      ...[0.9, 0.9, 0.9, 0.9].map((probability) => ({ probability, isRelevant: true })),
      { probability: 0.9, isRelevant: false },
    ];
    const { brier, brierOfBase, ece, bins } = reliabilityOf(predictions);
    assert.ok(Math.abs(brier - (9 * 0.01 + 0.81) / 10) < 1e-12);
    assert.ok(Math.abs(brierOfBase - 0.24) < 1e-12);
    assert.equal(bins.length, 10);
    assert.ok(Math.abs(ece - (9 * 0.1 + 0.9) / 10) < 1e-12);
  });

  it("holds back whole queries, and finds a fitted map better than the base rate", () => {
    const samples = drawn(2000, { slope: 12, intercept: -10 });
    const queries = Array.from({ length: 100 }, (_, i) => samples.slice(20 * i, 20 * i + 20));
    for (const method of ["platt", "isotonic"] as const) {
      const predictions = crossValidate(method, queries, { foldCount: 5, seed: 1 });
      assert.equal(predictions.length, samples.length);
      const { brier, brierOfBase, ece } = reliabilityOf(predictions);
      assert.ok(brier < 0.8 * brierOfBase, `${method}: ${brier} of ${brierOfBase}`);
      assert.ok(ece < 0.05, `${method}: ${ece}`);
    }
  });
});
