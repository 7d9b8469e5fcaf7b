// Retrieval quality on a miniature corpus: a change that ranks worse does not pass unnoticed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../src/core/paths.js";
import { runProgram } from "../support/program.js";

const corpus = join(repositoryRoot(), "test/fixtures/mini-corpus");
const gate = join(corpus, "gate.json");

interface Report {
  readonly queries: number;
  readonly ndcg10: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly stages: readonly { readonly stage: string; readonly measures: Record<string, number> }[];
}

describe("the quality gate", () => {
  const evaluate = ["eval", "--data", corpus, "--gate", gate];

  it("holds: model, words, sketches and scores rank as well as they did", async () => {
    const report = JSON.parse(await runProgram([...evaluate, "--stages", "--json"])) as Report;
    assert.equal(report.queries, 25);
    const { measures } = JSON.parse(readFileSync(gate, "utf8")) as {
      measures: Record<string, { value: number; allowance: number }>;
    };
    for (const [name, { value, allowance }] of Object.entries(measures))
      assert.ok(Math.abs((report.measures[name] ?? NaN) - value) <= allowance, name);
    // What each stage is for: every one ranks better than the one before.
    const gains = report.stages.map((stage) => stage.measures["nDCG@10"] ?? NaN);
    assert.equal(gains.length, 3);
    assert.ok(
      gains.every((gain, i) => gain > (gains[i - 1] ?? 0)),
      gains.join(),
    );
    assert.equal(gains.at(-1), report.ndcg10);
  });

  it("fails for a ranking by words", async () => {
    await assert.rejects(
      runProgram([...evaluate, "--lexical-weight", "10"]),
      (error: { code: number; stdout: string }) =>
        error.code === 1 && /gate nDCG@10 +FELL/.test(error.stdout),
    );
  });
});
