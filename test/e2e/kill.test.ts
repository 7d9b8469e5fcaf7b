// kill -9 of a server while it takes documents: what it has acknowledged is there afterwards.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Document } from "../../src/core/document.js";
import { createPrng } from "../../src/core/prng.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { below, seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
const killCount = 20;
const [query] = seededQueries({ seed: 81, count: 1, dim });

describe("a server that is killed while it takes documents", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it(`has everything that it acknowledged, ${killCount} times over`, async function () {
    this.timeout(120_000);
    const models = join(folder(), "models");
    mkdirSync(models);
    await writeTinyModel(join(models, "tiny"));
    const flags = [
      ...["--models-folder", models, "--default-model", "tiny"],
      // Segments are made all the time; one thread each starts quickest.
      ...["--ingest-flush-bytes", "65536", "--scoring-workers", "1", "--encoding-workers", "1"],
    ];
    const start = (): Promise<ServerProcess> =>
      startServerProcess({ data: join(folder(), "data"), flags });
    const prng = createPrng(81);
    const acknowledged = new Map<string, string>();
    const sent = new Map<string, Set<string>>();
    let server = await start();
    await server.client.collections.create({ name: "notes", dim });
    for (let round = 0; round < killCount; round += 1) {
      const documents = versionsOf(round);
      for (const { key, title } of documents)
        sent.set(key, (sent.get(key) ?? new Set()).add(title));
      const killAfter = 1 + below(prng, documents.length - 200);
      await ingestUntilKilled(server, documents, { killAfter, acknowledged });
      server = await start();
      await checkContents(server, acknowledged, sent);
    }
    await stopServer(server);
  });
});

/** Some keys are new in each round, the others get a new version; the title says which. */
function versionsOf(round: number): Document[] {
  return seededDocuments({ seed: 81 + round, count: 600, dim }).map((document, i) => ({
    ...document,
    key: i % 3 === 0 ? `round ${round} ${i}` : `again ${i}`,
    title: `version ${round}`,
    text: "",
  }));
}

/** Kills the server in the moment in which the client hears of acknowledgement `killAfter`. */
async function ingestUntilKilled(
  server: ServerProcess,
  documents: readonly Document[],
  run: { readonly killAfter: number; readonly acknowledged: Map<string, string> },
): Promise<void> {
  let count = 0;
  const controller = new AbortController();
  const ingest = server.client.ingest("notes", documents, {
    signal: controller.signal,
    batchDocumentsMax: 7,
    onAck: ({ clientSequence, key }) => {
      run.acknowledged.set(key, documents[clientSequence - 1]!.title);
      count += 1;
      if (count === run.killAfter) server.kill("SIGKILL");
    },
  });
  const failed = assert.rejects(ingest);
  assert.equal(await server.ended, "SIGKILL");
  controller.abort();
  await failed;
  assert.ok(count >= run.killAfter);
}

/** Every acknowledged document in its version or one sent later; nothing that was never sent. */
async function checkContents(
  { client }: ServerProcess,
  acknowledged: Map<string, string>,
  sent: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const found = new Map<string, string>();
  let pageToken: string | undefined;
  do {
    const page = await client.list("notes", { pageSize: 1000, ...(pageToken && { pageToken }) });
    for (const { key, title } of page.documents) found.set(key, title);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  for (const [key, title] of acknowledged) {
    const stored = found.get(key);
    assert.ok(stored !== undefined, `"${key}" was acknowledged and is gone`);
    assert.ok(roundOf(stored) >= roundOf(title), `"${key}" is back at ${stored}, not ${title}`);
  }
  for (const [key, title] of found) {
    assert.ok(sent.get(key)?.has(title), `"${key}" in ${title} was never sent`);
    // What is stored now is what must stay.
    acknowledged.set(key, title);
  }
  const { documentCount, passageCount } = await client.collections.describe("notes");
  assert.equal(documentCount, found.size);
  assert.equal(passageCount, found.size);
  const final = await client.searchFinal({ collection: "notes", ...query!, exhaustive: true });
  assert.equal(final.certificate, "exact");
  assert.equal(final.coverage.maxSimScored, found.size);
  assert.deepEqual(final.degradations, []);
}

function roundOf(title: string): number {
  return Number(title.split(" ")[1]);
}
