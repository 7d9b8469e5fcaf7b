import assert from "node:assert/strict";

import { createPrng } from "../../../src/core/prng.js";
import { conformalLowerBound } from "../../../src/eval/conformal.js";

describe("conformalLowerBound", () => {
  it("is the k-th smallest sample, whatever their order", () => {
    const samples = Array.from({ length: 99 }, (_, i) => ((i * 37) % 99) + 1);
    assert.equal(conformalLowerBound(samples, { confidence: 0.95 }), 5);
    assert.equal(conformalLowerBound(samples, { confidence: 0.9 }), 10);
    assert.equal(conformalLowerBound(samples, { confidence: 0.99 }), 1);
  });

  it("promises nothing by too few samples", () => {
    const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
    assert.equal(conformalLowerBound(ones(18), { confidence: 0.95 }), 0);
    assert.equal(conformalLowerBound(ones(19), { confidence: 0.95 }), 1);
    assert.equal(conformalLowerBound(ones(9), { confidence: 0.9 }), 1);
    assert.equal(conformalLowerBound([], { confidence: 0.5, worst: -1 }), -1);
  });

  // Brute force: samples and the case to come drawn anew each time, from figures with many ties and
  // from figures without.
  const draws: Readonly<Record<string, (uniform: number) => number>> = {
    "tenths, most of them 1": (u) => Math.min(1, Math.ceil(14 * u) / 10),
    "no ties": (u) => u ** 3,
    "one value": () => 0.7,
  };
  for (const [name, draw] of Object.entries(draws))
    for (const [sampleCount, confidence] of [
      [19, 0.95],
      [50, 0.9],
      [200, 0.95],
    ] as const)
      it(`is reached in ${confidence} of cases by ${sampleCount} samples: ${name}`, () => {
        const prng = createPrng(sampleCount);
        const rounds = 4000;
        let reached = 0;
        for (let round = 0; round < rounds; round += 1) {
          const samples = Array.from({ length: sampleCount }, () => draw(prng.nextFloat()));
          const bound = conformalLowerBound(samples, { confidence });
          if (draw(prng.nextFloat()) >= bound) reached += 1;
        }
        // Three standard errors of a share of so many rounds.
        const error = 3 * Math.sqrt((confidence * (1 - confidence)) / rounds);
        assert.ok(reached / rounds >= confidence - error, `${reached} of ${rounds}`);
        if (name !== "no ties") return;
        const k = Math.floor((1 - confidence) * (sampleCount + 1) + 1e-9);
        const exact = 1 - k / (sampleCount + 1);
        assert.ok(Math.abs(reached / rounds - exact) < error, `${reached} of ${rounds}`);
      });
});
