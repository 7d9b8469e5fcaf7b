// One JSON form: the command line prints what HTTP answers, and what a generic gRPC client prints has the
// same names and values, by the rules of proto3 JSON.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { repositoryRoot } from "../../../src/core/paths.js";
import type { HttpServer } from "../../../src/http/server.js";
import { hit, update, updates } from "../../support/edge-engine.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import { runProgram } from "../../support/program.js";
import { serveOverHttp } from "../../support/http-edge.js";

describe("one JSON form", () => {
  let edge: Edge;
  let http: HttpServer;
  before(async () => {
    edge = await startEdge();
    http = await serveOverHttp(edge.engine);
  });
  after(async () => {
    await http.stop(100);
    await edge.close();
  });

  async function overHttp(path: string, body?: object): Promise<object> {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    return (await response.json()) as object;
  }

  async function printed(...args: readonly string[]): Promise<object> {
    return JSON.parse(await runProgram([...args, "--json", "-s", edge.address])) as object;
  }

  /** What a client prints that knows only what reflection says. */
  async function overGrpc(method: string, request: object): Promise<object> {
    const buf = join(repositoryRoot(), "node_modules", ".bin", "buf");
    const plain = ["--protocol", "grpc", "--http2-prior-knowledge"];
    const data = ["--data", JSON.stringify(request)];
    const url = `http://${edge.address}/sluice.v1.${method}`;
    const { stdout } = await promisify(execFile)(buf, ["curl", ...plain, ...data, url]);
    return JSON.parse(stdout) as object;
  }

  it("shows a search alike", async () => {
    const highlights = [{ start: 0, end: 4 }];
    const payload = { title: "Title", text: "some text", fields: new Map(), highlights };
    const final = update({
      final: true,
      stage: "late_interaction",
      certificate: "exact",
      coverage: { eligible: 10, sketchScored: 10, maxSimScored: 10, reranked: 0 },
      settledCount: 1,
      timings: { queue: 1, lexical: 20, total: 9900 },
      degradations: [{ reason: "BUDGET_EXHAUSTED", message: "m", stages: ["candidates"] }],
      hits: [hit("k1", { score: 1.25, parts: { bm25: 0.5, maxsim: 3.5 }, payload })],
    });
    edge.engine.script = () => updates([final]);
    const request = { collection: "notes", query: { text: "words" } };
    const shown = await overHttp("/v1/search", request);
    assert.deepEqual(await printed("search", "notes", "words"), shown);
    const { update: sent } = (await overGrpc("SearchService/Search", request)) as {
      readonly update: object;
    };
    assert.deepEqual(fromProtoJson(sent), withoutDefaults(shown));

    const fields = new Map([["tag", { kind: "keyword", value: "a" }]] as const);
    const withFields = hit("k1", { payload: { ...payload, fields } });
    edge.engine.script = () => updates([{ ...final, hits: [withFields] }]);
    assert.deepEqual(
      await printed("search", "notes", "words"),
      await overHttp("/v1/search", request),
    );
  });

  it("describes and lists collections alike", async () => {
    const described = await overHttp("/v1/collections/notes");
    assert.deepEqual(await printed("collections", "describe", "notes"), described);
    const sent = await overGrpc("CollectionService/Describe", { name: "notes" });
    assert.deepEqual(fromProtoJson(sent), withoutDefaults(described));

    const listed = await overHttp("/v1/collections");
    const { next_page_token: token, ...onePage } = listed as { readonly next_page_token?: string };
    assert.ok(token === undefined || token === "");
    assert.deepEqual(await printed("collections", "list"), onePage);
    const all = await overGrpc("CollectionService/List", {});
    assert.deepEqual(fromProtoJson(all), withoutDefaults(listed));
  });
});

/**
 * Names in snake case, enum values without their prefix and in lower case, and 64-bit integers as
 * numbers.
 */
function fromProtoJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromProtoJson);
  if (typeof value === "string") {
    const word = /^(?:STAGE|CERTIFICATE|SCORE_KIND|ANALYZER)_([A-Z_]+)$/.exec(value)?.[1];
    return word?.toLowerCase() ?? (/^\d+$/.test(value) ? Number(value) : value);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    fromProtoJson(one),
  ]);
  return withoutDefaults(Object.fromEntries(entries));
}

/** proto3 JSON leaves out zeros, empty texts and empty lists; the fields of a document are a list. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, withoutDefaults(one)] as const);
  const isDefault = (one: unknown): boolean =>
    one === 0 ||
    one === "" ||
    one === false ||
    (typeof one === "object" && one !== null && Object.keys(one).length === 0);
  return Object.fromEntries(entries.filter(([, one]) => !isDefault(one)));
}
