import assert from "node:assert/strict";

import { toSequence } from "../../../src/core/ids.js";
import { createPrng } from "../../../src/core/prng.js";
import { estimateRecall } from "../../../src/search/measure-recall.js";
import type { SampleDepths } from "../../../src/search/measure-recall.js";
import { unknownRecall, withRecall } from "../../../src/search/pool-choice.js";
import type { KnownRecall } from "../../../src/search/pool-choice.js";
import { hasReason } from "../../support/errors.js";

const plan = {
  lexical: {
    plainText: "x",
    terms: [{ term: "x", frequency: 1 }],
    prefixes: [],
    phrases: [],
    misspellings: [],
    excluded: [],
    quorums: [],
  },
  variants: [{}],
  filter: undefined,
  caps: [],
  k: 10,
  exhaustiveBelowPassages: 2000,
  sketchPoolSize: 256,
  lexicalPoolSize: 128,
  lexicalWeight: 0.15,
};

function known(bounds: Readonly<Record<number, number>>): KnownRecall {
  return {
    measured: {
      estimates: Object.entries(bounds).map(([poolSize, recallLowerBound]) => ({
        poolSize: Number(poolSize),
        recall: (1 + recallLowerBound) / 2,
        recallLowerBound,
      })),
      sampleCount: 200,
      confidence: 0.95,
      areSamplesGiven: true,
      hasWords: true,
      lexicalPoolSize: 128,
      lexicalWeight: 0.15,
      generation: 1,
      lastSequence: toSequence(9000),
      passageCount: 9000,
    },
    isStale: false,
    passageCount: 9000,
  };
}

describe("the pool of a wished recall", () => {
  const figures = known({ 32: 0.5, 64: 0.8, 128: 0.8, 256: 0.9 });

  it("is the smallest whose bound reaches it, and holds the hits that are wanted", () => {
    const sizeFor = (minRecall: number, k = 10): number =>
      withRecall({ ...plan, k }, { minRecall }, figures).sketchPoolSize;
    assert.deepEqual(
      [0.01, 0.5, 0.51, 0.8, 0.81, 0.9].map((wish) => sizeFor(wish)),
      [...[32, 32, 64, 64, 256, 256]],
    );
    assert.equal(sizeFor(0.5, 100), 100);
    assert.equal(withRecall({ ...plan, k: 100 }, { minRecall: 0.5 }, figures).expectedRecall, 0.9);
  });

  it("is everything where no pool reaches it, and where all is scored anyway", () => {
    assert.equal(withRecall(plan, { minRecall: 0.95 }, figures).exhaustiveBelowPassages, Infinity);
    const small = { ...unknownRecall, passageCount: 2000 };
    // Writes that come before the search begins must not make it one by a pool.
    assert.equal(withRecall(plan, { minRecall: 0.9 }, small).exhaustiveBelowPassages, Infinity);
    for (const nothing of [
      { ...small, passageCount: 2001 },
      { ...figures, isStale: true },
    ])
      assert.throws(
        () => withRecall(plan, { minRecall: 0.9 }, nothing),
        hasReason("NOT_CALIBRATED"),
      );
  });

  it("leaves a search that wishes nothing as it is, with what is known of its pool", () => {
    assert.deepEqual(withRecall(plan, {}, figures), { ...plan, expectedRecall: 0.95 });
    assert.deepEqual(withRecall(plan, {}, unknownRecall), { ...plan, expectedRecall: undefined });
    const stale = { ...figures, isStale: true };
    assert.equal(withRecall(plan, {}, stale).expectedRecall, undefined);
    const large = withRecall({ ...plan, sketchPoolSize: 99_999 }, {}, figures);
    assert.equal(large.expectedRecall, 0.95);
    assert.equal(
      withRecall({ ...plan, sketchPoolSize: 31 }, {}, figures).expectedRecall,
      undefined,
    );
  });

  // Brute force: each round draws the samples, chooses by them, and asks one query more.
  for (const minRecall of [0.3, 0.8, 1])
    it(`reaches ${minRecall} in the promised share of cases, although it was chosen by the samples`, () => {
      const prng = createPrng(Math.round(100 * minRecall));
      const poolSizes = [32, 64, 128, 256, 512];
      const draw = (): SampleDepths => {
        // Queries are hard or easy as a whole.
        const hardness = 200 * prng.nextFloat() ** 3;
        const depth = (): number => Math.floor(-hardness * Math.log(prng.nextFloat() + 1e-9));
        return { depths: Array.from({ length: 10 }, depth), hasWords: true };
      };
      const rounds = 3000;
      const confidence = 0.9;
      let kept = 0;
      for (let round = 0; round < rounds; round += 1) {
        const samples = Array.from({ length: 40 }, draw);
        const estimates = estimateRecall(samples, { poolSizes, confidence });
        const { measured } = known({});
        const by = { ...figures, measured: { ...measured!, estimates } };
        const chosen = withRecall(plan, { minRecall }, by);
        const isWhole = chosen.exhaustiveBelowPassages === Infinity;
        const found = draw().depths.filter((depth) => depth <= chosen.sketchPoolSize).length;
        if (isWhole || found / 10 >= minRecall) kept += 1;
      }
      const error = 3 * Math.sqrt((confidence * (1 - confidence)) / rounds);
      assert.ok(kept / rounds >= confidence - error, `${kept} of ${rounds}`);
    });
});
