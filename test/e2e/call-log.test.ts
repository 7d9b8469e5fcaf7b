// What the log tells of calls: one line each on demand, and the plan of slow searches, by the ids that
// callers gave or received.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { eventually } from "../support/eventually.js";
import { methodsByPath } from "../support/raw-calls.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const search = "/sluice.v1.SearchService/Search";
const secretWord = "xylophone";

describe("the log of calls", function () {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function start(...flags: string[]): Promise<ServerProcess> {
    const logged = ["--log-level", "info", "--log-format", "json", ...flags];
    const server = await startServerProcess({ data: join(folder(), "data"), flags: logged });
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", [
      { key: "a", title: "", text: "a quiet valley", fields: new Map() },
    ]);
    return server;
  }

  it("has a line for each call, with the id that its caller gave or received", async () => {
    const server = await start("--log-calls", "all");
    const given = await searchOverGrpc(server, { "x-request-id": "grpc-1" });
    assert.deepEqual(given, { initial: "grpc-1", trailing: "grpc-1" });
    const made = await searchOverGrpc(server, { "x-request-id": "no spaces allowed" });
    assert.match(made.initial, /^[0-9a-f-]{36}$/);
    assert.equal(made.trailing, made.initial);
    const traced = await fetch(`${server.url}/v1/search?collection=notes&q=${secretWord}`, {
      headers: {
        accept: "application/json",
        "x-request-id": "http-1",
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      },
    });
    assert.equal(traced.headers.get("x-request-id"), "http-1");
    await traced.text();
    const refused = await fetch(`${server.url}/v1/search?collection=none&q=x`);
    assert.equal(refused.status, 404);
    const refusedId = refused.headers.get("x-request-id");
    await eventually(() => {
      const lines = linesOf(server, "a call ended");
      const byId = (id: unknown): Line | undefined => lines.find((one) => one["requestId"] === id);
      assertHas(byId("grpc-1"), { via: "grpc", path: search, status: "OK" });
      assert.ok(byId(made.initial));
      assertHas(byId("http-1"), {
        via: "http",
        path: "GET /v1/search",
        status: "200",
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      });
      assertHas(byId(refusedId), { status: "404" });
    });
    await stopServer(server);
    assert.doesNotMatch(server.stderr(), new RegExp(secretWord));
  });

  it("has only failed calls on demand, and none by default", async () => {
    const server = await start("--log-calls", "failed");
    await searchOverGrpc(server, { "x-request-id": "fine" });
    await searchOverGrpc(server, { "x-request-id": "wrong" }, "none");
    await eventually(() => {
      const ids = linesOf(server, "a call ended").map((line) => line["requestId"]);
      assert.deepEqual(ids, ["wrong"]);
    });
    await stopServer(server);
    const quiet = await startServerProcess({
      data: join(folder(), "data"),
      flags: ["--log-level", "info", "--log-format", "json"],
    });
    await searchOverGrpc(quiet, {}, "none");
    await stopServer(quiet);
    assert.deepEqual(linesOf(quiet, "a call ended"), []);
  });

  it("has plan, timings and id of slow searches, but not their texts", async () => {
    const server = await start("--log-slow-search-ms", "1");
    await searchOverGrpc(server, { "x-request-id": "slow-1" });
    await eventually(() => {
      const [line] = linesOf(server, "a search was slow");
      assertHas(line, {
        requestId: "slow-1",
        outcome: "ok",
        certificate: "exact",
      });
      assertHas(line?.["request"] as Line, {
        collection: "notes",
        textLength: secretWord.length,
        hasFilter: false,
      });
      assertHas(line?.["plan"] as Line, {
        k: 10,
        isExhaustive: true,
        sketchPoolSize: 256,
        passageCount: 1,
      });
      assert.ok(Object.keys(line?.["stageMs"] as object).includes("lexical"));
    });
    await stopServer(server);
    assert.doesNotMatch(server.stderr(), new RegExp(secretWord));
  });
});

type Line = Readonly<Record<string, unknown>>;

function assertHas(line: Line | undefined, expected: Line): void {
  const found = Object.keys(expected).map((name) => [name, line?.[name]]);
  assert.deepEqual(Object.fromEntries(found), expected);
}

function linesOf(server: ServerProcess, message: string): Line[] {
  return server
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line["message"] === message);
}

/** Ids in the response's first metadata (empty when the call failed before it) and its trailers. */
function searchOverGrpc(
  { address }: ServerProcess,
  headers: Readonly<Record<string, string>>,
  collection = "notes",
): Promise<{ readonly initial: string; readonly trailing: string }> {
  const method = methodsByPath().get(search)!;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new Promise((resolve) => {
    const call = client.makeServerStreamRequest(
      search,
      method.requestSerialize,
      method.responseDeserialize,
      { collection, query: { text: secretWord } },
      metadata,
    );
    let initial = "";
    const idOf = (from: Metadata): string => String(from.get("x-request-id")[0] ?? "");
    call.on("metadata", (first: Metadata) => (initial = idOf(first)));
    call.on("data", () => undefined);
    call.on("error", () => undefined);
    call.on("status", ({ metadata: last }) => {
      client.close();
      resolve({ initial, trailing: idOf(last) });
    });
  });
}
