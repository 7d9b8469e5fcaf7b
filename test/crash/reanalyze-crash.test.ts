// kill -9 of a server while it makes a collection's terms anew: the old terms are there, or the new.

import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const rounds = 2;

describe("a server that is killed while it makes terms anew", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it(`has the terms of one version, whole, ${rounds} times over, and makes the new ones after`, async () => {
    const before = join(folder(), "before");
    const documentCount = await writeOldCollection(before);
    const wholeMs = await timeOfJob(before, join(folder(), "timed"));
    const prng = createPrng(2026);
    for (let round = 0; round < rounds; round += 1) {
      const data = join(folder(), `round-${round}`);
      cpSync(before, data, { recursive: true });
      const killed = await startServerProcess({ data });
      const timer = setTimeout(() => killed.kill("SIGKILL"), 1.2 * wholeMs * prng.nextFloat());
      // The job ends with the connection, or before the kill.
      await reanalyze(killed).catch(() => undefined);
      assert.equal(await killed.ended, "SIGKILL");
      clearTimeout(timer);
      const server = await startServerProcess({ data });
      assert.deepEqual(await stateOf(server), await expectedState(server, documentCount));
      await reanalyze(server);
      assert.equal(await analyzerVersionOf(server), 2);
      assert.deepEqual(await stateOf(server), await expectedState(server, documentCount));
      await stopServer(server);
      rmSync(data, { recursive: true });
    }
  });
});

/** A collection of analyzer version 1 with several segments and a journal; returns its documents. */
async function writeOldCollection(data: string): Promise<number> {
  const fixture = join(repositoryRoot(), "test/fixtures/format-1/collections");
  cpSync(fixture, join(data, "collections"), { recursive: true });
  const server = await startServerProcess({ data, flags: ["--ingest-flush-bytes", "65536"] });
  const { client } = server;
  const documents = Array.from({ length: 80 }, (_, i) => ({
    key: `more-${i}`,
    title: "",
    text: `Number ${i} of the universities organizes readFileSync.`,
    fields: new Map(),
  }));
  await client.ingest("prose", documents);
  const { settings, documentCount } = await client.collections.describe("prose");
  assert.equal(settings.analyzerVersion, 1);
  await stopServer(server);
  return documentCount;
}

async function timeOfJob(before: string, data: string): Promise<number> {
  cpSync(before, data, { recursive: true });
  const server = await startServerProcess({ data });
  const startMs = performance.now();
  await reanalyze(server);
  const wholeMs = performance.now() - startMs;
  await stopServer(server);
  return wholeMs;
}

async function reanalyze({ client }: ServerProcess): Promise<void> {
  for await (const { step } of client.collections.optimize("prose", { reanalyze: true }))
    assert.ok(step !== "");
}

interface State {
  readonly documentCount: number;
  /** Documents that a phrase of stop words finds; version 1 does not have their terms. */
  readonly ofPhrase: number;
  readonly degradations: readonly string[];
}

async function stateOf({ client }: ServerProcess): Promise<State> {
  const { documentCount } = await client.collections.describe("prose");
  const { hits, degradations } = await client.searchFinal({
    collection: "prose",
    text: '"of the"',
    k: 200,
  });
  return {
    documentCount,
    ofPhrase: hits.filter(({ key, parts }) => key.startsWith("more-") && (parts.bm25 ?? 0) > 0)
      .length,
    degradations: degradations.map(({ reason }) => reason),
  };
}

async function expectedState(server: ServerProcess, documentCount: number): Promise<State> {
  const analyzerVersion = await analyzerVersionOf(server);
  return { documentCount, ofPhrase: analyzerVersion === 1 ? 0 : 80, degradations: [] };
}

async function analyzerVersionOf({ client }: ServerProcess): Promise<number> {
  return (await client.collections.describe("prose")).settings.analyzerVersion;
}
