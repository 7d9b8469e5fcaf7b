// Two-sample tests against known values, and the report that rests on them.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { RecordedFeedback } from "../../../src/core/feedback.js";
import { createPrng } from "../../../src/core/prng.js";
import { driftReport } from "../../../src/eval/drift.js";
import { compareTerms, kolmogorovSmirnov, stabilityIndex } from "../../../src/eval/two-samples.js";

const samples = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

describe("Kolmogorov's and Smirnov's test", () => {
  it("finds the distance and its probability (values of SciPy)", () => {
    const a = [
      ...[0.1, 0.5, 0.9, 1.3, 2.2, 2.9, 3.1, 4.0, 4.4, 5.2],
      ...[6.1, 7.7, 8.0, 8.8, 9.1, 9.9, 10.2, 11.5, 12.0, 13.3],
    ];
    const b = [
      ...[3.3, 3.9, 4.1, 5.5, 6.6, 7.2, 7.3, 8.1, 8.9, 9.4, 9.8],
      ...[10.1, 11.1, 12.2, 12.8, 13.0, 14.4, 15.1, 16.3, 17.2, 18.8],
    ];
    const { statistic, pValue } = kolmogorovSmirnov(a, b);
    assert.ok(Math.abs(statistic - 0.3595238095238096) < 1e-12, `${statistic}`);
    // The exact probability; the asymptotic one lies near it.
    assert.ok(Math.abs(pValue - 0.11540076469224797) < 0.02, `${pValue}`);
  });

  it("is symmetric, 0 for equal samples and 1 for parted ones", () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        assert.deepEqual(kolmogorovSmirnov(a, b), kolmogorovSmirnov(b, a));
        assert.equal(kolmogorovSmirnov(a, [...a].reverse()).statistic, 0);
        assert.equal(kolmogorovSmirnov(a, [...a].reverse()).pValue, 1);
        const far = kolmogorovSmirnov(
          a,
          b.map((value) => value + 100),
        );
        assert.equal(far.statistic, 1);
      }),
    );
  });
});

describe("the stability index", () => {
  it("is the sum over bins of equal counts of the reference", () => {
    const reference = Array.from({ length: 100 }, (_, i) => i);
    assert.ok(stabilityIndex(reference, reference) < 1e-12);
    // Half of the values move into the last of ten bins.
    const current = reference.map((value) => (value % 2 === 0 ? value : 99));
    const [low, high] = [0.05, 0.55];
    const expected = 9 * (low - 0.1) * Math.log(low / 0.1) + (high - 0.1) * Math.log(high / 0.1);
    assert.ok(Math.abs(stabilityIndex(reference, current) - expected) < 1e-9);
  });

  it("is never below 0", () => {
    fc.assert(fc.property(samples, samples, (a, b) => stabilityIndex(a, b) >= -1e-12));
  });
});

describe("the comparison of terms", () => {
  const options = { permutationCount: 199, prng: createPrng(3) };

  it("finds the divergence of their shares", () => {
    const { divergence } = compareTerms(
      [
        ["a", "a"],
        ["b", "c"],
      ],
      [["a", "b", "d", "d"]],
      options,
    );
    assert.ok(Math.abs(divergence - 0.40563906222956647) < 1e-12, `${divergence}`);
  });

  it("takes chance for chance and a change for a change", () => {
    const texts = (words: string): string[][] =>
      Array.from({ length: 60 }, (_, i) => [words[i % 7]!, words[(i * 3) % 5]!]);
    const same = compareTerms(texts("abcdefg"), texts("abcdefg").reverse(), options);
    assert.ok(same.pValue > 0.1);
    const other = compareTerms(texts("abcdefg"), texts("abcxyzw"), options);
    assert.equal(other.pValue, 1 / 200);
  });
});

describe("the drift report", () => {
  const draw = (seed: number, words: readonly string[], scoreFrom: number): RecordedFeedback[] => {
    const prng = createPrng(seed);
    return Array.from({ length: 200 }, (_, i) => {
      const word = (): string => words[Math.floor(words.length * prng.nextFloat())]!;
      return {
        queryText: `${word()} ${word()} ${i}`,
        key: `d${i}`,
        kind: "click",
        eventId: "",
        rank: 1 + Math.floor(5 * prng.nextFloat()),
        score: scoreFrom + prng.nextFloat(),
        dwellMs: 0,
        generation: 0,
        sequence: i,
        timeMs: i,
      };
    });
  };
  const words = ["river", "gold", "boat", "weir", "sluice", "gravel"];
  const termsOf = (text: string): string[] => text.split(" ").slice(0, 2);
  const verdicts = (
    reference: readonly RecordedFeedback[],
    current: readonly RecordedFeedback[],
  ): unknown =>
    Object.fromEntries(
      driftReport(reference, current, termsOf).map(({ what, hasDrifted }) => [what, hasDrifted]),
    );

  it("tells what has parted from what has not", () => {
    const reference = draw(1, words, 0);
    const calm = { "words a query": false, "score of hits": false, "rank of clicks": false };
    assert.deepEqual(verdicts(reference, draw(2, words, 0)), {
      ...calm,
      "terms of queries": false,
    });
    const others = ["tax", "law", "court", ...words.slice(0, 3)];
    assert.deepEqual(verdicts(reference, draw(3, others, 0.3)), {
      ...calm,
      "score of hits": true,
      "terms of queries": true,
    });
  });

  it("says nothing of what there is too little of", () => {
    const few = draw(1, words, 0).slice(0, 19);
    assert.deepEqual(driftReport(few, draw(2, words, 0), termsOf), []);
    const unscored = draw(1, words, 0).map(({ score, ...event }) => {
      assert.ok(score !== undefined);
      return event;
    });
    assert.deepEqual(Object.keys(verdicts(unscored, draw(2, words, 0)) as object), [
      ...["words a query", "rank of clicks", "terms of queries"],
    ]);
  });
});
