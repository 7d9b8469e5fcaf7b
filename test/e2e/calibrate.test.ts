// Calibration of a real server: from the client, the command line and over HTTP.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { runProgram } from "../support/program.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const dim = 32;
const documents = seededDocuments({ seed: 301, count: 300, dim });
const queries = seededQueries({ seed: 301, count: 40, dim });
const request = { collection: "notes", ...queries[0]! };

describe("calibrating a server", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("makes it tell what its answers are worth, and keep what is asked of them", async () => {
    const flags = ["--search-exhaustive-below-passages", "0"];
    const server = await startServerProcess({ data: folder(), flags });
    const { client, url } = server;
    const { collections } = client;
    await collections.create({ name: "notes", dim });
    await client.ingest("notes", documents);
    await assert.rejects(client.searchFinal({ ...request, minRecall: 0.5 }), {
      reason: "NOT_CALIBRATED",
      status: "FAILED_PRECONDITION",
    });

    const seen: number[] = [];
    const samples = queries.slice(1);
    const estimates = await collections.calibrate("notes", {
      samples,
      onProgress: ({ done, total, isFinished }) => {
        assert.equal(total, samples.length);
        if (!isFinished) seen.push(done);
      },
    });
    assert.deepEqual(seen, [...samples.keys(), samples.length, samples.length]);
    assert.deepEqual(
      estimates.map(({ poolSize, sampleCount }) => [poolSize, sampleCount]),
      [32, 64, 128, 256].map((poolSize) => [poolSize, samples.length]),
    );
    const { recall } = await collections.describe("notes");
    assert.deepEqual(recall?.estimates, estimates);
    assert.deepEqual([recall?.areSamplesGiven, recall?.isStale], [true, false]);
    assert.equal(recall?.confidence, 0.95);

    const final = await client.searchFinal({ ...request, sketchPoolSize: 64 });
    assert.equal(final.expectedRecall, estimates[1]!.recall);
    const bytes = Buffer.from(request.vectors.bytes).toString("base64");
    const body = {
      collection: "notes",
      query: { text: request.text, vectors: { type: "float32", dim, base64: bytes } },
      min_recall: estimates[0]!.recallLowerBound || 0.01,
    };
    const answer = await fetch(`${url}/v1/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const events = (await answer.text()).split("\n").filter((line) => line.startsWith("data: "));
    const last = JSON.parse(events.at(-1)!.slice(6)) as { expected_recall?: number };
    const chosen = estimates.find(({ recallLowerBound }) => recallLowerBound >= body.min_recall);
    assert.equal(last.expected_recall, chosen?.recall);

    // Most of it is replaced: said once, in the log too.
    await client.ingest("notes", documents.slice(0, 100));
    assert.equal((await collections.describe("notes")).recall?.isStale, true);
    assert.equal((await client.searchFinal(request)).expectedRecall, undefined);
    await client.searchFinal(request);
    await stopServer(server);
    const log = server.stderr();
    assert.equal(log.split("run sluice calibrate recall notes").length, 2, log);
  });

  it("leaves nothing when its caller goes away in the middle", async () => {
    const server = await startServerProcess({ data: folder() });
    const { collections, ingest } = server.client;
    await collections.create({ name: "notes", dim });
    await ingest("notes", documents);
    const controller = new AbortController();
    const job = collections.calibrate("notes", {
      sampleCount: 10_000,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 3) controller.abort();
      },
    });
    await assert.rejects(job, { status: "CANCELLED" });
    assert.equal((await collections.describe("notes")).recall, undefined);
    assert.equal((await collections.calibrate("notes", { sampleCount: 10 })).length, 4);
    // Nobody holds it: it can be dropped at once.
    await collections.drop("notes");
    await stopServer(server);
  });

  it("is a command, with samples drawn or read from a file", async () => {
    const server = await startServerProcess({ data: folder() });
    const at = ["--server", server.address];
    await server.client.collections.create({ name: "words" });
    await server.client.ingest(
      "words",
      documents.slice(0, 40).map(({ key, text }) => ({ key, title: "", text, fields: new Map() })),
    );
    const drawn = await runProgram([
      "calibrate",
      "recall",
      "words",
      "--samples",
      "20",
      "--json",
      ...at,
    ]);
    const { estimates } = JSON.parse(drawn) as { readonly estimates: readonly object[] };
    const { pool_size: poolSize, sample_count: count } = estimates[0] as Record<string, number>;
    assert.deepEqual([poolSize, count], [32, 20]);
    const file = join(folder(), "queries.txt");
    writeFileSync(file, queries.map(({ text }) => `${text}\n`).join("\n"));
    const text = await runProgram(["calibrate", "recall", "words", "--queries", file, ...at]);
    assert.match(
      text,
      /^pool +recall +at least, for 95 % of queries like the 40 samples\n32 +1\.000/,
    );
    const described = await runProgram(["collections", "describe", "words", ...at]);
    assert.match(described, /of the exact top 10, by given samples, at 40 passages/);
    const found = await runProgram([
      "search",
      "words",
      "--min-recall",
      "0.9",
      queries[0]!.text,
      ...at,
    ]);
    assert.match(found, /EXACT/);
    await stopServer(server);
  });
});
