// What a body may hold is counted while it comes in, before anything is parsed.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../../../src/core/limits.js";
import { createTraffic } from "../../../src/core/traffic.js";
import type { Traffic } from "../../../src/core/traffic.js";
import type { HttpServer, HttpServerOptions } from "../../../src/http/server.js";
import { createEdgeEngine } from "../../support/edge-engine.js";
import { serveOverHttp } from "../../support/http-edge.js";

describe("bodies over HTTP", () => {
  let server: HttpServer;
  let traffic: Traffic;
  const start = async (options: Partial<HttpServerOptions> = {}): Promise<void> => {
    traffic = createTraffic({
      messageBytesMax: 1024 * 1024,
      requestBytesMax: 4 * 1024 * 1024,
      clock: () => performance.now(),
    });
    server = await serveOverHttp(createEdgeEngine(), { traffic, ...options });
  };
  afterEach(() => server.stop(100));

  const post = async (path: string, body: string | Uint8Array): Promise<[number, string]> => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const url = `http://127.0.0.1:${server.port}${path}`;
    const response = await fetch(url, { method: "POST", headers, body });
    const { reason = "" } = (await response.json()) as { reason?: string };
    return [response.status, reason];
  };
  const search = (filter: string): string =>
    `{"collection":"notes","query":"x","filter":${filter}}`;

  const values = limits.searchBodyValuesMax + 1;
  const tooMuch: readonly [name: string, path: string, body: string][] = [
    ["numbers", "/v1/search", search(`[${"1,".repeat(values)}1]`)],
    ["empty lists", "/v1/search", search(`[${"[],".repeat(values)}1]`)],
    ["properties", "/v1/search", search(`{${'"a":1,'.repeat(values)}"b":1}`)],
    ["levels", "/v1/search", search("[".repeat(100_000))],
    ["documents", "/v2/rerank", `{"query":"x","documents":[${'"",'.repeat(100_000)}""]}`],
    ["anything", "/v1/feedback", `[${"1,".repeat(limits.feedbackBodyValuesMax)}1]`],
  ];
  for (const [name, path, body] of tooMuch)
    it(`of ${path} are refused for too many ${name}`, async () => {
      await start();
      assert.deepEqual(await post(path, body), [413, "LIMIT_EXCEEDED"]);
      assert.equal(traffic.budget.stats().heldBytes, 0);
    });

  const filters: readonly [name: string, filter: string][] = [
    ["values of a list", `a in (${"1,".repeat(400_000)}1)`],
    ["conditions", "a = 1 or ".repeat(100_000)],
    ["values of many lists", 'a in ("b","c") and '.repeat(50_000)],
    ["parentheses", "(".repeat(900_000)],
    ["negations", "not ".repeat(200_000)],
    ["digits", `a = ${"1".repeat(900_000)}`],
    ["digits before a letter", `a = ${"1".repeat(900_000)}x`],
    ["digits of a bound", `a > ${"1".repeat(400)}`],
    ["an open quote", `a = "${"b".repeat(900_000)}`],
    ["escapes", `a = "${"\\\\".repeat(400_000)}`],
    ["spaces", `a${" ".repeat(900_000)}`],
    ["characters", "a".repeat(limits.filterTextBytesMax + 1)],
  ];
  for (const [name, filter] of filters)
    it(`of a search are refused for a filter of many ${name}`, async () => {
      await start();
      const before = process.cpuUsage();
      const body = search(JSON.stringify(filter));
      assert.deepEqual(await post("/v1/search", body), [400, "INVALID_FIELD"]);
      const { user, system } = process.cpuUsage(before);
      // What grows with the square of the text would take minutes.
      assert.ok((user + system) / 1000 < 5000, `${(user + system) / 1000} ms of CPU`);
    });

  it("take what is within the limits, cut into pieces anywhere", async () => {
    await start();
    const list = `("é\\"[{,", ${Array.from({ length: 500 }, (_, i) => i).join(",")})`;
    const body = Buffer.from(search(JSON.stringify(`größe in ${list}`)));
    const socket = connect(server.port, "127.0.0.1");
    const answer: Buffer[] = [];
    socket.on("data", (part: Buffer) => answer.push(part));
    socket.write(
      `POST /v1/search HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
        `accept: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    for (let at = 0; at < body.length; at += 97) {
      socket.write(body.subarray(at, at + 97));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await once(socket, "close");
    assert.match(Buffer.concat(answer).toString(), /^HTTP\/1.1 200 /);
    assert.equal(traffic.budget.stats().heldBytes, 0);
  });

  it("are refused when requests under way fill the budget, and counted until they end", async () => {
    await start();
    const hold = traffic.budget.open("127.0.0.1");
    assert.ok(hold.add(2 * 1024 * 1024));
    assert.deepEqual(await post("/v1/search", search('"a = 1"')), [429, "OVERLOADED"]);
    hold.release();
    assert.deepEqual(await post("/v1/search", search('"a = 1"')), [200, ""]);
    assert.equal(traffic.budget.stats().heldBytes, 0);
  });

  it("come over as many connections as there may be, of which one peer has not all", async () => {
    await start({ connectionCountMax: 8 });
    const sockets = Array.from({ length: 10 }, () => connect(server.port, "127.0.0.1"));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.on("close", () => (closed += 1));
    }
    for (let i = 0; i < 600 && closed < 3; i += 1) await delay(10);
    assert.equal(closed, 3);
    for (const socket of sockets) socket.destroy();
  });
});
