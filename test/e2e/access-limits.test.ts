// What holds of keys while a server runs: limits, revocation, reloading, and the audit log.

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { keyFilePath } from "../../src/access/key-file.js";
import { revokeKey } from "../../src/access/manage-keys.js";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { SluiceClientError } from "../../src/client/client-error.js";
import { makeTestKey } from "../support/access-keys.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { callRoute } from "../support/raw-calls.js";
import { seededDocuments } from "../support/seeded-corpus.js";
import {
  endServersAfterEach,
  startInVain,
  startServerProcess,
  stopServer,
} from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
const documents = seededDocuments({ seed: 5, count: 60, dim });
const search = { collection: "docs", text: "words" };

describe("keys of a running server", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();
  const clients: SluiceClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  function clientOf({ address }: ServerProcess, apiKey: string | undefined): SluiceClient {
    const client = createClient({
      address,
      apiKey,
      nowMs: Date.now,
      random: () => 0.5,
      attemptCountMax: 1,
    });
    clients.push(client);
    return client;
  }

  async function startWithDocs(): Promise<ServerProcess> {
    const { text } = await makeTestKey(folder(), { scopes: ["admin:*"] });
    const server = await startServerProcess({ data: folder(), apiKey: text });
    await server.client.collections.create({ name: "docs", dim });
    await server.client.ingest("docs", documents);
    return server;
  }

  it("bound its calls per second, and say when to come again", async () => {
    const server = await startWithDocs();
    const { text } = await makeTestKey(folder(), { scopes: ["read:docs"], rate: 2 });
    const client = clientOf(server, text);
    await waitUntilKnown(client);
    const failures = await failuresOf(40, () => client.searchFinal(search));
    const limited = failures.filter(({ reason }) => reason === "RATE_LIMITED");
    assert.ok(limited.length > 20, `${limited.length} of 40 were refused`);
    assert.equal(limited.length, failures.length);
    for (const { status, retryable, retryDelayMs } of limited) {
      assert.deepEqual([status, retryable], ["RESOURCE_EXHAUSTED", true]);
      assert.ok(retryDelayMs! > 0 && retryDelayMs! <= 500);
    }
    const authorization = `Bearer ${text}`;
    const answers: Response[] = [];
    for (let i = 0; i < 10; i += 1)
      answers.push(
        await fetch(`${server.url}/v1/search?collection=docs&q=words`, {
          headers: { authorization, accept: "application/json" },
        }),
      );
    const refused = answers.find(({ status }) => status === 429);
    assert.equal(refused?.headers.get("retry-after"), "1");
    await server.client.searchFinal(search);
  });

  it("bound its calls at a time, and give the place back however a call ends", async () => {
    const server = await startWithDocs();
    const { text } = await makeTestKey(folder(), { scopes: ["read:docs"], concurrency: 2 });
    const client = clientOf(server, text);
    await waitUntilKnown(client);
    for (let round = 0; round < 3; round += 1) {
      const leave = new AbortController();
      const sessions = [0, 1].map(() => client.session({ signal: leave.signal }));
      for (const session of sessions) {
        session.search(search);
        await session.updates.next();
      }
      await assert.rejects(client.searchFinal(search), { reason: "RATE_LIMITED" });
      leave.abort();
      await untilDone(() => client.searchFinal(search));
    }
  });

  it("tells an address that tries many wrong keys to come later, and lets the right one in", async () => {
    const server = await startWithDocs();
    const url = `${server.url}/metrics`;
    const statuses = new Set<number>();
    for (let i = 0; i < 60; i += 1)
      statuses.add((await fetch(url, { headers: { authorization: `Bearer x${i}` } })).status);
    assert.deepEqual([...statuses], [401, 429]);
    await server.client.searchFinal(search);
  });

  it("refuse a revoked one at once, in streams that are open, too", async () => {
    const server = await startWithDocs();
    const { text, key } = await makeTestKey(folder(), { scopes: ["read:docs", "write:docs"] });
    const client = clientOf(server, text);
    await waitUntilKnown(client);
    const session = client.session();
    session.search(search);
    await session.updates.next();
    await revokeKey(folder(), key.id, Date.now());
    const again = async (): Promise<void> => {
      for (;;) {
        session.search(search);
        const { done } = await session.updates.next();
        assert.notEqual(done, true);
      }
    };
    await assert.rejects(again(), { reason: "UNAUTHENTICATED" });
    await assert.rejects(client.searchFinal(search), { reason: "UNAUTHENTICATED" });
  });

  it("shut the door with the first one, and keep it shut when their file breaks", async () => {
    const server = await startServerProcess({ data: folder() });
    await server.client.collections.create({ name: "docs", dim });
    const { text } = await makeTestKey(folder(), { scopes: ["admin:*"] });
    const stranger = clientOf(server, undefined);
    const ask = async (): Promise<void> => {
      for (;;) {
        await stranger.collections.list();
        await sleep(10);
      }
    };
    await assert.rejects(ask(), { reason: "UNAUTHENTICATED" });
    const path = keyFilePath(folder());
    const whole = readFileSync(path, "utf8");
    for (const content of [whole.slice(0, 50), '{"version":1,"keys":[]}']) {
      writeFileSync(path, content);
      server.kill("SIGHUP");
      await untilDone(() => {
        assert.match(server.stderr(), /reload failed|could not be read/);
        return Promise.resolve();
      });
      await assert.rejects(stranger.collections.list(), { reason: "UNAUTHENTICATED" });
      await clientOf(server, text).collections.list();
    }
    await stopServer(server);
    writeFileSync(path, whole.slice(0, 50));
    const { code, stderr } = await startInVain({ data: folder() });
    assert.equal(code, 5);
    assert.match(stderr, /key file .* cannot be used/);
  });

  it("are needed, or something else, where others than this machine can call", async () => {
    const data = folder();
    for (const host of ["0.0.0.0", "::", "[::]"]) {
      const { code, stderr } = await startInVain({ data, flags: ["--host", host] });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /sluice key create/);
    }
    const anywhere = ["--host", "0.0.0.0", "--access-anonymous", "anywhere"];
    await stopServer(await startServerProcess({ data, flags: anywhere }));
    const never = await startServerProcess({ data, flags: ["--access-anonymous", "never"] });
    await assert.rejects(never.client.collections.list(), { reason: "UNAUTHENTICATED" });
    await stopServer(never);
    await makeTestKey(data, { scopes: ["admin:*"] });
    const server = await startServerProcess({ data, flags: anywhere });
    // Once there are keys, nobody is let in without, whatever was said before.
    await assert.rejects(server.client.collections.list(), { reason: "UNAUTHENTICATED" });
    await stopServer(server);
  });

  it("stand in the audit log with what they wrote, and what was denied them", async () => {
    const server = await startWithDocs();
    const reader = await makeTestKey(folder(), { scopes: ["read:docs"] });
    const client = clientOf(server, reader.text);
    await waitUntilKnown(client);
    await server.client.delete("docs", [documents[0]!.key]);
    await client.searchFinal(search);
    await assert.rejects(client.delete("docs", ["a"]), { reason: "PERMISSION_DENIED" });
    await callRoute(`${server.url}/metrics`, { method: "GET" });
    await stopServer(server);
    const path = join(folder(), "audit", "audit.jsonl");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = entries.map(({ operation, outcome, written, deleted }) =>
      [String(operation).replace(/.*[./]/, ""), outcome, written, deleted].join(" "),
    );
    for (const line of ["Create OK 0 0", "Ingest RUNNING 1 0", "Delete OK 0 1"])
      assert.ok(told.includes(line), `${line} in ${told.join(", ")}`);
    assert.ok(told.includes(`Ingest OK ${documents.length} 0`));
    assert.ok(told.includes("Delete PERMISSION_DENIED 0 0"));
    assert.ok(told.includes("metrics UNAUTHENTICATED 0 0"));
    assert.ok(!told.some((line) => line.startsWith("Search")));
    const denied = entries.find(({ outcome }) => outcome === "PERMISSION_DENIED");
    assert.equal(denied?.["caller"], `key:${reader.key.id}`);
  });
});

/** The server looks at its keys once a second. */
async function waitUntilKnown(client: SluiceClient): Promise<void> {
  for (;;) {
    const failure = (await failuresOf(1, () => client.collections.list()))[0];
    if (failure?.reason !== "UNAUTHENTICATED" && failure?.reason !== "RATE_LIMITED") return;
    await sleep(200);
  }
}

async function failuresOf(
  count: number,
  call: () => Promise<unknown>,
): Promise<SluiceClientError[]> {
  const failures: SluiceClientError[] = [];
  for (let i = 0; i < count; i += 1)
    try {
      await call();
    } catch (error) {
      assert.ok(error instanceof SluiceClientError, String(error));
      failures.push(error);
    }
  return failures;
}

/** Tries until nothing is thrown any more. */
async function untilDone(call: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await call();
      return;
    } catch {
      await sleep(20);
    }
}
