// A data folder that is deleted, moved or replaced under a running server: DATA_FOLDER_UNAVAILABLE.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { canMountDisk } from "../support/small-disk.js";

const dim = 16;
const documents = seededDocuments({ seed: 5, count: 20, dim });
const click = { kind: "click", queryText: "words", key: documents[0]!.key } as const;
const [query] = seededQueries({ seed: 5, count: 1, dim });

interface Ready {
  readonly status: string;
  readonly reasons: readonly string[];
}

describe("a data folder under a running server", () => {
  const folder = useTemporaryFolder();
  const data = (): string => join(folder(), "data");
  endServersAfterEach();

  async function startWithDocuments(): Promise<ServerProcess> {
    const server = await startServerProcess({ data: data() });
    await server.client.collections.create({ name: "notes", dim });
    await server.client.ingest("notes", documents.slice(0, 10));
    await server.client.collections.snapshots.take("notes", { name: "nightly" });
    return server;
  }

  async function readyz({ url }: ServerProcess): Promise<{ code: number; body: Ready }> {
    const response = await fetch(`${url}/readyz`);
    return { code: response.status, body: (await response.json()) as Ready };
  }

  async function untilReadiness(server: ServerProcess, code: number): Promise<Ready> {
    for (;;) {
      const found = await readyz(server);
      if (found.code === code) return found.body;
      await sleep(50);
    }
  }

  /** Every kind of write is refused by name; nothing of it is done. */
  async function allRefused({ client }: ServerProcess): Promise<void> {
    const { collections } = client;
    const refused = { reason: "DATA_FOLDER_UNAVAILABLE" };
    const writes = [
      () => collections.create({ name: "other", dim }),
      () => collections.drop("notes"),
      () => collections.snapshots.take("notes", { name: "late" }),
      () => collections.snapshots.restore("nightly", { name: "again" }),
      () => collections.snapshots.delete("nightly"),
      () => client.delete("notes", [documents[0]!.key]),
      () => client.sendFeedback("notes", click),
    ];
    for (const write of writes) await assert.rejects(write(), refused, write.toString());
    const failures: string[] = [];
    await client.ingest("notes", documents.slice(10, 12), {
      onError: ({ reason }) => failures.push(reason),
    });
    assert.deepEqual(failures, ["DATA_FOLDER_UNAVAILABLE", "DATA_FOLDER_UNAVAILABLE"]);
  }

  async function isServed({ client }: ServerProcess): Promise<void> {
    const final = await client.searchFinal({ collection: "notes", ...query!, k: 20 });
    assert.equal(final.hits.length, 10);
  }

  it("that is deleted is said to be gone; writes are refused and searches go on", async () => {
    const server = await startWithDocuments();
    rmSync(data(), { recursive: true });
    await allRefused(server);
    const { status, reasons } = await untilReadiness(server, 503);
    assert.equal(status, "not ready");
    assert.match(reasons.join(), /^the (data folder|folder of the collections) is gone$/);
    assert.equal(await server.client.health(), "NOT_SERVING");
    await isServed(server);
    assert.equal(existsSync(data()), false);
    await stopServer(server);
  });

  it("that is another server's by now stays that server's", async () => {
    const server = await startWithDocuments();
    rmSync(data(), { recursive: true });
    const second = await startServerProcess({ data: data() });
    await second.client.collections.create({ name: "notes", dim });
    await second.client.ingest("notes", documents.slice(0, 3));
    await allRefused(server);
    const { reasons } = await untilReadiness(server, 503);
    assert.deepEqual(reasons, ["the data folder was replaced by another one"]);
    await stopServer(server);
    assert.equal((await second.client.collections.describe("notes")).documentCount, 3);
    assert.equal((await readyz(second)).code, 200);
    assert.ok(readdirSync(data()).includes("LOCK"));
    await stopServer(second);
  });

  it("that comes back as it was is written again", async () => {
    const server = await startWithDocuments();
    renameSync(data(), `${data()}-away`);
    await untilReadiness(server, 503);
    await allRefused(server);
    renameSync(`${data()}-away`, data());
    await isWrittenAgain(server);
  });

  it("that comes back as a copy is not written again", async () => {
    const server = await startWithDocuments();
    renameSync(data(), `${data()}-away`);
    cpSync(`${data()}-away`, data(), { recursive: true });
    await untilReadiness(server, 503);
    await allRefused(server);
    await stopServer(server);
  });

  it("in which only a part is gone takes no writes for that part", async () => {
    const server = await startWithDocuments();
    const [id = ""] = readdirSync(join(data(), "collections"));
    const file = join(data(), "collections", id, "data.mdb");
    cpSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
    const failures: string[] = [];
    await server.client.ingest("notes", documents.slice(10, 11), {
      onError: ({ reason }) => failures.push(reason),
    });
    assert.deepEqual(failures, ["DATA_FOLDER_UNAVAILABLE"]);
    await isServed(server);
    rmSync(join(data(), "collections"), { recursive: true });
    mkdirSync(join(data(), "collections"));
    const { reasons } = await untilReadiness(server, 503);
    assert.deepEqual(reasons, ["the folder of the collections was replaced by another one"]);
    await stopServer(server);
  });

  it("whose lock is gone is written no more", async () => {
    const server = await startWithDocuments();
    rmSync(join(data(), "LOCK"));
    await allRefused(server);
    const { reasons } = await untilReadiness(server, 503);
    assert.deepEqual(reasons, ["the lock of the data folder is gone"]);
    await stopServer(server);
  });

  if (canMountDisk()) {
    it("that becomes read-only is written again once it is writable", async () => {
      const server = await startWithDocuments();
      // A mount that files are written on cannot be made read-only, but another one of the same disk.
      mount("--bind", data(), data());
      try {
        mount("-o", "remount,bind,ro", data());
        const { reasons } = await untilReadiness(server, 503);
        assert.deepEqual(reasons, ["the data folder is read-only"]);
        await allRefused(server);
        await isServed(server);
      } finally {
        spawnSync("umount", ["-l", data()]);
      }
      await isWrittenAgain(server);
    });

    it("that is unmounted is written again once it is mounted again", async () => {
      const disk = join(folder(), "disk");
      for (const path of [disk, data()]) mkdirSync(path);
      mount("--bind", disk, data());
      try {
        const server = await startWithDocuments();
        spawnSync("umount", ["-l", data()]);
        await allRefused(server);
        await untilReadiness(server, 503);
        assert.deepEqual(readdirSync(data()), []);
        mount("--bind", disk, data());
        await isWrittenAgain(server);
      } finally {
        spawnSync("umount", ["-l", data()]);
      }
    });
  }

  async function isWrittenAgain(server: ServerProcess): Promise<void> {
    await untilReadiness(server, 200);
    assert.equal(await server.client.health(), "SERVING");
    const { acknowledgedCount } = await server.client.ingest("notes", documents.slice(10));
    assert.equal(acknowledgedCount, 10);
    await stopServer(server);
    const again = await startServerProcess({ data: data() });
    assert.equal((await again.client.collections.describe("notes")).documentCount, 20);
    await stopServer(again);
  }
});

function mount(...args: readonly string[]): void {
  assert.equal(spawnSync("mount", args).status, 0, `mount ${args.join(" ")}`);
}
