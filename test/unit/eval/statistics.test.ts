import assert from "node:assert/strict";

import fc from "fast-check";

import { createPrng } from "../../../src/core/prng.js";
import {
  bootstrapMean,
  mean,
  pairedTTest,
  quantile,
  randomizationTest,
} from "../../../src/eval/statistics.js";

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

describe("mean and quantile", () => {
  it("are the usual ones", () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.equal(mean([]), 0);
    assert.deepEqual(
      [0, 0.5, 0.75, 1].map((share) => quantile([1, 2, 3, 5], share)),
      [1, 2.5, 3.5, 5],
    );
  });
});

describe("bootstrapMean", () => {
  const options = { resampleCount: 4000, confidence: 0.95 };

  it("comes close to the normal interval of a large sample, the same for the same seed", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 0 : 1));
    const first = bootstrapMean(values, { ...options, prng: createPrng(7) });
    assert.deepEqual(bootstrapMean(values, { ...options, prng: createPrng(7) }), first);
    near(first.low, 0.5 - 1.96 * 0.025, 0.005);
    near(first.high, 0.5 + 1.96 * 0.025, 0.005);
  });

  it("is a point for equal values and for none", () => {
    const prng = createPrng(1);
    assert.deepEqual(bootstrapMean([2, 2, 2], { ...options, prng }), { low: 2, high: 2 });
    assert.deepEqual(bootstrapMean([], { ...options, prng }), { low: 0, high: 0 });
  });
});

describe("pairedTTest", () => {
  it("gives the values of the tables", () => {
    // Critical values of Student's distribution, two-sided: 12.7062 (1), 2.7764 (4), 2.2281 (10) at
    // .05.
    for (const [degrees, critical] of [
      [1, 12.7062],
      [4, 2.7764],
      [10, 2.2281],
      [30, 2.0423],
    ] as const) {
      near(pairedTTest(samplesOf(degrees + 1, critical)).pValue, 0.05, 1e-5);
    }
    near(pairedTTest(samplesOf(6, 4.0321)).pValue, 0.01, 1e-5);
    near(pairedTTest(samplesOf(301, 0.5)).pValue, 0.61744, 1e-4);
  });

  it("knows the cases without spread", () => {
    assert.deepEqual(pairedTTest([0, 0, 0]), { t: 0, degreesOfFreedom: 2, pValue: 1 });
    assert.deepEqual(pairedTTest([1, 1]), { t: Infinity, degreesOfFreedom: 1, pValue: 0 });
    assert.equal(pairedTTest([5]).pValue, 1);
    assert.equal(pairedTTest([]).pValue, 1);
  });
});

describe("randomizationTest", () => {
  it("tries every sign pattern of a small sample", () => {
    const test = randomizationTest([1, 2, 3, 0, 0], { permutationCount: 100, prng: createPrng(1) });
    // Of 8 patterns two reach a sum of 6 or -6.
    assert.deepEqual(test, { pValue: 2 / 8, permutationCount: 8, isExhaustive: true });
    const none = randomizationTest([0, 0], { permutationCount: 100, prng: createPrng(1) });
    assert.equal(none.pValue, 1);
  });

  it("agrees with the t-test on a large sample, and never says 0", () => {
    const prng = createPrng(3);
    const differences = Array.from({ length: 200 }, () => prng.nextFloat() - 0.45);
    const sampled = randomizationTest(differences, { permutationCount: 20_000, prng });
    assert.equal(sampled.isExhaustive, false);
    near(sampled.pValue, pairedTTest(differences).pValue, 0.01);
    const sure = Array.from({ length: 60 }, () => 1);
    const test = randomizationTest(sure, { permutationCount: 1000, prng });
    assert.equal(test.pValue, 1 / 1001);
  });

  it("does not depend on which system comes first", () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(values, (differences) => {
        const options = { permutationCount: 1000, prng: createPrng(1) };
        const swapped = differences.map((difference) => -difference);
        assert.deepEqual(
          randomizationTest(differences, options),
          randomizationTest(swapped, options),
        );
      }),
    );
  });
});

/** `count` numbers whose paired t statistic is `t`: alternating ones around a mean. */
function samplesOf(count: number, t: number): number[] {
  const base = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const center = mean(base);
  const squares = base.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  return base.map((value) => value - center + (t * deviation) / Math.sqrt(count));
}
