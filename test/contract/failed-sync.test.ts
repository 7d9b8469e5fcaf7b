// A disk that reports an error when a write is to be made durable.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SluiceClient } from "../../src/client/client.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 401, count: 30, dim });
const [query] = seededQueries({ seed: 401, count: 1, dim });
const compiler = ["cc", "clang", "gcc"].find((name) => spawnSync(name, ["--version"]).status === 0);

// Without a compiler nothing can stand between a program and its disk.
if (process.platform === "linux" && compiler !== undefined)
  describe("a sync that fails", () => {
    const folder = useTemporaryFolder();
    endServersAfterEach();

    function compile(): string {
      const library = join(folder(), "failing-sync.so");
      const source = join(repositoryRoot(), "test/support/failing-sync.c");
      const flags = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"];
      assert.equal(spawnSync(compiler ?? "", flags, { stdio: "inherit" }).status, 0);
      return library;
    }

    it("ends all writes, not the searches; what was acknowledged is there after a restart", async () => {
      const data = join(folder(), "data");
      const broken = join(folder(), "broken");
      const environment = { LD_PRELOAD: compile(), FAIL_SYNC: broken };
      const server = await startServerProcess({ data, environment });
      const { client } = server;
      await client.collections.create({ name: "notes", dim });
      await client.ingest("notes", documents.slice(0, 20));
      assert.equal(await readiness(server), 200);

      writeFileSync(broken, "");
      assert.deepEqual(await reasonsOf(client), ["STORAGE_FAILED"]);
      // A sync that succeeds afterwards tells nothing of what was lost before.
      rmSync(broken);
      assert.deepEqual(await reasonsOf(client), ["STORAGE_FAILED"]);
      await assert.rejects(client.delete("notes", [documents[0]!.key]), /the disk failed/);
      assert.equal(await readiness(server), 503);
      assert.equal(await client.health(), "NOT_SERVING");
      assert.equal((await foundKeys(client)).length, 20);
      await stopServer(server);

      const again = await startServerProcess({ data });
      const keys = new Set(await foundKeys(again.client));
      for (const { key } of documents.slice(0, 20)) assert.ok(keys.has(key));
      await again.client.ingest("notes", documents.slice(20));
      await stopServer(again);
    });
  });

async function readiness({ url }: ServerProcess): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

/** Why the documents that come late are refused, each reason once. */
async function reasonsOf(client: SluiceClient): Promise<string[]> {
  const reasons = new Set<string>();
  const late = documents.slice(20);
  const { failedCount } = await client.ingest("notes", late, {
    onError: ({ reason }) => reasons.add(reason),
  });
  assert.equal(failedCount, late.length);
  return [...reasons];
}

async function foundKeys(client: SluiceClient): Promise<string[]> {
  const { hits } = await client.searchFinal({ collection: "notes", ...query!, k: 50 });
  return hits.map(({ key }) => key);
}
