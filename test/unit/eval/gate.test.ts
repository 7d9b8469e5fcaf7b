import assert from "node:assert/strict";

import type { Evaluation } from "../../../src/eval/evaluate.js";
import { checkGate, formatGate, parseGate } from "../../../src/eval/gate.js";

function evaluation(mean: number): Evaluation {
  const means = [{ measure: "nDCG@10", mean, low: mean, high: mean }];
  return { measures: ["nDCG@10"], queries: [], means, missingCount: 0 };
}

describe("the regression gate", () => {
  const gate = parseGate(formatGate(evaluation(0.75), 0.003), "gate.json");

  it("holds for what it was written from, and for small losses", () => {
    for (const value of [0.75, 0.9, 0.747])
      assert.deepEqual(
        checkGate(evaluation(value), gate).map(({ isPassed }) => isPassed),
        [true],
        `${value}`,
      );
  });

  it("fails when a measure falls by more than its allowance", () => {
    const [row] = checkGate(evaluation(0.7469), gate);
    assert.equal(row?.isPassed, false);
    assert.ok(Math.abs((row?.change ?? 0) + 0.0031) < 1e-9);
  });

  it("refuses a measure that was not evaluated", () => {
    const other = parseGate('{"measures": {"AP": {"value": 0.2, "allowance": 0}}}', "gate.json");
    assert.throws(() => checkGate(evaluation(1), other), { reason: "INVALID_FIELD" });
  });

  it("names the file that is no gate", () => {
    const wrong = [
      "",
      "[]",
      '{"measures": {}}',
      '{"measures": {"AP": {"value": 2, "allowance": 0}}}',
    ];
    for (const text of wrong)
      assert.throws(
        () => parseGate(text, "gate.json"),
        (error: Error) => error.message.startsWith("gate.json: "),
        text,
      );
  });
});
