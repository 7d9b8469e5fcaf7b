// Servers under limits of the system: a refusal with a word for it, never the end of the process.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { SluiceClient } from "../../src/client/client.js";
import { exitCodes } from "../../src/cli/exit-codes.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import {
  endServersAfterEach,
  startInVain,
  startServerProcess,
  stopServer,
} from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 71, count: 5, dim });
const gibibyte = 2 ** 30;

describe("a server under limits of the system", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  let data = "";
  let flags: string[] = [];
  beforeEach(async () => {
    data = join(folder(), "data");
    const models = join(folder(), "models");
    mkdirSync(models);
    await writeTinyModel(join(models, "tiny"));
    flags = ["--models-folder", models, "--default-model", "tiny"];
    flags.push("--scoring-workers", "2", "--encoding-workers", "2");
  });

  for (const limit of ["--nofile=48", "--nofile=160", "--as=3221225472", "--as=5368709120"])
    it(`does not start with ${limit}, and says which limit to raise`, async () => {
      const { code, stderr } = await startInVain({ data, flags, limits: [limit] });
      assert.equal(code, exitCodes.systemLimit.code, stderr);
      assert.match(stderr, /ulimit -[nv]/);
    });

  it("serves with few descriptors, and opens no more collections than there are some for", async () => {
    const server = await startServerProcess({ data, flags, limits: ["--nofile=192"] });
    await createMany(server.client, 40);
    await server.client.ingest("c0", documents);
    assert.equal((await server.client.collections.describe("c0")).documentCount, documents.length);
    await stopServer(server);
  });

  it("serves within little address space, in smaller maps", async () => {
    const limits = [`--as=${9 * gibibyte}`];
    const server = await startServerProcess({ data, flags, limits });
    await createMany(server.client, 40);
    await server.client.ingest("c0", documents);
    assert.equal((await server.client.collections.describe("c0")).documentCount, documents.length);
    const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
    const kibibytes = Number(/VmPeak:\s*(\d+)/.exec(status)?.[1]);
    assert.ok(1024 * kibibytes < 8 * gibibyte, status);
    await stopServer(server);
  });
});

/** The first is made, each other is made or refused for the system's limit. */
async function createMany(client: SluiceClient, count: number): Promise<void> {
  await client.collections.create({ name: "c0", dim });
  for (let i = 1; i < count; i += 1)
    try {
      await client.collections.create({ name: `c${i}`, dim });
    } catch (error) {
      assert.ok(error instanceof Error && "reason" in error, String(error));
      assert.equal(error.reason, "SYSTEM_LIMIT");
    }
}
