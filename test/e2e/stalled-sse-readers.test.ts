// Readers of event streams that read nothing, and vanish: 150, or READERS=2000 of them, which takes a
// minute.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const dim = 16;
const readerCount = Number(process.env["READERS"] ?? 150);
/** limits.unreadAnswerBytesMax, and what a search may add before it is noticed. */
const unreadBytesMax = 300 * 1024 * 1024;

describe("readers of event streams", () => {
  let folder: string;
  let server: ServerProcess;
  const sockets: Socket[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-readers-"));
    server = await startServerProcess({ data: folder });
    await server.client.collections.create({ name: "long", dim });
    // An answer is far more than a socket's buffers hold.
    const padding = " padding".repeat(1000);
    const documents = seededDocuments({ seed: 3, count: 200, dim });
    await server.client.ingest(
      "long",
      documents.map((one) => ({ ...one, text: one.text + padding })),
    );
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await stopServer(server);
    rmSync(folder, { recursive: true });
  });

  /** From an address of its own, since one address may not take all connections. */
  async function ask(path: string, body?: string): Promise<{ status: number; answer: string }> {
    const asked = request(server.url + path, {
      method: body === undefined ? "GET" : "POST",
      localAddress: "127.0.0.2",
      headers: { "content-type": "application/json", accept: "application/json, text/plain" },
    });
    asked.end(body);
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, answer: await text(response) };
  }

  async function metric(name: string): Promise<number> {
    const { answer } = await ask("/metrics");
    return Number(new RegExp(`^${name} (\\d+)`, "m").exec(answer)?.[1] ?? NaN);
  }

  it("may stall: others are served, memory is bounded, and all of it comes back", async () => {
    const [query] = seededQueries({ seed: 3, count: 1, dim });
    const rows = Array.from({ length: 4 }, (_, i) =>
      Array.from({ length: dim }, (_, j) => (i === j ? 1 : 0.1)),
    );
    const searchFor = (k: number): string =>
      JSON.stringify({ collection: "long", query: { text: query?.text, vectors: rows }, k });
    const asked = searchFor(200);
    const { hostname, port } = new URL(server.url);
    const head =
      `POST /v1/search HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept: text/event-stream\r\n` +
      `content-type: application/json\r\ncontent-length: ${asked.length}\r\n\r\n`;
    let connectedCount = 0;
    let endedCount = 0;
    for (let i = 0; i < readerCount; i += 1) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.pause();
      socket.on("error", () => undefined);
      socket.on("connect", () => {
        connectedCount += 1;
        socket.write(head + asked);
      });
      socket.on("close", () => (endedCount += 1));
    }
    while (connectedCount + endedCount < readerCount) await delay(20);
    for (let i = 0; i < 20; i += 1) {
      const { status, answer } = await ask("/v1/search", searchFor(5));
      assert.equal(status, 200, answer.slice(0, 300));
      assert.ok((await metric("sluice_unread_answer_bytes")) <= unreadBytesMax);
    }
    for (const socket of sockets) socket.destroy();
    while ((await metric("sluice_unread_answer_bytes")) > 0) await delay(50);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    // A caller that leaves is no failure of the server.
    assert.doesNotMatch(server.stderr(), /failed unexpectedly/);
  });
});
