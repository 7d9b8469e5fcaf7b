// Backups of files in an object storage that refuses, stalls, cuts off, forgets and lies.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { BackupSettings, BackupTask } from "../../src/backup/backup.protocol.js";
import { openS3Store } from "../../src/backup/s3-store.js";
import { workOn } from "../../src/backup/work.js";
import { parseBackupTarget } from "../../src/core/backup-target.js";
import { limits } from "../../src/core/limits.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { fail, startObjectStore, storeEnvironment } from "../support/object-store-service.js";
import type { ObjectStoreService } from "../support/object-store-service.js";

const prefix = "of/this-server/";
const dayMs = 86_400_000;

describe("backups in an object storage", () => {
  const folder = useTemporaryFolder();
  let service: ObjectStoreService;
  let ids = 0;
  const data = randomBytes(2 * limits.backupPartBytes + 1000);

  beforeEach(async () => {
    service = await startObjectStore();
    Object.assign(process.env, storeEnvironment(service));
  });
  afterEach(async () => {
    for (const name of Object.keys(storeEnvironment(service)))
      Reflect.deleteProperty(process.env, name);
    await service.close();
  });

  interface Run {
    readonly settings?: Partial<BackupSettings>;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  }
  async function run(task: BackupTask, options: Run = {}) {
    const target = parseBackupTarget({
      target: "s3://bucket/of/this-server",
      endpoint: service.url,
      region: "",
    });
    assert.ok(target);
    const settings = {
      target,
      timeoutMs: 60_000,
      isReadBack: true,
      retention: { keepLast: 3, keepMs: 0 },
      ...options.settings,
    };
    const store = openS3Store(target, settings.timeoutMs);
    const { signal = new AbortController().signal, onProgress = () => undefined } = options;
    try {
      return await workOn(store, { settings, task }, { signal, onProgress });
    } finally {
      store.close();
    }
  }

  function place(name = "docs") {
    ids += 1;
    return { name, id: ids.toString(16).padStart(16, "0") };
  }
  function uploadOf(at: { name: string; id: string }, content = data): BackupTask {
    const file = join(folder(), "data.mdb");
    writeFileSync(file, content);
    const contents = { name: at.name, collection: "docs", lastSequence: 7, isNamed: false };
    return { kind: "upload", file, place: at, contents };
  }
  async function names(): Promise<string[]> {
    const result = await run({ kind: "list" });
    assert.ok(result !== null && "backups" in result);
    return result.backups.map(({ name }) => name);
  }
  const keys = (): string[] => [...service.objects.keys()].map((key) => key.slice(prefix.length));

  it("come back byte for byte, and their manifest is written last", async () => {
    const at = place();
    const seen: number[] = [];
    await run(uploadOf(at), { onProgress: (done) => seen.push(done) });
    assert.deepEqual(seen.length, 3);
    assert.equal(seen.at(-1), data.length);
    const written = service.requests.filter(({ method }) => method === "PUT").map(({ key }) => key);
    assert.match(written[0] ?? "", /unfinished\.json$/);
    assert.match(written.at(-1) ?? "", /manifest\.json$/);
    assert.deepEqual(
      keys().filter((key) => key.includes("unfinished")),
      [],
    );
    assert.deepEqual(await names(), ["docs"]);
    const file = join(folder(), "restored");
    await run({ kind: "download", file, place: at });
    assert.ok(readFileSync(file).equals(data));
    await run({ kind: "remove", place: at });
    assert.deepEqual(keys(), []);
  });

  it("that are refused in the middle leave nothing, and say what the storage said", async () => {
    service.meddle = ({ method, key }, response) => {
      if (method !== "PUT" || !key.endsWith("part-000002")) return false;
      fail(response, 403, "QuotaExceeded");
      return true;
    };
    await assert.rejects(run(uploadOf(place())), {
      reason: "OBJECT_STORE_FAILED",
      message: "the object storage could not write: QuotaExceeded, status 403",
    });
    assert.deepEqual(keys(), []);
  });

  it("outlast failures that pass", async () => {
    let failures = 0;
    service.meddle = ({ method }, response) => {
      if (method !== "PUT" || failures === 2) return false;
      failures += 1;
      if (failures === 1) response.destroy();
      else fail(response, 503, "SlowDown");
      return true;
    };
    await run(uploadOf(place()));
    assert.deepEqual(await names(), ["docs"]);
  });

  it("that the storage keeps differently from what it confirmed are no backups", async () => {
    service.keep = (body, key) => (key.includes("part-") ? damaged(body) : body);
    await assert.rejects(run(uploadOf(place())), { reason: "OBJECT_STORE_FAILED" });
    assert.deepEqual(await names(), []);
    service.keep = (body, key) => (key.endsWith("part-000001") ? body.subarray(1) : body);
    await assert.rejects(run(uploadOf(place())), { reason: "OBJECT_STORE_FAILED" });
    assert.deepEqual(keys(), []);
  });

  it("that were damaged since, or lack a part, are not restored", async () => {
    const at = place();
    await run(uploadOf(at));
    const key = `${prefix}docs.${at.id}/part-000001`;
    const part = service.objects.get(key);
    assert.ok(part);
    part.body = damaged(part.body);
    const file = join(folder(), "restored");
    const corrupt = { reason: "DATA_CORRUPT", message: /part 1 of the backup "docs" is not what/ };
    await assert.rejects(run({ kind: "download", file, place: at }), corrupt);
    service.objects.delete(key);
    const missing = { reason: "DATA_CORRUPT", message: /part 1 of the backup "docs" is missing/ };
    const again = join(folder(), "again");
    await assert.rejects(run({ kind: "download", file: again, place: at }), missing);
  });

  it("fail when the storage does not answer in time, in headers or within a body", async () => {
    const settings = { timeoutMs: 200 };
    const at = place();
    await run(uploadOf(at));
    service.meddle = ({ key }) => key.includes("part-");
    await assert.rejects(run(uploadOf(place("stalled")), { settings }), {
      reason: "OBJECT_STORE_FAILED",
      message: /backup\.timeoutMs/,
    });
    service.meddle = ({ method, key }, response) => {
      if (method !== "GET" || !key.includes("part-")) return false;
      response.setHeader("content-length", limits.backupPartBytes);
      response.write("a beginning");
      return true;
    };
    const file = join(folder(), "restored");
    await assert.rejects(run({ kind: "download", file, place: at }, { settings }), {
      reason: "OBJECT_STORE_FAILED",
      message: /backup\.timeoutMs/,
    });
  });

  it("that are cancelled remove what they have uploaded", async () => {
    const cancelled = new AbortController();
    const stop = (): void => cancelled.abort(new Error("cancelled"));
    const running = run(uploadOf(place()), { signal: cancelled.signal, onProgress: stop });
    await assert.rejects(running, { message: "cancelled" });
    assert.deepEqual(keys(), []);
  });

  it("that were cut short are never listed, and are removed after a day by the storage's clock", async () => {
    const cut = place("cut");
    // What a process that was killed leaves: the mark and some parts.
    service.meddle = ({ method, key }, response) => {
      if (method === "DELETE" || key.endsWith("manifest.json")) fail(response, 403, "Killed");
      return response.headersSent;
    };
    await assert.rejects(run(uploadOf(cut)), { reason: "OBJECT_STORE_FAILED" });
    service.meddle = () => false;
    assert.equal(keys().length, 4);
    assert.deepEqual(await names(), []);
    const stranger = `${prefix}cut.${cut.id}/notes.txt`;
    service.objects.set(stranger, { body: Buffer.from("mine"), modified: new Date(0) });
    service.objects.set(`${prefix}photos/1.png`, { body: Buffer.from("x"), modified: new Date(0) });
    await run(uploadOf(place("same-day"), data.subarray(0, 10)));
    assert.ok(keys().some((key) => key.startsWith("cut.") && key.includes("part-")));
    service.now = () => new Date(Date.now() + dayMs + 60_000);
    await run(uploadOf(place("next-day"), data.subarray(0, 10)));
    const left = keys().filter((key) => !key.includes("-day."));
    assert.deepEqual(left.sort(), [`cut.${cut.id}/notes.txt`, "photos/1.png"]);
    assert.deepEqual((await names()).sort(), ["next-day", "same-day"]);
  });

  it("expire beyond the number that is kept, whose failure does not undo a backup", async () => {
    const small = data.subarray(0, 10);
    for (let day = 0; day < 4; day += 1) {
      service.now = () => new Date(day * dayMs);
      await run(uploadOf(place(`docs-${day}`), small));
    }
    assert.deepEqual(await names(), ["docs-3", "docs-2", "docs-1"]);
    service.now = () => new Date(4 * dayMs);
    service.meddle = ({ method, key }, response) => {
      if (method !== "DELETE" || key.includes("docs-4")) return false;
      fail(response, 403, "AccessDenied");
      return true;
    };
    const result = await run(uploadOf(place("docs-4"), small));
    assert.ok(result !== null && "warnings" in result && result.warnings.length === 1);
    assert.equal((await names())[0], "docs-4");
  });

  it("with a manifest of a newer version or a damaged one are told, and not used", async () => {
    const at = place();
    await run(uploadOf(at, data.subarray(0, 10)));
    const key = `${prefix}docs.${at.id}/manifest.json`;
    const manifest = service.objects.get(key);
    assert.ok(manifest);
    const file = join(folder(), "restored");
    for (const [from, to, reason] of [
      ['"format":1', '"format":2', "DATA_FORMAT_NEWER"],
      ['"bytes":10', '"bytes":99999999999', "DATA_CORRUPT"],
      ['"name":"docs"', '"name":"../docs"', "DATA_CORRUPT"],
      ["{", "", "DATA_CORRUPT"],
    ] as const) {
      const body = Buffer.from(manifest.body.toString().replace(from, to));
      service.objects.set(key, { ...manifest, body });
      await assert.rejects(run({ kind: "download", file, place: at }), { reason });
      const listed = await run({ kind: "list" });
      assert.ok(listed !== null && "backups" in listed);
      assert.deepEqual([listed.backups.length, listed.warnings.length], [0, 1]);
    }
    assert.ok(!existsSync(file));
  });
});

function damaged(body: Buffer): Buffer {
  const other = Buffer.from(body);
  other[5] = (other[5] ?? 0) ^ 1;
  return other;
}
