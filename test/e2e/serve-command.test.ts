// A server and the commands that talk to it, as real processes.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

interface Served {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly kernel: string;
}

describe("sluice serve", () => {
  let folder = "";
  let server: ChildProcess;
  let served: Served;
  const data = (): string => join(folder, "data");
  const run = (args: readonly string[], input = ""): Promise<Finished> =>
    runCommand(args, { input, server: `127.0.0.1:${served.grpcPort}` });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
    ({ server, served } = await startServer(data()));
  });
  after(async () => {
    if (server.exitCode === null) {
      server.kill("SIGKILL");
      await once(server, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("prints the ports it chose and the kernels", () => {
    assert.ok(served.grpcPort > 0 && served.httpPort > 0 && served.kernel !== "");
  });

  it("is ready over HTTP when it has printed them", async () => {
    const response = await fetch(`http://127.0.0.1:${served.httpPort}/readyz`);
    assert.equal(response.status, 200);
  });

  it("takes documents from standard input, tells refusals and ends with 1 for them", async () => {
    const lines =
      '{"key":"fox","text":"The quick brown fox jumps over the lazy dog."}\n' +
      '{"key":"cat","title":"Cats","text":"Cats sleep all day.","fields":{"legs":4}}\n' +
      "not json\n";
    const { code, stdout, stderr } = await run(
      ["ingest", "notes", "-", "--create", "--json"],
      lines,
    );
    const report = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(code, 1, stderr);
    assert.deepEqual([report["acceptedCount"], report["rejectedCount"]], [2, 1]);
    assert.match(
      stderr,
      /refused 1: is not valid JSON \[INVALID_INPUT_FILE\] \(standard input:3\)/,
    );
  });

  it("answers searches with one update a line, the last one final", async () => {
    const { code, stdout } = await run(["search", "notes", "sleeping", "cats", "--json"]);
    const updates = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Update);
    assert.equal(code, 0);
    assert.deepEqual(
      updates.map(({ final }) => final),
      updates.map((_, index) => index === updates.length - 1),
    );
    assert.equal(updates.at(-1)?.hits[0]?.key, "cat");
    assert.deepEqual(updates.at(-1)?.hits[0]?.payload.fields, { legs: 4 });
    const plain = await run(["search", "notes", "sleeping cats"]);
    assert.match(plain.stdout, /update 1: .*\n[^]* {2}1 . Cats \[cat\]/);
    assert.ok(!plain.stdout.includes("\u001b"));
  });

  it("lists, describes, deletes and drops", async () => {
    const described = await run(["collections", "describe", "notes", "--json"]);
    assert.equal((JSON.parse(described.stdout) as Described).collection.document_count, 2);
    const deleted = await run(["delete", "notes", "fox", "none", "--json"]);
    assert.match(deleted.stdout, /"deletedCount":1,"missingCount":1/);
    const listed = await run(["collections", "list", "--json"]);
    assert.deepEqual(
      (JSON.parse(listed.stdout) as Listed).collections.map(
        ({ settings, document_count: documentCount }) => [settings.name, documentCount],
      ),
      [["notes", 1]],
    );
    const unsure = await run(["collections", "drop", "notes"]);
    assert.deepEqual([unsure.code, /--yes/.test(unsure.stderr)], [2, true]);
    assert.equal((await run(["collections", "drop", "notes", "--yes"])).code, 0);
    const gone = await run(["search", "notes", "x"]);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /COLLECTION_NOT_FOUND/);
  });

  it("measures a BEIR folder on it, as one object of JSON", async () => {
    const beir = writeBeirFolder(join(folder, "tiny"));
    const server = `127.0.0.1:${served.grpcPort}`;
    const { code, stdout, stderr } = await run([
      "eval",
      "--data",
      beir,
      "--server",
      server,
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual([report.ndcg10, report.recall100, report.mrr10, report.queries], [1, 1, 1, 2]);
    assert.ok(report.searchMs.p50 > 0 && report.searchMs.p99 >= report.searchMs.p50);
    assert.ok(report.firstUpdateMs.p50 <= report.searchMs.p99);
    assert.ok(report.stageMs["encode"] !== undefined);
  });

  it("sweeps an option, tunes it, and judges run files", async () => {
    const beir = writeBeirFolder(join(folder, "swept"));
    const server = ["--server", `127.0.0.1:${served.grpcPort}`];
    const svg = join(folder, "sweep.svg");
    const sweep = ["--sweep", "lexical-weight=0,0.15", "--tune", "--svg", svg, "--json"];
    const swept = await run(["eval", "--data", beir, ...server, ...sweep]);
    assert.equal(swept.code, 0, swept.stderr);
    const { points, tuning } = JSON.parse(swept.stdout) as SweepReport;
    assert.deepEqual(
      points.map(({ value, exactRecall10, measures }) => [value, exactRecall10, measures["RR@10"]]),
      [
        [0, 1, 1],
        [0.15, 1, 1],
      ],
    );
    assert.equal(tuning.best, 0.15);
    assert.match(readFileSync(svg, "utf8"), /^<svg/);
    const reranked = ["--queries", "1", "--sweep", "rerank-weight=0,0.3", "--tune"];
    const weighed = await run(["eval", "--data", beir, ...server, "--skip-ingest", ...reranked]);
    assert.match(weighed.stdout, /^0\.3 +1\.0000.*^best rerank-weight by nDCG@10: 0\.3/ms);
    const [trec, gate, table] = ["a.run", "gate.json", "table.tsv"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const files = ["--run", trec, "--write-gate", gate, "--per-query", table];
    const stages = ["--skip-ingest", "--stages", "--slice", "length"];
    const shown = await run(["eval", "--data", beir, ...server, ...stages, ...files]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^late_interaction +1\.0000/m);
    assert.match(shown.stdout, /^4-7 words +2 +1\.0000/m);
    assert.match(readFileSync(table, "utf8"), /^query\tnDCG@10\tR@100\tRR@10\nq1\t1\t1\t1\n/);
    const qrels = ["--qrels", join(beir, "qrels/test.tsv")];
    assert.equal((await run(["eval", "score", trec, ...qrels, "--gate", gate])).code, 0);
    writeFileSync(trec, "q1 Q0 d2 1 1.0 worse\n");
    const fallen = await run(["eval", "score", trec, ...qrels, "--gate", gate]);
    assert.equal(fallen.code, 1);
    assert.match(fallen.stdout, /gate nDCG@10 +FELL: 0\.0000/);
    const compared = await run(["eval", "compare", trec, trec, ...qrels]);
    assert.match(compared.stdout, /0 better, 0 worse, 2 equal/);
  });

  it("refuses a second server on its folder with 3 and on its port with 6", async () => {
    const ports = ["--grpc-port", "0", "--http-port", "0"];
    const locked = await run(["serve", "--data", data(), ...ports]);
    assert.equal(locked.code, 3);
    assert.match(locked.stderr, new RegExp(`${data()} is held by process ${server.pid ?? ""}`));
    assert.equal((await run(["check", "--data", data()])).code, 3);
    const other = ["serve", "--data", join(folder, "other"), "--http-port", "0"];
    assert.equal((await run([...other, "--grpc-port", String(served.grpcPort)])).code, 6);
  });

  it("ends with 0 after SIGTERM, and leaves sound data", async () => {
    server.kill("SIGTERM");
    const [code] = (await once(server, "exit")) as [number | null];
    assert.equal(code, 0);
    const { code: checked, stdout } = await run(["check", "--data", data(), "--json"]);
    assert.equal(checked, 0);
    assert.equal((JSON.parse(stdout) as { readonly isSound: boolean }).isSound, true);
  });
});

interface Update {
  readonly final: boolean;
  readonly hits: readonly { readonly key: string; readonly payload: { readonly fields: object } }[];
}

interface Sizes {
  readonly settings: { readonly name: string };
  readonly document_count: number;
}

interface Described {
  readonly collection: Sizes;
}

interface Listed {
  readonly collections: readonly Sizes[];
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

interface SweepReport {
  readonly points: readonly {
    readonly value: number;
    readonly exactRecall10: number;
    readonly measures: Readonly<Record<string, number>>;
  }[];
  readonly tuning: { readonly best: number };
}

interface Report {
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
  readonly queries: number;
  readonly searchMs: Percentiles;
  readonly firstUpdateMs: Percentiles;
  readonly stageMs: Readonly<Record<string, Percentiles>>;
}

/** Two documents, two judged queries and one that nobody judged. */
function writeBeirFolder(folder: string): string {
  mkdirSync(join(folder, "qrels"), { recursive: true });
  const write = (name: string, rows: readonly object[]): void =>
    writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  write("corpus.jsonl", [
    { _id: "d1", title: "Whales", text: "Whales are mammals that live in the sea." },
    { _id: "d2", title: "Bread", text: "Bread is baked from flour, water and yeast." },
  ]);
  write("queries.jsonl", [
    { _id: "q1", text: "mammals of the ocean" },
    { _id: "q2", text: "how is bread made" },
    { _id: "q3", text: "nobody judged this" },
  ]);
  const judgments = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n";
  writeFileSync(join(folder, "qrels", "test.tsv"), judgments);
  return folder;
}

async function startServer(data: string): Promise<{ server: ChildProcess; served: Served }> {
  const args = [main, "serve", "--data", data, "--grpc-port", "0", "--http-port", "0", "--json"];
  const server = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.ok(server.stdout !== null);
  for await (const line of createInterface({ input: server.stdout })) {
    return { server, served: JSON.parse(line) as Served };
  }
  throw new Error("the server ended before it had printed its ports");
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runCommand(
  args: readonly string[],
  { input, server }: { readonly input: string; readonly server: string },
): Promise<Finished> {
  const options = { env: { PATH: process.env["PATH"], SLUICE_SERVER: server } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
