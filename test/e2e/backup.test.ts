// Backups of a server: by command and by schedule, restored by another server, and what callers see
// while the object storage fails.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { eventually } from "../support/eventually.js";
import { fail, startObjectStore, storeEnvironment } from "../support/object-store-service.js";
import type { ObjectStoreService } from "../support/object-store-service.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 32;
const documents = seededDocuments({ seed: 30, count: 60, dim });
const [query] = seededQueries({ seed: 30, count: 1, dim });
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

describe("backups of a server", () => {
  let folder = "";
  let service: ObjectStoreService;
  let server: ServerProcess;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
    service = await startObjectStore();
    server = await start("first", ["--log-level", "info"]);
    for (const name of ["notes", "papers"]) {
      await server.client.collections.create({ name, dim });
      await server.client.ingest(name, documents);
    }
  });
  afterEach(() => {
    service.meddle = () => false;
  });
  after(async () => {
    await stopServer(server);
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (name: string, flags: readonly string[] = []): Promise<ServerProcess> =>
    startServerProcess({
      data: join(folder, name),
      flags,
      environment: storeEnvironment(service),
    });
  async function sluice(...args: string[]): Promise<string> {
    const env = { PATH: process.env["PATH"], SLUICE_SERVER: server.address };
    return (await promisify(execFile)(process.execPath, [main, ...args], { env })).stdout;
  }
  const copies = (): string[] => readdirSync(join(folder, "first", "snapshots"));
  const parts = (): string[] => [...service.objects.keys()].filter((key) => key.includes("part-"));

  it("are taken of all collections, listed, and restored by a server that has nothing else", async () => {
    const lines = (await sluice("backup", "--all", "--json")).trim().split("\n");
    const taken = lines.map((line) => JSON.parse(line) as { collection: string; name: string });
    assert.deepEqual(taken.map(({ collection }) => collection).sort(), ["notes", "papers"]);
    const listed = await sluice("backup", "--list");
    for (const { name } of taken) assert.ok(listed.includes(`${name}: `));
    assert.deepEqual(copies(), []);
    const expected = await hitsOf(server);
    const other = await start("second");
    const { snapshots } = other.client.collections;
    const { name = "" } = taken.find(({ collection }) => collection === "notes") ?? {};
    const steps = new Set<string>();
    const onProgress = ({ step }: { step: string }): void => void steps.add(step);
    const restored = await snapshots.restore(name, { backup: true, onProgress });
    assert.equal(restored.documentCount, documents.length);
    assert.ok(steps.has("downloading") && steps.has("verifying"));
    assert.deepEqual(await hitsOf(other), expected);
    await assert.rejects(snapshots.restore(name, { backup: true }), {
      reason: "COLLECTION_EXISTS",
    });
    await stopServer(other);
    for (const { name: each } of taken) await sluice("backup", "--delete", each);
    assert.deepEqual(parts(), []);
  });

  it("are counted at /metrics, also those that are asked for over HTTP", async () => {
    const takenCount = async (): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^sluice_backups_total\{outcome="ok"\} (\d+)$/m.exec(text)?.[1]);
    };
    const before = await takenCount();
    const started = await fetch(`${server.url}/v1/collections/notes:snapshot`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ snapshot_name: "counted", backup: true }),
    });
    assert.ok(started.ok, await started.text());
    await eventually(async () => assert.equal(await takenCount(), before + 1));
    await server.client.collections.snapshots.delete("counted", { backup: true });
  });

  it("are told apart by names, and refused by them", async () => {
    const { snapshots } = server.client.collections;
    await snapshots.take("notes", { name: "kept", backup: true });
    const again = snapshots.take("notes", { name: "kept", backup: true });
    await assert.rejects(again, { reason: "SNAPSHOT_EXISTS" });
    const unknown = snapshots.take("none", { backup: true });
    await assert.rejects(unknown, { reason: "COLLECTION_NOT_FOUND" });
    await assert.rejects(snapshots.restore("none", { backup: true }), {
      reason: "SNAPSHOT_NOT_FOUND",
    });
    assert.deepEqual(await snapshots.list(), []);
    await snapshots.delete("kept", { backup: true });
  });

  it("that are damaged create no collection", async () => {
    const { snapshots } = server.client.collections;
    await snapshots.take("notes", { name: "damaged", backup: true });
    const [key = ""] = parts();
    const part = service.objects.get(key);
    assert.ok(part);
    part.body = Buffer.concat([
      part.body.subarray(0, -1),
      Buffer.from([1 ^ (part.body.at(-1) ?? 0)]),
    ]);
    await assert.rejects(snapshots.restore("damaged", { backup: true, name: "half" }), {
      reason: "DATA_CORRUPT",
    });
    const names = (await server.client.collections.list()).map(({ settings }) => settings.name);
    assert.deepEqual(names.sort(), ["notes", "papers"]);
    assert.deepEqual(readdirSync(join(folder, "first", "preparing")), []);
    await snapshots.delete("damaged", { backup: true });
  });

  it("wait for a storage that stalls while searches and writes go on, one at a time", async () => {
    const stalled: ServerResponse[] = [];
    service.meddle = ({ method, key }, response) => {
      if (method !== "PUT" || !key.includes("part-")) return false;
      stalled.push(response);
      return true;
    };
    const { snapshots } = server.client.collections;
    const cancelled = new AbortController();
    const running = snapshots.take("notes", { backup: true, signal: cancelled.signal });
    const gone = assert.rejects(running);
    await eventually(() => assert.ok(stalled.length > 0));
    await assert.rejects(snapshots.take("papers", { backup: true }), { reason: "BACKUP_RUNNING" });
    assert.ok((await hitsOf(server)).length > 0);
    const sent = await server.client.ingest("notes", documents.slice(0, 1));
    assert.equal(sent.acknowledgedCount, 1);
    cancelled.abort();
    await gone;
    service.meddle = () => false;
    for (const response of stalled) fail(response, 403, "Gone");
    await eventually(async () => {
      const { name } = await snapshots.take("papers", { backup: true });
      await snapshots.delete(name, { backup: true });
    });
    assert.deepEqual(copies(), []);
    assert.deepEqual([...service.objects.keys()], []);
  });

  it("that the storage refuses are errors, in which and in whose log no credentials are", async () => {
    service.meddle = (_, response) => {
      fail(response, 403, "InvalidAccessKeyId");
      return true;
    };
    await assert.rejects(sluice("backup", "--all"), (error: Error & { stderr?: string }) => {
      assert.match(error.stderr ?? "", /InvalidAccessKeyId, status 403/);
      assert.match(error.stderr ?? "", /papers is not backed up/);
      assert.ok(!/AKIATEST|secret-of/.test(error.stderr ?? ""));
      return true;
    });
    assert.ok(service.headers.some((text) => text.includes("AKIATEST")));
    assert.ok(!/AKIATEST|secret-of/.test(server.stderr()));
  });

  it("are taken by schedule, from the start on when there is none yet", async () => {
    service.objects.clear();
    await stopServer(server);
    server = await start("first", ["--backup-interval-ms", "3600000", "--backup-keep-last", "1"]);
    await eventually(() => {
      const manifests = [...service.objects.keys()].filter((key) => key.endsWith("manifest.json"));
      assert.equal(manifests.length, 2);
    });
    const backups = await server.client.collections.snapshots.list({ backup: true });
    assert.deepEqual(backups.map(({ collection }) => collection).sort(), ["notes", "papers"]);
  });
});

async function hitsOf({ client }: ServerProcess): Promise<readonly string[]> {
  for await (const update of client.search({ collection: "notes", ...query! }))
    if (update.final) return update.hits.map(({ key }) => key);
  throw new Error("a search ends with a final update");
}
