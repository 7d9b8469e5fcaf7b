// Values that trec_eval itself gave for a run with ties, graded and negative judgments, queries
// missing from the run and queries nobody judged: test/fixtures/trec.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../../src/core/paths.js";
import { evaluate, evaluationDefaults } from "../../../src/eval/evaluate.js";
import { parseMeasure } from "../../../src/eval/measures.js";
import { readQrels } from "../../../src/eval/qrels.js";
import { formatTrecRun, parseTrecRun, readTrecRun } from "../../../src/eval/run.js";

const folder = join(repositoryRoot(), "test/fixtures/trec");

interface Expected {
  readonly queries: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

describe("measures beside trec_eval", () => {
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const names = Object.keys(Object.values(expected.queries)[0] ?? {});

  it("are equal for every query and measure", async () => {
    const run = await readTrecRun(join(folder, "run.txt"));
    const qrels = await readQrels(join(folder, "qrels.txt"));
    const measures = names.map(parseMeasure);
    const { queries, missingCount } = evaluate(run, qrels, { ...evaluationDefaults, measures });
    assert.deepEqual([queries.length, missingCount], [12, 1]);
    for (const { query, values } of queries)
      for (const [i, name] of names.entries()) {
        // A query without a ranking is not in trec_eval's table; it counts as 0, as with its -c.
        const wanted = expected.queries[query]?.[name] ?? 0;
        const value = values[i] ?? NaN;
        assert.ok(Math.abs(value - wanted) < 1e-9, `${query} ${name}: ${value}, not ${wanted}`);
      }
  });

  it("stay so when the run is written and read again", async () => {
    const run = await readTrecRun(join(folder, "run.txt"));
    const again = parseTrecRun(formatTrecRun(run, "again"), "again");
    for (const [query, hits] of run)
      assert.deepEqual(
        again.get(query)?.map(({ key }) => key),
        hits.map(({ key }) => key),
      );
  });
});
