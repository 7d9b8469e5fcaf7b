import assert from "node:assert/strict";

import fc from "fast-check";

import {
  formatMeasure,
  measureRanking,
  parseMeasure,
  relevantCount,
} from "../../../src/eval/measures.js";

/** Graded, with a judged document that is not relevant and one below zero. */
const judgments = new Map([
  ["a", 3],
  ["b", 2],
  ["c", 1],
  ["d", 0],
  ["e", -1],
]);
const ranking = ["x", "b", "d", "a", "y", "e"];

function check(
  expected: Readonly<Record<string, number>>,
  hits = ranking,
  truth = judgments,
): void {
  for (const [name, value] of Object.entries(expected)) {
    const actual = measureRanking(parseMeasure(name), hits, truth);
    assert.ok(Math.abs(actual - value) < 1e-12, `${name} is ${actual}, expected ${value}`);
  }
}

describe("measureRanking", () => {
  it("gives the values worked out by hand", () => {
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    const found = 2 / Math.log2(3) + 3 / Math.log2(5);
    check({
      nDCG: found / ideal,
      "nDCG@10": found / ideal,
      "nDCG@2": 2 / Math.log2(3) / (3 + 2 / Math.log2(3)),
      RR: 1 / 2,
      "RR@1": 0,
      AP: (1 / 2 + 2 / 4) / 3,
      "AP@3": 1 / 2 / 3,
      "R@2": 1 / 3,
      R: 2 / 3,
      "P@5": 2 / 5,
      "P@10": 2 / 10,
      P: 2 / 6,
      "Success@1": 0,
      "Success@2": 1,
      "Judged@5": 3 / 5,
    });
  });

  it("gives 1 to a perfect ranking", () => {
    const names = ["nDCG", "nDCG@2", "RR", "AP", "R", "P@3", "Success"];
    check(Object.fromEntries(names.map((name) => [name, 1])), ["a", "b", "c"]);
  });

  it("gives 0 to an empty ranking and where nothing is relevant", () => {
    const names = ["nDCG@10", "RR", "AP", "R@5", "P", "P@5", "Success@5", "Judged@5"];
    const zeros = Object.fromEntries(names.map((name) => [name, 0]));
    check(zeros, []);
    check(zeros, ranking, new Map());
    check({ "nDCG@10": 0, AP: 0, R: 0 }, ["d", "e"], new Map([["d", 0]]));
  });

  it("keeps within 0 and 1, and rises with the cutoff where it should", () => {
    const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"));
    const truth = fc.dictionary(
      fc.constantFrom("a", "b", "c", "z"),
      fc.integer({ min: -1, max: 4 }),
    );
    fc.assert(
      fc.property(keys, truth, fc.integer({ min: 1, max: 9 }), (hits, relevance, cutoff) => {
        const judged = new Map(Object.entries(relevance));
        for (const name of ["nDCG", "RR", "AP", "R", "P", "Success", "Judged"] as const) {
          const value = measureRanking({ name, cutoff }, hits, judged);
          assert.ok(value >= 0 && value <= 1 + 1e-12, `${name} ${value}`);
          if (name === "nDCG" || name === "P" || name === "Judged") continue;
          assert.ok(measureRanking({ name, cutoff: cutoff + 1 }, hits, judged) >= value);
        }
      }),
    );
  });
});

describe("names of measures", () => {
  it("are read in any case, with the usual synonyms, and written in one form", () => {
    const forms = ["ndcg@10", "MRR@10", "map", "recall@100", "P@5", "HitRate@1", "judged"];
    assert.deepEqual(
      forms.map((form) => formatMeasure(parseMeasure(form))),
      ["nDCG@10", "RR@10", "AP", "R@100", "P@5", "Success@1", "Judged"],
    );
  });

  it("are refused when unknown or cut at no place", () => {
    for (const wrong of ["", "nDCG@", "nDCG@0", "nDCG@-1", "nDCG@1.5", "F1", "@10"]) {
      assert.throws(() => parseMeasure(wrong), { reason: "INVALID_FIELD" }, wrong);
    }
  });
});

describe("relevantCount", () => {
  it("counts relevance above 0", () => assert.equal(relevantCount(judgments), 3));
});
