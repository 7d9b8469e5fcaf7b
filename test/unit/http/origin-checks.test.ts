// Which browsers and pages the HTTP port answers, over real sockets: names, origins, kinds of bodies.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { parseHosts, parseOrigins } from "../../../src/config/http-lists.js";
import type { HttpServer } from "../../../src/http/server.js";
import { createEdgeEngine, update, updates } from "../../support/edge-engine.js";
import { serveOverHttp } from "../../support/http-edge.js";

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly reason: string | undefined;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const search = "/v1/search?collection=notes&q=a";
const feedback = JSON.stringify({ collection: "notes", query_text: "a", key: "a", kind: "click" });

describe("the HTTP port and pages of others", () => {
  let server: HttpServer | undefined;
  let searchCount = 0;
  beforeEach(() => {
    searchCount = 0;
  });
  afterEach(() => server?.stop(100));

  async function start({ host = "127.0.0.1", hosts = "", origins = "" } = {}): Promise<number> {
    const engine = createEdgeEngine();
    engine.script = () => {
      searchCount += 1;
      return updates([update({ final: true })]);
    };
    server = await serveOverHttp(engine, {
      host,
      allowedHosts: parseHosts(hosts),
      allowedOrigins: parseOrigins(origins),
    });
    return server.port;
  }

  async function ask(
    path: string,
    { method = "GET", headers = {}, body }: Asked = {},
  ): Promise<Answer> {
    assert.ok(server !== undefined);
    const { port } = server;
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const answer = await text(response);
    const reason = /"reason":"(\w+)"/.exec(answer)?.[1];
    return { status: response.statusCode ?? 0, headers: response.headers, reason };
  }

  async function assertRefused(
    path: string,
    asked: Asked,
    status: number,
    reason: string,
  ): Promise<void> {
    const answer = await ask(path, asked);
    const told = `${path} ${JSON.stringify(asked)}`;
    assert.deepEqual([answer.status, answer.reason], [status, reason], told);
    assert.equal(answer.headers["access-control-allow-origin"], undefined, told);
    assert.equal(searchCount, 0, told);
  }

  it("answers on loopback to its addresses and localhost, however they are written", async () => {
    const port = await start();
    for (const host of [
      ...["localhost", `localhost:${port}`, "LOCALHOST", "localhost.", `localhost.:${port}`],
      ...["127.0.0.1", `127.0.0.1:${port}`, "127.8.9.10", "[::1]", `[::1]:${port}`],
      "[::ffff:127.0.0.1]",
    ])
      assert.equal((await ask("/livez", { headers: { host } })).status, 200, host);
  });

  it("refuses other names on loopback, which somebody made to point here", async () => {
    await start();
    for (const host of [
      ...[
        "rebind.example",
        "rebind.example:80",
        "localhost.rebind.example",
        "127.0.0.1.nip.example",
      ],
      ...["192.168.1.5", "0.0.0.0", "[fe80::1]", "a@localhost", "localhost/x", "localhost:x"],
    ])
      for (const path of ["/metrics", "/livez", search])
        await assertRefused(path, { headers: { host } }, 421, "HOST_NOT_ALLOWED");
  });

  it("looks at the address in the request line, at two hosts, and at none", async () => {
    const port = await start();
    const raw = async (lines: readonly string[]): Promise<string> => {
      const socket = connect(port, "127.0.0.1");
      socket.write(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`);
      return (await text(socket)).split("\r\n")[0] ?? "";
    };
    const own = `host: localhost:${port}`;
    assert.match(await raw([`GET http://rebind.example/livez HTTP/1.1`, own]), / 421 /);
    assert.match(await raw([`GET http://localhost:${port}/livez HTTP/1.1`, own]), / 200 /);
    assert.match(await raw([`GET //localhost/livez HTTP/1.1`, own]), / 404 /);
    assert.match(await raw([`GET /livez HTTP/1.1`, own, "host: rebind.example"]), / 421 /);
    assert.match(await raw([`GET /livez HTTP/1.1`]), / 421 /);
    assert.match(await raw([`GET /livez HTTP/1.1`, "host:"]), / 421 /);
    assert.match(await raw([`GET /livez HTTP/1.0`]), / 200 /);
  });

  it("answers to names that are listed, and elsewhere than on loopback to any until some are", async () => {
    await start({ hosts: "search.example" });
    assert.equal((await ask("/livez", { headers: { host: "Search.Example:99" } })).status, 200);
    assert.equal((await ask("/livez", { headers: { host: "localhost" } })).status, 200);
    await assertRefused("/livez", { headers: { host: "b.example" } }, 421, "HOST_NOT_ALLOWED");
    await server?.stop(100);
    await start({ hosts: "*" });
    assert.equal((await ask("/livez", { headers: { host: "b.example" } })).status, 200);
    await server?.stop(100);
    // Every address of this machine; only loopback is used.
    await start({ host: "::", hosts: "search.example" });
    assert.equal((await ask("/livez", { headers: { host: "10.1.2.3" } })).status, 200);
    await assertRefused("/livez", { headers: { host: "b.example" } }, 421, "HOST_NOT_ALLOWED");
    await server?.stop(100);
    await start({ host: "::" });
    assert.equal((await ask("/livez", { headers: { host: "b.example" } })).status, 200);
  });

  it("does nothing for pages of other origins, pictures and scripts among them", async () => {
    const port = await start();
    for (const origin of [
      "https://a.example",
      "null",
      "http://localhost:5173",
      "",
      `https://localhost:${port}`,
    ])
      await assertRefused(
        search,
        { headers: { host: `localhost:${port}`, origin } },
        403,
        "ORIGIN_NOT_ALLOWED",
      );
    for (const site of ["cross-site", "same-site", "CROSS-SITE"])
      await assertRefused(
        search,
        { headers: { "sec-fetch-site": site } },
        403,
        "ORIGIN_NOT_ALLOWED",
      );
    for (const path of ["/v1/feedback", "/v1/rerank", "/v2/rerank", "/v1/search"])
      for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x"]) {
        const headers = { origin: "https://a.example", "content-type": type };
        await assertRefused(
          path,
          { method: "POST", headers, body: feedback },
          403,
          "ORIGIN_NOT_ALLOWED",
        );
      }
  });

  it("answers its own pages, callers without a browser, and typed addresses", async () => {
    const port = await start();
    const host = `localhost:${port}`;
    for (const headers of [
      { host, origin: `http://${host}` },
      { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" },
      // A proxy in front has taken TLS off.
      { host, origin: `https://${host}`, "sec-fetch-site": "same-origin" },
      { host, "sec-fetch-site": "same-origin" },
      { host, "sec-fetch-site": "none" },
      { host },
    ])
      assert.equal((await ask(search, { headers })).status, 200, JSON.stringify(headers));
    assert.equal(searchCount, 6);
  });

  it("takes no bodies that forms can send, whoever sends them", async () => {
    await start();
    for (const type of [
      "text/plain",
      "Text/Plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ])
      await assertRefused(
        "/v1/feedback",
        { method: "POST", headers: { "content-type": type }, body: feedback },
        415,
        "CONTENT_TYPE_NOT_SUPPORTED",
      );
    for (const headers of [{ "content-type": "application/json; charset=utf-8" }, {}])
      assert.equal(
        (await ask("/v1/feedback", { method: "POST", headers, body: feedback })).status,
        200,
      );
  });

  it("lets pages of listed origins in, and tells browsers so before they send", async () => {
    const origin = "http://localhost:5173";
    await start({ origins: `https://a.example, ${origin}` });
    const answer = await ask(search, { headers: { origin, "sec-fetch-site": "same-site" } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["access-control-allow-origin"], origin);
    assert.equal(answer.headers["access-control-allow-credentials"], undefined);
    assert.match(answer.headers.vary ?? "", /origin/);
    const question = { origin, "access-control-request-method": "POST" };
    const told = await ask("/v1/search", { method: "OPTIONS", headers: question });
    assert.equal(told.status, 204);
    assert.equal(told.headers["access-control-allow-origin"], origin);
    assert.equal(told.headers["access-control-allow-methods"], "GET, POST");
    assert.match(String(told.headers["access-control-allow-headers"]), /content-type/);
    // Errors, too, must be readable by the page.
    const wrong = await ask("/v1/search?collection=notes", { headers: { origin } });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.headers["access-control-allow-origin"], origin);
    searchCount = 0;
    for (const other of [
      "http://localhost:5174",
      "https://localhost:5173",
      "http://a.example",
      "https://a.example:8443",
    ])
      await assertRefused(
        "/v1/search",
        { method: "OPTIONS", headers: { ...question, origin: other } },
        403,
        "ORIGIN_NOT_ALLOWED",
      );
  });

  it("lets every page in only when told so, and never with credentials", async () => {
    await start({ origins: "*" });
    for (const origin of ["https://a.example", "null"]) {
      const { headers } = await ask(search, { headers: { origin } });
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.equal(headers["access-control-allow-credentials"], undefined);
    }
  });

  it("tells browsers with every answer what not to do with it", async () => {
    await start();
    const answers = await Promise.all([
      ask("/livez"),
      ask("/nothing"),
      ask(search),
      ask("/v1/search?collection=notes"),
      ask("/livez", { headers: { host: "b.example" } }),
      ask("/livez", { method: "DELETE" }),
    ]);
    for (const { headers } of answers) {
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cache-control"], "no-store");
      assert.match(
        String(headers["content-security-policy"]),
        /default-src 'none'; frame-ancestors/,
      );
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["strict-transport-security"], undefined);
    }
  });
});

describe("lists of the HTTP port", () => {
  it("refuse what can never match", () => {
    for (const list of [
      "a.example",
      "https://a.example/",
      "https://A.example",
      "http://a.example:80",
      "null",
      "*, https://a.example",
    ])
      assert.throws(() => parseOrigins(list), {
        reason: "INVALID_CONFIG",
        field: "http.allowedOrigins",
      });
    for (const list of ["a.example:80", "http://a.example", "a b", "*.a.example/x", "*, a.example"])
      assert.throws(() => parseHosts(list), {
        reason: "INVALID_CONFIG",
        field: "http.allowedHosts",
      });
  });
});
