// Same data, same query, same options: the same bytes, whatever the kernel, the number of workers,
// the order and size of ingest batches, and what was written and deleted on the way.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { kernelChoices, loadKernels } from "../../src/kernels/load-kernels.js";
import type { KernelChoice } from "../../src/kernels/load-kernels.js";
import type { EngineApi } from "../../src/engine/api.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngineOptions } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { withScorePool } from "../support/score-pool.js";
import { seededDocuments, seededQueries, shuffled } from "../support/seeded-corpus.js";

const dim = 64;
const documents = seededDocuments({ seed: 5, count: 320, dim });
const queries = seededQueries({ seed: 5, count: 8, dim });
const payload = { mode: "every_update", title: true, text: true, fields: true } as const;

/** Options that take different ways through the pipeline. */
const asked: readonly Partial<SearchRequest>[] = [
  { k: 10, exhaustive: true },
  { k: 10, exhaustive: true, refinePoolSize: 0 },
  { k: 100, sketchPoolSize: 40, lexicalPoolSize: 20 },
  { k: 7, sketchPoolSize: 9, lexicalPoolSize: 300, fusion: "min_max", lexicalWeight: 0.4 },
  { k: 30, sketchPoolSize: 200, refinePoolSize: 0, payload },
];

describe("a search", () => {
  let folder = "";
  let expected = "";
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
    expected = await build("plain", { kernels: loadKernels("reference").kernels }, ingestPlainly);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function build(
    name: string,
    options: Partial<InlineEngineOptions>,
    ingest: (api: EngineApi) => Promise<void>,
  ): Promise<string> {
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0, batchPassages: 37 };
    const engine = await openInlineEngine(join(folder, name), { search, ...options });
    try {
      await createNotes(engine.api, { dim, refineBits: 8 });
      await ingest(engine.api);
      return await answersOf(engine.api);
    } finally {
      await engine.close();
    }
  }

  for (const [name, kernels] of kernelsOfThisMachine()) {
    it(`gives the same bytes with ${name} kernels`, async () => {
      assertSame(await build(name, { kernels }, ingestPlainly), expected);
    });
  }

  for (const workerCount of [1, 2, 3]) {
    it(`gives the same bytes with ${workerCount} scoring workers`, async () => {
      await withScorePool(workerCount, async (scorer) => {
        const batch = { ...searchDefaults, exhaustiveBelowPassages: 0, batchPassages: 16 };
        const name = `workers-${workerCount}`;
        assertSame(await build(name, { scorer, search: batch }, ingestPlainly), expected);
      });
    });
  }

  for (const [name, flushBytes, batchSize] of [
    ["one document a batch", 2 ** 23, 1],
    ["everything at once", 2 ** 23, 1000],
    ["a segment every few documents", 3_000, 5],
    ["few segments", 40_000, 64],
  ] as const) {
    it(`gives the same bytes ingested in another order, ${name}`, async () => {
      const ingest = (api: EngineApi): Promise<void> =>
        putAll(api, shuffled(documents, flushBytes + batchSize), batchSize);
      assertSame(await build(name.replaceAll(" ", "-"), { flushBytes }, ingest), expected);
    });
  }

  for (const flushBytes of [2 ** 23, 5_000]) {
    it(`gives the same bytes after deletes and upserts, flushed at ${flushBytes}`, async () => {
      const name = `detours-${flushBytes}`;
      assertSame(await build(name, { flushBytes }, ingestWithDetours), expected);
    });
  }

  it("gives the same bytes after the folder was closed and opened again", async () => {
    await build("reopened", { flushBytes: 5000 }, ingestWithDetours);
    const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
    const engine = await openInlineEngine(join(folder, "reopened"), { search });
    try {
      assertSame(await answersOf(engine.api), expected);
    } finally {
      await engine.close();
    }
  });
});

function ingestPlainly(api: EngineApi): Promise<void> {
  return putAll(api, documents);
}

/** Other documents that go again, old versions under the same keys, keys written twice. */
async function ingestWithDetours(api: EngineApi): Promise<void> {
  const others = seededDocuments({ seed: 99, count: 120, dim }).map((document, i) => ({
    ...document,
    key: `other ${i}`,
  }));
  const old = documents.filter((_, i) => i % 3 === 0).map((one, i) => swapContent(one, i));
  await putAll(api, shuffled([...others, ...old], 1), 40);
  await api.delete(
    "notes",
    others.slice(0, 60).map(({ key }) => key),
  );
  await putAll(api, shuffled(documents, 2), 23);
  await api.delete(
    "notes",
    shuffled([...others.slice(60), ...documents.slice(0, 50)], 3).map(({ key }) => key),
  );
  await putAll(api, documents.slice(0, 50), 7);
  await putAll(api, documents.slice(100, 130), 30);
}

function swapContent(document: Document, i: number): Document {
  return { ...documents[(7 * i + 3) % documents.length]!, key: document.key };
}

/** All hits of the final updates, as JSON. */
async function answersOf(api: EngineApi): Promise<string> {
  const lines: string[] = [];
  for (const query of queries) {
    for (const options of asked) {
      const { hits, stage, certificate, coverage } = await finalOf(api, { ...query, ...options });
      lines.push(JSON.stringify({ stage, certificate, coverage, hits }, plainly));
    }
  }
  return lines.join("\n");
}

function plainly(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  return typeof value === "bigint" ? `${value}` : value;
}

/** Points at the first line that differs: the whole text would not be readable. */
function assertSame(actual: string, expected: string): void {
  const wanted = expected.split("\n");
  for (const [i, line] of actual.split("\n").entries()) assert.equal(line, wanted[i]);
  assert.equal(actual, expected);
}

function kernelsOfThisMachine(): [KernelChoice, Kernels][] {
  const found: [KernelChoice, Kernels][] = [];
  for (const choice of kernelChoices) {
    try {
      found.push([choice, loadKernels(choice).kernels]);
    } catch {
      // Made for another processor.
    }
  }
  return found;
}
