import assert from "node:assert/strict";

import { evaluate, evaluationDefaults } from "../../../src/eval/evaluate.js";
import { parseMeasure } from "../../../src/eval/measures.js";
import { parseQrels } from "../../../src/eval/qrels.js";
import { parseTrecRun } from "../../../src/eval/run.js";

const qrels = parseQrels("q1 0 a 1\nq2 0 b 2\nq2 0 c 1\nq3 0 a 1\nq4 0 a 0\n", "qrels");
const run = parseTrecRun(
  ["q1 Q0 a 1 3 t", "q2 Q0 x 1 2 t", "q2 Q0 b 2 1 t", "q4 Q0 a 1 1 t", "q9 Q0 a 1 1 t"].join("\n"),
  "run",
);
const options = { ...evaluationDefaults, measures: ["RR@10", "R@10"].map(parseMeasure) };

describe("evaluate", () => {
  it("counts every judged query, one without a relevant document as 0, and no others", () => {
    const evaluation = evaluate(run, qrels, options);
    assert.deepEqual(evaluation.measures, ["RR@10", "R@10"]);
    assert.deepEqual(evaluation.queries, [
      { query: "q1", values: [1, 1] },
      { query: "q2", values: [0.5, 0.5] },
      { query: "q3", values: [0, 0] },
      { query: "q4", values: [0, 0] },
    ]);
    assert.equal(evaluation.missingCount, 1);
    assert.deepEqual(
      evaluation.means.map(({ measure, mean }) => [measure, mean]),
      [
        ["RR@10", 0.375],
        ["R@10", 0.375],
      ],
    );
  });

  it("gives each mean an interval that depends on the seed alone", () => {
    const [first] = evaluate(run, qrels, options).means;
    assert.ok(first !== undefined && first.low <= first.mean && first.mean <= first.high);
    assert.deepEqual(evaluate(run, qrels, options).means[0], first);
    const alone = evaluate(run, qrels, { ...options, measures: [parseMeasure("RR@10")] });
    assert.deepEqual(alone.means[0], first);
  });

  it("refuses a ranking that names a document twice: it would count twice", () => {
    const hit = { key: "a", score: 1 };
    assert.throws(() => evaluate(new Map([["q1", [hit, hit]]]), qrels, options), /once/);
  });

  it("gives zeros for an empty run and nothing for empty judgments", () => {
    const empty = evaluate(new Map(), qrels, options);
    assert.equal(empty.missingCount, 4);
    assert.deepEqual(empty.means[0], { measure: "RR@10", mean: 0, low: 0, high: 0 });
    assert.deepEqual(evaluate(run, new Map(), options).queries, []);
  });
});
