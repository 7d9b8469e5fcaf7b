// Backups in a real S3 server, as `make test-s3` runs them: a server that loses its data folder, and
// one whose upload is killed.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { limits } from "../../src/core/limits.js";
import { eventually } from "../support/eventually.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import { startS3Server } from "./s3-server.js";
import type { S3Server } from "./s3-server.js";

const dim = 384;
/** Enough for several parts. */
const documents = seededDocuments({ seed: 31, count: 12_000, dim });

describe("backups in a real S3 server", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-s3-"));
  let storage: S3Server;

  before(async () => {
    const started = await startS3Server(join(folder, "storage"));
    assert.ok(started, "versitygw or weed is in PATH or in .cache/s3/bin");
    storage = started;
    process.stdout.write(`    (${storage.name})\n`);
  });
  after(async () => {
    await storage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (name: string, flags: readonly string[] = []) =>
    startServerProcess({ data: join(folder, name), flags, environment: storage.environment });

  it("bring back a collection after its server and its data folder are gone", async () => {
    const server = await start("lost", ["--backup-keep-last", "2"]);
    const { collections } = server.client;
    await collections.create({ name: "docs", dim, bits: 8 });
    await server.client.ingest("docs", documents);
    const taken = [];
    for (let round = 0; round < 3; round += 1)
      taken.push(await collections.snapshots.take("docs", { backup: true }));
    assert.ok((taken[0]?.bytes ?? 0) > limits.backupPartBytes, "it has several parts");
    const listed = await collections.snapshots.list({ backup: true });
    assert.deepEqual(
      listed.map(({ name }) => name),
      taken
        .slice(1)
        .map(({ name }) => name)
        .reverse(),
    );
    server.kill("SIGKILL");
    await server.ended;
    rmSync(join(folder, "lost"), { recursive: true });
    const fresh = await start("fresh");
    const { snapshots } = fresh.client.collections;
    const restored = await snapshots.restore(listed[0]?.name ?? "", { backup: true });
    assert.equal(restored.documentCount, documents.length);
    for (const { name } of listed) await snapshots.delete(name, { backup: true });
    assert.deepEqual(await snapshots.list({ backup: true }), []);
    await stopServer(fresh);
  });

  it("whose server is killed in the middle are no backups, and do not stop the next one", async () => {
    const server = await start("fresh");
    const { snapshots } = server.client.collections;
    let isUploading = false;
    const onProgress = ({ step }: { step: string }): void => {
      isUploading ||= step === "uploading";
    };
    const cut = assert.rejects(snapshots.take("docs", { backup: true, onProgress }));
    await eventually(() => assert.ok(isUploading));
    server.kill("SIGKILL");
    await server.ended;
    await cut;
    const again = await start("fresh");
    const calls = again.client.collections.snapshots;
    assert.deepEqual(await calls.list({ backup: true }), []);
    const { name } = await calls.take("docs", { backup: true });
    const listed = await calls.list({ backup: true });
    assert.deepEqual(
      listed.map((one) => one.name),
      [name],
    );
    await stopServer(again);
  });
});
