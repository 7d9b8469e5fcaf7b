// `sluice eval` on data that others bring: queries that are documents, ids with blanks, lost files.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { runProgram } from "../support/program.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";

interface Failure {
  readonly stdout: string;
  readonly stderr: string;
}

describe("sluice eval", () => {
  const folder = useTemporaryFolder();

  /** A BEIR folder of three documents; `id` is that of the one which the query is about. */
  function writeData({ id = "b", query = "q1" }: { id?: string; query?: string }): string {
    const text = "The ferry crosses the river at dawn.";
    const lines = (rows: readonly object[]): string =>
      rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const corpus = [
      { _id: "a", title: "", text },
      { _id: id, title: "", text: "A ferry crosses a river." },
      { _id: "c", title: "", text: "Bread is baked at night." },
    ];
    mkdirSync(join(folder(), "qrels"));
    writeFileSync(join(folder(), "corpus.jsonl"), lines(corpus));
    writeFileSync(join(folder(), "queries.jsonl"), lines([{ _id: query, text }]));
    writeFileSync(
      join(folder(), "qrels", "test.tsv"),
      `query-id\tcorpus-id\tscore\n${query}\t${id}\t1\n`,
    );
    return folder();
  }

  const failureOf = async (args: readonly string[]): Promise<Failure> => {
    try {
      await runProgram(args);
    } catch (error) {
      return error as Failure;
    }
    throw new Error("the program ended with 0");
  };

  it("leaves out the query's own document when asked to, in measures and in the run", async () => {
    const data = writeData({ query: "a" });
    const run = join(folder(), "out.run");
    const args = ["eval", "--data", data, "--json", "-k", "2", "--run", run];
    const ndcgOf = async (...more: string[]): Promise<unknown> =>
      (JSON.parse(await runProgram([...args, ...more])) as { ndcg10: unknown }).ndcg10;
    const keys = (): string[] =>
      readFileSync(run, "utf8").trim().split("\n").map((line) => line.split(" ")[2] ?? ""); // prettier-ignore
    assert.notEqual(await ndcgOf(), 1);
    assert.equal(keys()[0], "a");
    assert.equal(await ndcgOf("--ignore-identical-ids"), 1);
    assert.deepEqual(keys(), ["b", "c"]);
  });

  it("refuses ids that no run can hold before anything is ingested", async () => {
    const data = writeData({ id: "two words" });
    const run = join(folder(), "out.run");
    const { stdout, stderr } = await failureOf(["eval", "--data", data, "--run", run]);
    assert.match(stderr, /"two words".*TREC files cannot/);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /ingest/);
    assert.equal(existsSync(run), false);
    const report = JSON.parse(await runProgram(["eval", "--data", data, "--json"])) as object;
    assert.equal("ndcg10" in report, true);
  });

  it("tells the measures although a file beside them cannot be written", async () => {
    const lost = join(folder(), "absent", "out");
    const table = join(folder(), "table.tsv");
    const files = ["--run", lost, "--write-gate", lost, "--per-query", table];
    const data = writeData({});
    const { stdout, stderr } = await failureOf(["eval", "--data", data, "--json", ...files]);
    assert.equal((JSON.parse(stdout) as { queries: unknown }).queries, 1);
    assert.match(stderr, /absent/);
    assert.match(readFileSync(table, "utf8"), /^query\tnDCG@10\t.*\nq1\t/);
  });
});
