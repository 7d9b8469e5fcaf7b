// How a server starts, refuses to start, and stops.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { Client, credentials } from "@grpc/grpc-js";
import { crc32c } from "@node-rs/crc32";
import { service as healthService } from "grpc-health-check";

import { FORMAT_VERSION, valueKinds } from "../../src/store/format.js";
import { createDeferred } from "../support/fake-time.js";
import { eventually } from "../support/eventually.js";
import { onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { cloneEmbeddedModel, writeTinyModel } from "../support/model-folders.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import {
  endServersAfterEach,
  startInVain,
  startServerProcess,
  stopServer,
} from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { collect } from "../support/stream-contract.js";

const dim = 16;
const documents = seededDocuments({ seed: 61, count: 20, dim });
const [query] = seededQueries({ seed: 61, count: 1, dim });

describe("a server process", () => {
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
  });

  async function startWithNotes(): Promise<ServerProcess> {
    const server = await startServerProcess({ data, flags });
    await server.client.collections.create({ name: "notes", dim });
    return server;
  }

  it("serves on after SIGTERM while it says that it is not ready, then refuses, and ends with 0", async () => {
    flags.push("--shutdown-drain-ms", "600000");
    const server = await startWithNotes();
    const { client, url } = server;
    // It waits for a write that comes only after the signal.
    const search = collect(client.search({ collection: "notes", ...query!, minSequence: 2 }), {
      k: 10,
    });
    server.kill("SIGTERM");
    await eventually(async () => assert.equal((await fetch(`${url}/readyz`)).status, 503));
    assert.equal(await client.health(), "NOT_SERVING");
    const ingested = await client.ingest("notes", documents.slice(0, 2));
    assert.equal(ingested.acknowledgedCount, 2);
    assert.equal((await search).at(-1)!.hits.length, 2);
    // The second signal ends the rest of the time, and nothing is lost.
    server.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    await assert.rejects(client.collections.list());
    const again = await startServerProcess({ data, flags });
    assert.equal((await again.client.collections.describe("notes")).documentCount, 2);
    again.kill("SIGTERM");
    again.kill("SIGTERM");
  });

  it("lets documents and searches that are under way finish after SIGTERM", async () => {
    const server = await startWithNotes();
    const { client } = server;
    const search = collect(
      client.search({ collection: "notes", ...query!, k: 20, minSequence: 20 }),
      {
        k: 20,
      },
    );
    const firstAck = createDeferred<undefined>();
    const ingest = client.ingest("notes", documents, {
      batchDocumentsMax: 1,
      onAck: () => firstAck.resolve(undefined),
    });
    await firstAck.promise;
    server.kill("SIGTERM");
    assert.equal((await ingest).acknowledgedCount, documents.length);
    assert.equal((await search).at(-1)!.hits.length, documents.length);
    assert.equal(await server.ended, 0);
  });

  it("ends streams with nothing under way at once, with a status that says so", async () => {
    flags.push("--shutdown-grace-ms", "600000");
    const server = await startWithNotes();
    const { client } = server;
    const session = client.session();
    session.search({ collection: "notes", ...query! });
    while ((await session.updates.next()).value?.update.final !== true);
    const acked = createDeferred<undefined>();
    async function* source(): AsyncGenerator<(typeof documents)[0]> {
      yield documents[0]!;
      await new Promise(() => undefined);
    }
    // Its source waits for ever, and so does the promise.
    client
      .ingest("notes", source(), { batchDocumentsMax: 1, onAck: () => acked.resolve(undefined) })
      .catch(() => undefined);
    await acked.promise;
    const watcher = watchHealth(server.address);
    await watcher.first;
    const idle = connect(Number(server.url.split(":").at(-1)), "127.0.0.1");
    idle.resume();
    const idleClosed = once(idle, "close");
    await once(idle, "connect");
    server.kill("SIGTERM");
    assert.equal(await server.ended, 0);
    await assert.rejects(session.updates.next(), { reason: "NOT_READY", status: "UNAVAILABLE" });
    assert.equal(await watcher.code, 14);
    await idleClosed;
  });

  it("cuts off what does not finish within the grace, and ends with 0", async () => {
    flags.push("--shutdown-grace-ms", "100");
    const server = await startWithNotes();
    const { client } = server;
    await client.ingest("notes", documents);
    // Waits for a write that never comes.
    const never = client.searchFinal({ collection: "notes", ...query!, minSequence: 1_000_000 });
    const cutOff = assert.rejects(never);
    const events = fetch(`${server.url}/v1/search?collection=notes&q=a&min_sequence=1000000`);
    await client.collections.list();
    server.kill("SIGTERM");
    await cutOff;
    assert.match(await (await events).text(), /NOT_READY/);
    assert.equal(await server.ended, 0);
    const again = await startServerProcess({ data, flags });
    const { documentCount } = await again.client.collections.describe("notes");
    assert.equal(documentCount, documents.length);
    await stopServer(again);
  });

  it("ends searches and refuses documents of a collection that is dropped meanwhile", async () => {
    const server = await startWithNotes();
    const { client } = server;
    const mayGoOn = createDeferred<undefined>();
    const firstAck = createDeferred<undefined>();
    async function* source(): AsyncGenerator<(typeof documents)[0]> {
      yield documents[0]!;
      await mayGoOn.promise;
      yield* documents.slice(1);
    }
    const reasons = new Set<string>();
    const ingest = client.ingest("notes", source(), {
      batchDocumentsMax: 1,
      onAck: () => firstAck.resolve(undefined),
      onError: ({ reason }) => reasons.add(reason),
    });
    await firstAck.promise;
    const waiting = client.searchFinal({ collection: "notes", ...query!, minSequence: 1_000_000 });
    const ended = assert.rejects(waiting, { reason: "COLLECTION_NOT_FOUND" });
    await client.collections.list();
    await client.collections.drop("notes");
    await ended;
    mayGoOn.resolve(undefined);
    const summary = await ingest;
    assert.equal(summary.failedCount, documents.length - 1);
    assert.deepEqual([...reasons], ["COLLECTION_NOT_FOUND"]);
    await client.collections.create({ name: "notes", dim });
    assert.equal((await client.ingest("notes", documents)).acknowledgedCount, documents.length);
    await stopServer(server);
  });

  it("refuses a folder that another server holds, and names it", async () => {
    const server = await startWithNotes();
    const { code, stderr } = await startInVain({ data, flags });
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`process ${server.pid}\\b`));
    assert.match(stderr, /DATA_FOLDER_LOCKED/);
    const { settings } = await server.client.collections.describe("notes");
    assert.equal(settings.dim, dim);
    await stopServer(server);
  });

  it("takes over the folder of a server that was killed", async () => {
    const server = await startWithNotes();
    const { acknowledgedCount } = await server.client.ingest("notes", documents);
    server.kill("SIGKILL");
    assert.equal(await server.ended, "SIGKILL");
    const next = await startServerProcess({ data, flags });
    const { documentCount } = await next.client.collections.describe("notes");
    assert.equal(documentCount, acknowledgedCount);
    await stopServer(next);
  });

  it("leaves data of a newer format as it is", async () => {
    const server = await startWithNotes();
    await server.client.ingest("notes", documents);
    await stopServer(server);
    const file = join(onlyCollectionFolder(data), "data.mdb");
    writeFileSync(file, asNewerFormat(readFileSync(file)));
    const before = readFileSync(file);
    const { code, stderr } = await startInVain({ data, flags });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /DATA_FORMAT_NEWER/);
    assert.match(stderr, new RegExp(`format version ${FORMAT_VERSION + 1}`));
    assert.ok(readFileSync(file).equals(before), "not a byte has changed");
  });

  it("says which port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    for (const flag of ["--grpc-port", "--http-port"]) {
      const { code, stderr } = await startInVain({ data, flags: [...flags, flag, `${port}`] });
      assert.equal(code, 6, stderr);
      assert.match(stderr, new RegExp(`PORT_IN_USE`));
      assert.match(stderr, new RegExp(`${port}`));
    }
    await new Promise((resolve) => taken.close(resolve));
    await stopServer(await startServerProcess({ data, flags }));
  });

  it("says which file of its model is damaged", async () => {
    const models = join(folder(), "damaged");
    mkdirSync(join(models, "late"), { recursive: true });
    await cloneEmbeddedModel(join(models, "late"), ["tokenizer.json"]);
    const file = join(models, "late", "tokenizer.json");
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    const model = ["--models-folder", models, "--default-model", "late"];
    const { code, stderr } = await startInVain({ data, flags: model });
    assert.equal(code, 5, stderr);
    assert.match(stderr, /MODEL_INVALID/);
    assert.match(stderr, /tokenizer\.json/);
  });

  it("serves collections of given vectors while another's model is missing", async () => {
    const models = join(folder(), "models");
    await writeTinyModel(join(folder(), "gone"));
    symlinkSync(join(folder(), "gone"), join(models, "other"));
    const server = await startWithNotes();
    await server.client.collections.create({ name: "texts", modelName: "other" });
    const text = { key: "a", title: "", text: "some words", fields: new Map() };
    await server.client.ingest("texts", [text]);
    await server.client.ingest("notes", documents);
    await stopServer(server);
    writeFileSync(join(folder(), "gone", "model.onnx"), "damaged");
    const again = await startServerProcess({ data, flags });
    const { client } = again;
    const final = await client.searchFinal({ collection: "notes", ...query! });
    assert.equal(final.certificate, "exact");
    const byWords = await client.searchFinal({ collection: "texts", text: "words" });
    assert.deepEqual(
      byWords.hits.map(({ key }) => key),
      ["a"],
    );
    assert.equal(byWords.degradations[0]?.reason, "NO_QUERY_VECTORS");
    await stopServer(again);
  });
});

interface HealthWatch {
  readonly first: Promise<unknown>;
  /** Of the status that ended it. */
  readonly code: Promise<number>;
}

/** As load balancers watch the standard health service. */
function watchHealth(address: string): HealthWatch {
  const client = new Client(address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = healthService["Watch"]!;
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
    service: "",
  });
  call.on("error", () => client.close());
  const code = new Promise<number>((resolve) => {
    call.on("status", (status) => resolve(status.code));
  });
  return { first: once(call, "data"), code };
}

/** Every manifest in the file with the version after ours, its header's checksum made anew. */
function asNewerFormat(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  let count = 0;
  for (let at = changed.indexOf("SLCE"); at >= 0; at = changed.indexOf("SLCE", at + 4)) {
    if (changed.readUInt8(at + 5) !== valueKinds.manifest) continue;
    changed.writeUInt8(FORMAT_VERSION + 1, at + 4);
    changed.writeUInt32LE(crc32c(changed.subarray(at, at + 12)), at + 12);
    count += 1;
  }
  assert.ok(count > 0, "the file has a manifest");
  return changed;
}
