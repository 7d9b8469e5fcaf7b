// What scores are worth, fitted on judged queries of a real server, and what searches do with it.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { probabilityOf } from "../../src/eval/score-calibration.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { runProgram } from "../support/program.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const documents = seededDocuments({ seed: 71, count: 60, dim: 16 }).map(({ key, text }) => ({
  key,
  title: "",
  text,
  fields: new Map(),
}));

/** Each query is the beginning of a document, which is relevant; every fifth has none. */
function writeJudged(folder: string): void {
  mkdirSync(join(folder, "qrels"), { recursive: true });
  const judged = documents.slice(0, 25).map(({ key, text }, i) => ({
    query: { _id: `q${i}`, text: text.split(" ").slice(0, 4).join(" ") },
    judgment: `q${i}\t${i % 5 === 0 ? "elsewhere" : key}\t1\n`,
  }));
  const lines = judged.map(({ query }) => `${JSON.stringify(query)}\n`).join("");
  writeFileSync(join(folder, "queries.jsonl"), lines);
  writeFileSync(
    join(folder, "qrels", "test.tsv"),
    `query-id\tcorpus-id\tscore\n${judged.map(({ judgment }) => judgment).join("")}`,
  );
  const corpus = documents.map(({ key, text }) => `${JSON.stringify({ _id: key, text })}\n`);
  writeFileSync(join(folder, "corpus.jsonl"), corpus.join(""));
}

interface Report {
  readonly method: "platt" | "isotonic";
  readonly queryCount: number;
  readonly resultCount: number;
  readonly brier: number;
  readonly methods: Readonly<
    Record<string, { readonly brier: number; readonly bins: readonly { readonly count: number }[] }>
  >;
}

/** Hits reach the threshold, and their shares are whole. */
async function assertHeldOverHttp(
  url: string,
  { text, least }: { readonly text: string; readonly least: number },
): Promise<void> {
  const asked = { collection: "words", query: text, min_probability: least };
  const answer = await fetch(`${url}/v1/search`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...asked, softmax_temperature: 0.1 }),
  });
  const events = (await answer.text()).split("\n").filter((line) => line.startsWith("data: "));
  const { hits } = JSON.parse(events.at(-1)!.slice(6)) as {
    hits: { parts: { probability: number; softmax: number } }[];
  };
  assert.ok(hits.length > 0);
  assert.ok(hits.every(({ parts }) => parts.probability >= least));
  const whole = hits.reduce((sum, { parts }) => sum + parts.softmax, 0);
  assert.ok(Math.abs(whole - 1) < 1e-9);
}

describe("calibrating the scores of a server", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("gives hits probabilities that thresholds hold to, also after a restart", async () => {
    const data = join(folder(), "data");
    const judged = join(folder(), "judged");
    writeJudged(judged);
    let server = await startServerProcess({ data });
    await server.client.collections.create({ name: "words" });
    await server.client.ingest("words", documents);
    const [text, svg] = [documents[1]!.text, join(folder(), "reliability.svg")];
    await assert.rejects(
      server.client.searchFinal({ collection: "words", text, minProbability: 0.5 }),
      { reason: "NOT_CALIBRATED", status: "FAILED_PRECONDITION" },
    );
    const run = (...words: string[]): Promise<string> =>
      runProgram([...words, "--server", server.address]);
    const calibrate = ["calibrate", "scores", "words", "--data", judged, "-k", "20"];

    const report = JSON.parse(await run(...calibrate, "--svg", svg, "--json")) as Report;
    assert.deepEqual([report.queryCount, report.resultCount], [25, 500]);
    const briers = Object.values(report.methods).map(({ brier }) => brier);
    assert.equal(report.brier, Math.min(...briers));
    assert.equal(report.brier, report.methods[report.method]!.brier);
    for (const { bins } of Object.values(report.methods))
      assert.equal(
        bins.reduce((sum, { count }) => sum + count, 0),
        500,
      );
    assert.match(readFileSync(svg, "utf8"), /^<svg.*Reliability of probabilities, words/s);
    assert.match(
      await run(...calibrate, "--method", "isotonic"),
      /platt .*\nisotonic .* chosen\n.*reliability of isotonic/s,
    );

    await stopServer(server);
    server = await startServerProcess({ data });
    const { scoreMaps } = await server.client.collections.describe("words");
    assert.equal(scoreMaps.length, 1);
    const { map } = scoreMaps[0]!;
    assert.equal(map.method, "isotonic");
    assert.match(await run("collections", "describe", "words"), /scores +isotonic for lexical/);
    const final = await server.client.searchFinal({ collection: "words", text });
    for (const { score, parts } of final.hits)
      assert.equal(parts.probability, probabilityOf(map, score));
    assert.match(await run("search", "words", text), /\d\.\d{3}, \d+ %/);

    const least = Math.max(final.hits[2]!.parts.probability!, 1e-9);
    await assertHeldOverHttp(server.url, { text, least });

    await run("calibrate", "scores", "words", "--clear");
    assert.deepEqual((await server.client.collections.describe("words")).scoreMaps, []);
    await stopServer(server);
  });

  it("refuses maps that are none, and judgments that fit nothing", async () => {
    const server = await startServerProcess({ data: join(folder(), "data") });
    const { collections } = server.client;
    await collections.create({ name: "words" });
    const platt = { method: "platt", slope: 1, intercept: 0 } as const;
    const about = { lexicalWeight: 0.15, queryCount: 1, resultCount: 1, brier: 0, ece: 0 };
    const isotonic = (scores: number[], probabilities: number[]): object => ({
      map: { method: "isotonic", scores, probabilities },
    });
    const faults: readonly [fault: object, field: string][] = [
      [{ map: { ...platt, slope: -1 } }, "score_maps[0].platt.slope"],
      [{ map: { ...platt, intercept: Infinity } }, "score_maps[0].platt.intercept"],
      [isotonic([], []), "score_maps[0].isotonic.scores"],
      [isotonic([1, 1], [0, 1]), "score_maps[0].isotonic.scores"],
      [isotonic([1, NaN], [0, 1]), "score_maps[0].isotonic.scores"],
      [isotonic([1, 2], [0]), "score_maps[0].isotonic.scores"],
      [isotonic([1, 2], [0.5, 0.4]), "score_maps[0].isotonic.probabilities"],
      [isotonic([1, 2], [0.5, 1.5]), "score_maps[0].isotonic.probabilities"],
      [{ lexicalWeight: -1 }, "score_maps[0].lexical_weight"],
      [{ brier: 2 }, "score_maps[0].brier"],
      [{ rerank: { model: "", weight: 0.5 } }, "score_maps[0].rerank_weight"],
    ];
    for (const [fault, field] of faults)
      await assert.rejects(
        collections.setScoreMaps("words", [{ map: platt, ...about, ...fault }]),
        {
          reason: "INVALID_FIELD",
          field,
        },
      );
    const one = { map: platt, ...about };
    await assert.rejects(collections.setScoreMaps("words", [one, one]), { field: "score_maps[1]" });
    const many = Array.from({ length: 17 }, (_, i) => ({ ...one, lexicalWeight: i }));
    await assert.rejects(collections.setScoreMaps("words", many), { field: "score_maps" });
    await assert.rejects(collections.setScoreMaps("nobody", [one]), {
      reason: "COLLECTION_NOT_FOUND",
    });
    assert.deepEqual((await collections.describe("words")).scoreMaps, []);

    const judged = join(folder(), "judged");
    writeJudged(judged);
    const calibrate = ["calibrate", "scores", "words", "--data", judged];
    await assert.rejects(
      runProgram([...calibrate, "--server", server.address]),
      /0 of 0 results are relevant/,
    );
    await stopServer(server);
  });
});
