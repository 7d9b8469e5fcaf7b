import assert from "node:assert/strict";

import type { Evaluation } from "../../../src/eval/evaluate.js";
import { lengthBand, quartileBands, sliceQueries } from "../../../src/eval/slices.js";

const evaluation: Evaluation = {
  measures: ["nDCG@10", "RR"],
  queries: [
    { query: "a", values: [1, 0.5] },
    { query: "b", values: [0, 0.5] },
    { query: "c", values: [0.25, 1] },
    { query: "d", values: [1, 1] },
  ],
  means: [],
  missingCount: 0,
};

describe("sliceQueries", () => {
  it("gives the means of each slice and leaves out queries without one", () => {
    const labels = new Map([
      ["a", "long"],
      ["b", "long"],
      ["c", "short"],
    ]);
    assert.deepEqual(
      sliceQueries(evaluation, (query) => labels.get(query)),
      [
        { name: "long", queryCount: 2, means: [0.5, 0.5] },
        { name: "short", queryCount: 1, means: [0.25, 1] },
      ],
    );
  });

  it("bands queries by their words and by quarters of a figure", () => {
    assert.equal(lengthBand(" two  words "), "1-3 words");
    assert.equal(lengthBand("one two three four"), "4-7 words");
    assert.equal(lengthBand(Array(16).fill("w").join(" ")), "16 words and more");
    const bands = quartileBands(new Map(Array.from({ length: 8 }, (_, i) => [`q${i}`, i])));
    const counts = new Map<string, number>();
    for (const band of bands.values()) counts.set(band, (counts.get(band) ?? 0) + 1);
    assert.deepEqual([...counts.values()], [2, 2, 2, 2]);
    assert.match(bands.get("q0") ?? "", /^quarter 1: 0\.000/);
    assert.match(bands.get("q7") ?? "", /^quarter 4: .*7\.000$/);
  });
});
