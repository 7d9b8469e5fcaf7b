// Documents come out again: over gRPC, HTTP and the command line, and an import of them gives the
// same answers.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientExportedDocument } from "../../src/client/export.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { ExportRequest } from "../../src/contract/export.js";
import { createPrng } from "../../src/core/prng.js";
import { compareKeys } from "../../src/core/document.js";
import type { Document, FieldValue } from "../../src/core/document.js";
import { parseFilter } from "../../src/core/parse-filter.js";
import { runProgram } from "../support/program.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const subjects = ["heron", "sluice", "turbine", "gravel", "canal", "miner", "trough", "lock"];
const verbs = ["guards", "empties", "turns", "carries", "fills", "follows"];

function sentenceOf(prng: ReturnType<typeof createPrng>): string {
  const pick = (list: readonly string[]): string =>
    list[Math.floor(list.length * prng.nextFloat())] ?? "";
  return `The ${pick(subjects)} ${pick(verbs)} the ${pick(subjects)} near the ${pick(subjects)}.`;
}

/** Texts of one sentence, and one of several passages; fields of the kinds that plain JSON has. */
function textDocuments(count: number): Document[] {
  const prng = createPrng(11);
  return Array.from({ length: count }, (_, i) => {
    const sentences = Array.from({ length: i === 3 ? 150 : 1 + (i % 3) }, () => sentenceOf(prng));
    return {
      key: `k${i}\u00e9"${"x".repeat(i % 5)}`,
      title: i % 4 === 0 ? "" : `Report ${i}`,
      text: sentences.join(" "),
      fields: new Map<string, FieldValue>([
        ["year", { kind: "integer", value: BigInt(1840 + (i % 30)) }],
        ["depth", { kind: "float", value: 0.5 + i }],
        ["wet", { kind: "boolean", value: i % 2 === 0 }],
        ["topic", { kind: "keyword", value: subjects[i % subjects.length] ?? "" }],
        ["tags", { kind: "keywords", value: ["a,b", `t${i % 7}`] }],
      ]),
    };
  });
}

async function exported(
  client: SluiceClient,
  request: ExportRequest,
): Promise<{ documents: ClientExportedDocument[]; lastSequence: number }> {
  const documents: ClientExportedDocument[] = [];
  let lastSequence = 0;
  for await (const batch of client.exportDocuments(request)) {
    documents.push(...batch.documents);
    lastSequence = batch.lastSequence;
  }
  return { documents, lastSequence };
}

async function optimized(client: SluiceClient, collection: string): Promise<void> {
  for await (const step of client.collections.optimize(collection, { full: true }))
    assert.ok(step.step !== undefined);
}

describe("an export", () => {
  let folder: string;
  let server: ServerProcess;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-export-"));
    server = await startServerProcess({ data: join(folder, "data") });
  });
  after(async () => {
    await stopServer(server);
    rmSync(folder, { recursive: true });
  });

  it("and its import give the same answers to 200 searches", async () => {
    const { client, address } = server;
    await client.collections.create({ name: "docs" });
    await client.ingest("docs", textDocuments(60));
    const file = join(folder, "docs.jsonl");
    writeFileSync(file, await runProgram(["export", "docs", "-s", address]));
    await runProgram(["ingest", "copy", file, "--create", "-s", address]);
    const prng = createPrng(12);
    for (let i = 0; i < 200; i += 1) {
      const asked = {
        text: sentenceOf(prng),
        k: 20,
        exhaustive: i % 2 === 0,
        ...(i % 3 === 0 ? { filter: parseFilter("year < 1860 and wet = true") } : {}),
        ...(i % 3 === 1 ? { filter: parseFilter('tags = "t3" or depth > 40.2') } : {}),
      };
      const [before, after] = await Promise.all(
        ["docs", "copy"].map((collection) => client.searchFinal({ collection, ...asked })),
      );
      assert.ok((before?.hits.length ?? 0) > 0);
      assert.deepEqual(after?.hits, before?.hits);
    }
  });

  it("has every document once, by key, and can go on after a key or a sequence", async () => {
    const { client } = server;
    await client.collections.create({ name: "keys", dim: 16 });
    const documents = seededDocuments({ seed: 3, count: 300, dim: 16 });
    const { lastSequence } = await client.ingest("keys", documents);
    const keys = documents.map(({ key }) => key).sort(compareKeys);
    const all = await exported(client, { collection: "keys" });
    assert.deepEqual(
      all.documents.map(({ key }) => key),
      keys,
    );
    assert.equal(all.lastSequence, lastSequence);
    const afterKey = keys[199] ?? "";
    const rest = await exported(client, { collection: "keys", afterKey });
    assert.deepEqual(
      rest.documents.map(({ key }) => key),
      keys.slice(200),
    );
    await client.ingest("keys", documents.slice(40, 45));
    const newer = await exported(client, { collection: "keys", afterSequence: lastSequence });
    assert.deepEqual(
      newer.documents.map(({ key }) => key).sort(),
      documents
        .slice(40, 45)
        .map(({ key }) => key)
        .sort(),
    );
    const filter = parseFilter("number >= 290");
    const few = await exported(client, { collection: "keys", filter });
    assert.deepEqual(few.documents.map(({ key }) => key).sort(), keysFrom(documents, 290));
  });

  it("shows the moment of its begin, whatever is written while it is read", async () => {
    const { client } = server;
    await client.collections.create({ name: "moments", dim: 16 });
    const text = "gravel and water ".repeat(2000);
    const documents = seededDocuments({ seed: 4, count: 600, dim: 16 }).map((document) => ({
      ...document,
      text,
    }));
    await client.ingest("moments", documents);
    const before = await exported(client, { collection: "moments", vectors: true });
    const stream = client.exportDocuments({ collection: "moments", vectors: true });
    const first = await stream.next();
    await client.deleteWhere("moments", parseFilter("number >= 100"));
    await client.ingest(
      "moments",
      documents.slice(0, 50).map((document) => ({ ...document, title: "new" })),
    );
    // Segments are merged; the file stays as it is while the export reads it.
    await assert.rejects(optimized(client, "moments"), { reason: "OVERLOADED" });
    const found = [...(first.value?.documents ?? [])];
    for await (const { documents: more, lastSequence } of stream) {
      assert.equal(lastSequence, before.lastSequence);
      found.push(...more);
    }
    assert.deepEqual(found, before.documents);
  });

  it("with vectors can be imported where there is no model", async () => {
    const { client, address } = server;
    await client.collections.create({ name: "rows", dim: 16, bits: 2 });
    await client.ingest("rows", seededDocuments({ seed: 5, count: 200, dim: 16 }));
    const file = join(folder, "rows.jsonl");
    writeFileSync(file, await runProgram(["export", "rows", "--vectors", "-s", address]));
    await client.collections.create({ name: "rows-copy", dim: 16, bits: 2 });
    await runProgram(["ingest", "rows-copy", file, "-s", address]);
    for (const query of seededQueries({ seed: 6, count: 50, dim: 16 })) {
      const [before, after] = await Promise.all(
        ["rows", "rows-copy"].map((collection) =>
          client.searchFinal({ collection, ...query, exhaustive: true, k: 20 }),
        ),
      );
      const shown = ({ key, score }: { key: string; score: number }) => ({ key, score });
      assert.deepEqual(after?.hits.map(shown), before?.hits.map(shown));
    }
  });

  it("over HTTP has the lines that the command prints", async () => {
    const { client, address, url } = server;
    await client.collections.create({ name: "lines", dim: 16 });
    await client.ingest("lines", seededDocuments({ seed: 7, count: 100, dim: 16 }));
    const printed = await runProgram(["export", "lines", "--filter", "number < 50", "-s", address]);
    const query = new URLSearchParams({ collection: "lines", filter: "number < 50" });
    const got = await fetch(`${url}/v1/export?${query.toString()}`);
    assert.equal(got.headers.get("content-type"), "application/x-ndjson; charset=utf-8");
    assert.equal(got.headers.get("x-sluice-last-sequence"), "100");
    assert.equal(await got.text(), printed);
    assert.equal(printed.trim().split("\n").length, 50);
    const asked = { collection: "lines", after_sequence: 90, vectors: true };
    const posted = await fetch(`${url}/v1/export`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(asked),
    });
    const lines = (await posted.text()).trim().split("\n");
    assert.equal(lines.length, 10);
    for (const line of lines) assert.match(line, /"vectors":\{"type":"float32","dim":16/);
    const wrong = await fetch(`${url}/v1/export?collection=lines&after_sequence=x`);
    assert.equal(wrong.status, 400);
    const missing = await fetch(`${url}/v1/export?collection=nothing`);
    assert.equal(missing.status, 404);
  });
});

function keysFrom(documents: readonly Document[], number: number): string[] {
  const found = documents.filter(({ fields }) => Number(fields.get("number")?.value) >= number);
  return found.map(({ key }) => key).sort();
}
