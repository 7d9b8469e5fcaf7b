// The two ways to the tools: access, hosts and origins over HTTP; clean streams over standard input
// and output.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Document } from "../../src/core/document.js";
import { makeTestKey } from "../support/access-keys.js";
import { callTool, connectHttp, connectStdio } from "../support/mcp-clients.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const program = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const documents: readonly Document[] = ["a", "b"].map((tenant) => ({
  key: `of-${tenant}`,
  title: "",
  text: `The common words of ${tenant}`,
  fields: new Map([["tenant", { kind: "keyword", value: tenant } as const]]),
}));

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

interface Posted {
  readonly status: number;
  readonly text: string;
  readonly allow: string | undefined;
}

/** `headers` may name a host and an origin, which fetch does not allow. */
function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  method = "POST",
): Promise<Posted> {
  const usual = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  return new Promise((resolve, reject) => {
    const asked = httpRequest(`${url}/mcp`, { method, headers: { ...usual, ...headers } });
    asked.on("error", reject);
    asked.on("response", (response) => {
      const { statusCode: status = 0 } = response;
      textOf(response).then(
        (text) => resolve({ status, text, allow: response.headers.allow }),
        reject,
      );
    });
    asked.end(method === "POST" ? body : undefined);
  });
}

/** Runs `sluice mcp` on these lines and returns what it wrote until it ended. */
async function runLines(
  args: readonly string[],
  lines: readonly string[],
  answerCount: number,
): Promise<{ code: number; answers: { id?: unknown }[]; stderr: string }> {
  const child = spawn(process.execPath, [program, "mcp", ...args]);
  const ended = once(child, "close");
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    if (stdout.split("\n").length > answerCount) child.stdin.end();
  });
  child.stdin.write(lines.map((line) => `${line}\n`).join(""));
  if (answerCount === 0) child.stdin.end();
  const [code] = (await ended) as [number];
  const answers = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { id?: unknown });
  return { code, answers, stderr };
}

describe("MCP over HTTP with access control", () => {
  let folder = "";
  let server: ServerProcess;
  const keys = new Map<string, string>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-mcp-"));
    const operator = await makeTestKey(folder, { scopes: ["admin:*"] });
    for (const tenant of ["a", "b"]) {
      const parts = { scopes: ["read:docs"], filter: `tenant = "${tenant}"` };
      keys.set(tenant, (await makeTestKey(folder, parts)).text);
    }
    keys.set("writer", (await makeTestKey(folder, { scopes: ["write:docs"] })).text);
    server = await startServerProcess({ data: folder, apiKey: operator.text });
    await server.client.collections.create({ name: "docs" });
    await server.client.ingest("docs", documents);
  });

  after(async () => {
    await stopServer(server);
    rmSync(folder, { recursive: true });
  });

  it("is open to keys that may read, and to no one else", async () => {
    const body = JSON.stringify(ping);
    const withKey = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
    assert.equal((await post(server.url, body)).status, 401);
    assert.equal((await post(server.url, body, withKey("wrong"))).status, 401);
    assert.equal((await post(server.url, body, withKey(keys.get("writer")!))).status, 403);
    const { status, text } = await post(server.url, body, withKey(keys.get("a")!));
    assert.equal(status, 200, text);
  });

  it("is closed to pages of other origins and to other host names", async () => {
    const body = JSON.stringify(ping);
    const authorization = `Bearer ${keys.get("a")!}`;
    const origin = "https://evil.example";
    assert.equal((await post(server.url, body, { authorization, origin })).status, 403);
    const host = "rebound.example";
    assert.equal((await post(server.url, body, { authorization, host })).status, 421);
  });

  it("takes one message of JSON in a POST", async () => {
    const authorization = `Bearer ${keys.get("a")!}`;
    const headers = { authorization };
    for (const body of ["{", "[]", JSON.stringify([ping]), "7", '{"jsonrpc":"1.0"}', "{}"]) {
      const { status, text } = await post(server.url, body, headers);
      assert.equal(status, 400, body);
      assert.match(text, /INVALID_FIELD/);
    }
    const form = { ...headers, "content-type": "text/plain" };
    assert.equal((await post(server.url, JSON.stringify(ping), form)).status, 415);
    for (const method of ["GET", "DELETE"]) {
      const { status, allow } = await post(server.url, "", headers, method);
      assert.deepEqual([status, allow], [405, "POST"]);
    }
    const large = JSON.stringify({ ...ping, params: { x: "x".repeat(2 * 1024 * 1024) } });
    assert.equal((await post(server.url, large, headers)).status, 413);
  });

  it("opens no stream of changes, of which there are none", async () => {
    const client = await connectHttp(server.url, "modern", keys.get("a"));
    await assert.rejects(client.listen({ toolsListChanged: true }), /limit reached/);
    await client.close();
  });

  it("shows a key's own documents and searches through every tool", async () => {
    const search = { collection: "docs", query: "common words" };
    const handles = [];
    for (const tenant of ["a", "b"]) {
      const client = await connectHttp(server.url, "modern", keys.get(tenant));
      const { content } = await callTool(client, "search", search);
      const { hits, handle } = content as {
        readonly hits: readonly { readonly key: string }[];
        readonly handle: string;
      };
      assert.deepEqual(
        hits.map(({ key }) => key),
        [`of-${tenant}`],
      );
      for (const other of handles) {
        const refined = await callTool(client, "refine", { handle: other });
        assert.match(refined.text, /^HANDLE_NOT_FOUND/);
      }
      handles.push(handle);
      const hidden = tenant === "a" ? "of-b" : "of-a";
      const got = await callTool(client, "get", { collection: "docs", keys: [hidden] });
      assert.deepEqual(got.content["missing_keys"], [hidden]);
      const asked = { collection: "docs", key: hidden, query: "words" };
      assert.match((await callTool(client, "explain", asked)).text, /^DOCUMENT_NOT_FOUND/);
      await assert.rejects(client.readResource({ uri: `sluice:docs/${hidden}` }), /not found/i);
      const denied = await callTool(client, "search", { ...search, collection: "other" });
      assert.match(denied.text, /^PERMISSION_DENIED/);
      await client.close();
    }
  });
});

describe("MCP on standard input and output", () => {
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-mcp-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  it("opens a data folder in its process, and writes nothing but answers", async () => {
    const initialize = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    };
    const list = {
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "list_collections" },
    };
    const lines = [
      "no JSON",
      '{"jsonrpc":"2.0"}',
      ...[initialize, list].map((m) => JSON.stringify(m)),
    ];
    const { code, answers, stderr } = await runLines(["--data", folder], lines, 2);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      answers.map(({ id }) => id),
      [1, 2],
    );
    assert.match(stderr, /a message was rejected/);
  });

  it("ends when its input does, also before a first message", async () => {
    const { code, answers } = await runLines([], [], 0);
    assert.deepEqual([code, answers], [0, []]);
  });

  it("says on standard error why it cannot start", async () => {
    const both = await runLines(["--data", folder, "--server", "127.0.0.1:1"], [], 0);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--data and --server/);
    assert.deepEqual(both.answers, []);
  });

  it("tells the agent that its server does not answer", async () => {
    const client = await connectStdio(["--server", "127.0.0.1:1"], "modern");
    const { isError, text } = await callTool(client, "list_collections", {});
    assert.equal(isError, true);
    assert.match(text, /^UNAVAILABLE: /);
    await client.close();
  });
});
