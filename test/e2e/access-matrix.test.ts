// Every RPC and every route, asked by every kind of caller: UNAUTHENTICATED, PERMISSION_DENIED, or in.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { revokeKey } from "../../src/access/manage-keys.js";
import type { NewKey } from "../../src/access/manage-keys.js";
import { makeKey } from "../../src/access/api-key.js";
import { routes } from "../../src/http/routes.js";
import { makeTestKey } from "../support/access-keys.js";
import { callRoute, callRpc, methodsByPath } from "../support/raw-calls.js";
import type { Outcome } from "../support/raw-calls.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { startTokenIssuer, tokenFlags } from "../support/token-issuer.js";
import type { TokenIssuer } from "../support/token-issuer.js";

type Need = "nothing" | "some grant" | "read" | "write" | "feedback" | "admin" | "metrics";

interface Row {
  readonly need: Need;
  /** Of the RPC, or the body of the route. */
  readonly request?: object;
  /** False: the call names no collection, so a grant in any other does. */
  readonly isOfDocs?: boolean;
}

const dim = 16;
const vectors = { type: "VECTOR_TYPE_FLOAT32", dim, rows: Buffer.alloc(4 * dim, 1) };
const search = { collection: "docs", query: { text: "words", vectors } };

const rpcs: Readonly<Record<string, Row>> = {
  "SearchService/Search": { need: "read", request: search },
  "SearchService/SearchSession": { need: "read", request: { query_number: 1, search } },
  "SearchService/Rerank": { need: "read", request: {}, isOfDocs: false },
  "SearchService/Explain": { need: "read", request: { ...search, key: "a" } },
  "SearchService/SendFeedback": {
    need: "feedback",
    request: { collection: "docs", query_text: "words", key: "a", kind: "FEEDBACK_KIND_CLICK" },
  },
  "SearchService/ListFeedback": { need: "admin", request: { collection: "docs" } },
  "SearchService/ListSlowSearches": { need: "admin", request: {}, isOfDocs: false },
  "DocumentService/Ingest": { need: "write", request: { collection: "docs" } },
  "DocumentService/Get": { need: "read", request: { collection: "docs", keys: ["a"] } },
  "DocumentService/Update": {
    need: "write",
    request: { collection: "docs", updates: [{ key: "none", remove: ["a"] }] },
  },
  "DocumentService/Delete": { need: "write", request: { collection: "docs", keys: ["a"] } },
  "DocumentService/List": { need: "read", request: { collection: "docs" } },
  "DocumentService/Export": { need: "read", request: { collection: "docs" } },
  "CollectionService/Create": {
    need: "admin",
    request: { name: "docs", dim, if_not_exists: true },
  },
  "CollectionService/Drop": { need: "admin", request: { name: "docs" } },
  "CollectionService/List": { need: "some grant", request: {}, isOfDocs: false },
  "CollectionService/Describe": { need: "some grant", request: { name: "docs" } },
  "CollectionService/Optimize": { need: "admin", request: { name: "docs" } },
  "CollectionService/Calibrate": { need: "admin", request: { name: "docs" } },
  "CollectionService/SetScoreMaps": { need: "admin", request: { name: "docs" } },
  "CollectionService/Snapshot": { need: "admin", request: { name: "docs", snapshot_name: "kept" } },
  "CollectionService/Restore": { need: "admin", request: { snapshot_name: "kept" } },
  "CollectionService/ListSnapshots": { need: "admin", request: {}, isOfDocs: false },
  "CollectionService/DeleteSnapshot": { need: "admin", request: { snapshot_name: "kept" } },
  "OperationService/Start": { need: "admin", request: { optimize: { name: "docs" } } },
  "OperationService/List": { need: "admin", request: {}, isOfDocs: false },
  "OperationService/Get": { need: "admin", request: { id: "none" }, isOfDocs: false },
  "OperationService/Watch": { need: "admin", request: { id: "none" }, isOfDocs: false },
  "OperationService/Cancel": { need: "admin", request: { id: "none" }, isOfDocs: false },
};

const collection = "/v1/collections/{collection}";
const searchBody = { query: { text: "words" } };
const feedbackBody = { query_text: "words", key: "a", kind: "click" };

const routeRows: Readonly<Record<string, Row>> = {
  "GET /": { need: "nothing" },
  "GET /main.js": { need: "nothing" },
  "GET /page.css": { need: "nothing" },
  "GET /page.svg": { need: "nothing" },
  "GET /livez": { need: "nothing" },
  "GET /readyz": { need: "nothing" },
  "GET /openapi.json": { need: "nothing" },
  "GET /reference": { need: "nothing" },
  "GET /metrics": { need: "metrics" },
  "GET /v1/search": { need: "read" },
  "POST /v1/search": { need: "read", request: { collection: "docs", ...searchBody } },
  [`GET ${collection}:search`]: { need: "read" },
  [`POST ${collection}:search`]: { need: "read", request: searchBody },
  [`POST ${collection}:explain`]: { need: "read", request: { ...searchBody, key: "a" } },
  "GET /v1/slow-searches": { need: "admin", isOfDocs: false },
  "GET /v1/sessions": { need: "read", isOfDocs: false },
  "POST /v1/sessions/{session}": { need: "read", request: { query_number: 1 }, isOfDocs: false },
  "DELETE /v1/sessions/{session}": { need: "read", isOfDocs: false },
  "POST /mcp": {
    need: "read",
    request: { jsonrpc: "2.0", id: 1, method: "ping" },
    isOfDocs: false,
  },
  "GET /v1/export": { need: "read" },
  "POST /v1/export": { need: "read", request: { collection: "docs" } },
  [`GET ${collection}/documents:export`]: { need: "read" },
  [`POST ${collection}/documents:export`]: { need: "read", request: {} },
  [`GET ${collection}/documents`]: { need: "read" },
  [`GET ${collection}/documents/{key}`]: { need: "read" },
  [`POST ${collection}/documents:get`]: { need: "read", request: { keys: ["a"] } },
  [`POST ${collection}/documents`]: {
    need: "write",
    request: { documents: [{ key: "a", text: "words" }] },
  },
  [`PUT ${collection}/documents/{key}`]: { need: "write", request: { text: "words" } },
  [`PATCH ${collection}/documents/{key}`]: { need: "write", request: { remove: ["a"] } },
  [`POST ${collection}/documents:update`]: {
    need: "write",
    request: { updates: [{ key: "none", remove: ["a"] }] },
  },
  [`DELETE ${collection}/documents/{key}`]: { need: "write" },
  [`POST ${collection}/documents:delete`]: { need: "write", request: { keys: ["a"] } },
  "POST /v1/feedback": {
    need: "feedback",
    request: { collection: "docs", ...feedbackBody },
  },
  [`POST ${collection}/feedback`]: { need: "feedback", request: feedbackBody },
  [`GET ${collection}/feedback`]: { need: "admin" },
  "POST /v1/items:rerank": { need: "read", request: {}, isOfDocs: false },
  "POST /v1/rerank": { need: "read", request: {}, isOfDocs: false },
  "POST /v2/rerank": { need: "read", request: {}, isOfDocs: false },
  "POST /rerank": { need: "read", request: {}, isOfDocs: false },
  "POST /score": { need: "read", request: {}, isOfDocs: false },
  "POST /v1/score": { need: "read", request: {}, isOfDocs: false },
  "GET /v1/collections": { need: "some grant", isOfDocs: false },
  "POST /v1/collections": {
    need: "admin",
    request: { name: "docs", dim, if_not_exists: true },
  },
  [`GET ${collection}`]: { need: "some grant" },
  [`DELETE ${collection}`]: { need: "admin" },
  [`PUT ${collection}/score-maps`]: { need: "admin", request: { score_maps: [] } },
  [`POST ${collection}:optimize`]: { need: "admin", request: {} },
  [`POST ${collection}:calibrate`]: { need: "admin", request: {} },
  [`POST ${collection}:snapshot`]: { need: "admin", request: { snapshot_name: "kept" } },
  "GET /v1/snapshots": { need: "admin", isOfDocs: false },
  "DELETE /v1/snapshots/{snapshot}": { need: "admin" },
  "POST /v1/snapshots/{snapshot}:restore": { need: "admin", request: {} },
  "GET /v1/operations": { need: "admin", isOfDocs: false },
  "GET /v1/operations/{operation}": { need: "admin", isOfDocs: false },
  "POST /v1/operations/{operation}:cancel": { need: "admin", isOfDocs: false },
};

interface Identity {
  /** What it may do in docs; undefined: nobody knows it. */
  readonly inDocs: readonly Need[] | undefined;
  /** What it may do in some other collection. */
  readonly elsewhere?: readonly Need[];
  readonly key?: Partial<NewKey>;
  readonly isRevoked?: boolean;
  /** Claims of a token. */
  readonly token?: Readonly<Record<string, unknown>>;
  /** The header itself. */
  readonly header?: string;
}

const readAny: readonly Need[] = ["read", "some grant"];
const writeAny: readonly Need[] = ["write", "feedback", "some grant"];
const adminAny: readonly Need[] = ["read", "write", "feedback", "admin", "some grant"];
const expiredSeconds = Math.floor(Date.now() / 1000) - 3600;

/** Of the routes that read their request from it. */
const queries: Readonly<Record<string, string>> = {
  "GET /v1/search": "?collection=docs&q=words",
  [`GET ${collection}:search`]: "?q=words",
  "GET /v1/export": "?collection=docs",
};

const parameters: Readonly<Record<string, string>> = {
  collection: "docs",
  key: "a",
  snapshot: "kept",
};

const identities: Readonly<Record<string, Identity>> = {
  "no key": { inDocs: undefined },
  "a key that nobody made": { inDocs: undefined, header: `Bearer ${makeKey().text}` },
  "no key at all": { inDocs: undefined, header: "Bearer secret" },
  "another scheme": { inDocs: undefined, header: "Basic c2x1aWNlOnNsdWljZQ==" },
  "an expired key": { inDocs: undefined, key: { scopes: ["admin:*"], lifetimeMs: 1 } },
  "a revoked key": { inDocs: undefined, key: { scopes: ["admin:*"] }, isRevoked: true },
  "an expired token": {
    inDocs: undefined,
    token: { scope: "sluice:admin:*", exp: expiredSeconds },
  },
  "a token for another": { inDocs: undefined, token: { scope: "sluice:admin:*", aud: "other" } },
  "read docs": { inDocs: readAny, key: { scopes: ["read:docs"] } },
  "read do*": { inDocs: readAny, key: { scopes: ["read:do*"] } },
  "read other": { inDocs: [], elsewhere: readAny, key: { scopes: ["read:other"] } },
  "read docs-more": { inDocs: [], elsewhere: readAny, key: { scopes: ["read:docs-*"] } },
  "write docs": { inDocs: writeAny, key: { scopes: ["write:docs"] } },
  "write other": { inDocs: [], elsewhere: writeAny, key: { scopes: ["write:other"] } },
  "feedback docs": { inDocs: ["feedback", "some grant"], key: { scopes: ["feedback:docs"] } },
  "admin docs": { inDocs: adminAny, key: { scopes: ["admin:docs"] } },
  "admin other": { inDocs: [], elsewhere: adminAny, key: { scopes: ["admin:other"] } },
  "admin all": { inDocs: [...adminAny, "metrics"], key: { scopes: ["admin:*"] } },
  metrics: { inDocs: ["metrics"], elsewhere: ["some grant"], key: { scopes: ["metrics"] } },
  "a tenant": {
    inDocs: [...readAny, ...writeAny],
    key: { scopes: ["read:docs", "write:docs"], filter: 'tenant = "a"' },
  },
  "a token to read": { inDocs: readAny, token: { scope: "sluice:read:docs" } },
  "a token for all": { inDocs: [...adminAny, "metrics"], token: { scp: ["sluice:admin:*"] } },
  "a token without scopes": { inDocs: [], token: { scope: "openid" } },
};

describe("access", () => {
  let folder: string;
  let issuer: TokenIssuer;
  let server: ServerProcess;
  const headers = new Map<string, string | undefined>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
    issuer = await startTokenIssuer();
    for (const [name, identity] of Object.entries(identities))
      headers.set(name, await headerOf(folder, issuer, identity));
    const operator = await makeTestKey(folder, { scopes: ["admin:*"] });
    server = await startServerProcess({
      data: folder,
      flags: tokenFlags(issuer),
      apiKey: operator.text,
    });
  });

  after(async () => {
    await stopServer(server);
    await issuer.stop();
    rmSync(folder, { recursive: true });
  });

  /** What the calls before may have dropped. */
  async function restoreDocs(): Promise<void> {
    const { collections } = server.client;
    await collections.create({ name: "docs", dim, ifNotExists: true });
    const snapshots = await collections.snapshots.list();
    if (snapshots.length === 0) await collections.snapshots.take("docs", { name: "kept" });
  }

  it("has a row here for every RPC and every route", () => {
    const paths = [...methodsByPath().keys()].map((path) => path.replace("/sluice.v1.", ""));
    assert.deepEqual(Object.keys(rpcs).sort(), paths.sort());
    const known = routes.map(({ path, method }) => `${method} ${path}`);
    assert.deepEqual(Object.keys(routeRows).sort(), known.sort());
  });

  for (const [name, identity] of Object.entries(identities))
    it(`lets ${name} do what it may over gRPC`, async () => {
      const found: Record<string, Outcome> = {};
      for (const [path, { request = {} }] of Object.entries(rpcs)) {
        await restoreDocs();
        const authorization = headers.get(name);
        const asked = authorization === undefined ? { request } : { request, authorization };
        const answer = await callRpc(server.address, `/sluice.v1.${path}`, asked);
        found[path] = answer.outcome;
      }
      assert.deepEqual(found, expectedOf(rpcs, identity));
    });

  for (const [name, identity] of Object.entries(identities))
    it(`lets ${name} do what it may over HTTP`, async () => {
      const found: Record<string, Outcome> = {};
      for (const [route, { request }] of Object.entries(routeRows)) {
        await restoreDocs();
        const [method = "", template = ""] = route.split(" ");
        const path = template.replaceAll(
          /\{(\w+)\}/g,
          (_, name: string) => parameters[name] ?? "none",
        );
        const query = queries[route] ?? "";
        const authorization = headers.get(name);
        const answer = await callRoute(`${server.url}${path}${query}`, {
          method,
          ...(request === undefined ? {} : { body: request }),
          ...(authorization === undefined ? {} : { authorization }),
        });
        found[route] = answer.outcome;
      }
      assert.deepEqual(found, expectedOf(routeRows, identity));
    });

  it("tells a caller the same of what is not his and of what is not there", async () => {
    await restoreDocs();
    const authorization = headers.get("admin other")!;
    const told = async (name: string): Promise<string> => {
      const request = { name };
      const path = "/sluice.v1.CollectionService/Describe";
      const { details } = await callRpc(server.address, path, { request, authorization });
      return details.replaceAll(name, "NAME");
    };
    assert.equal(await told("docs"), await told("nothing"));
    const restore = "/sluice.v1.CollectionService/Restore";
    for (const snapshot of ["kept", "nothing"]) {
      const request = { snapshot_name: snapshot };
      const answer = await callRpc(server.address, restore, { request, authorization });
      assert.equal(answer.outcome, "denied");
    }
  });

  it("shows only what a caller may know", async () => {
    await restoreDocs();
    const { url } = server;
    const ready = async (name: string): Promise<string> =>
      (await callRoute(`${url}/readyz`, { method: "GET", authorization: headers.get(name)! }))
        .details;
    assert.deepEqual(JSON.parse(await ready("read docs")), {
      status: "ready",
      reasons: [],
      findings: [],
    });
  });
});

function expectedOf(
  rows: Readonly<Record<string, Row>>,
  { inDocs, elsewhere = [] }: Identity,
): Record<string, Outcome> {
  const expected = Object.entries(rows).map(([name, { need, isOfDocs = true }]) => {
    const held = isOfDocs ? inDocs : [...(inDocs ?? []), ...elsewhere];
    if (need === "nothing") return [name, "let in"];
    if (inDocs === undefined) return [name, "unauthenticated"];
    return [name, held?.includes(need) === true ? "let in" : "denied"];
  });
  return Object.fromEntries(expected) as Record<string, Outcome>;
}

async function headerOf(
  folder: string,
  issuer: TokenIssuer,
  { header, key, token, isRevoked }: Identity,
): Promise<string | undefined> {
  if (token !== undefined) return `Bearer ${await issuer.sign(token)}`;
  if (key === undefined) return header;
  const made = await makeTestKey(folder, key);
  if (isRevoked === true) await revokeKey(folder, made.key.id, Date.now());
  return `Bearer ${made.text}`;
}
