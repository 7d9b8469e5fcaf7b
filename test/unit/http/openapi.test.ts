// The OpenAPI document and the page made of it: served, complete, and safe to open.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createConfig, lintFromString } from "@redocly/openapi-core";

import { definitions } from "../../../src/wire/definitions.js";
import { startHttpEdge } from "../../support/http-edge.js";
import type { HttpEdge } from "../../support/http-edge.js";

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly "x-sluice-rpcs"?: readonly string[] }>>>
  >;
}

describe("the reference of the HTTP port", () => {
  let edge: HttpEdge;
  before(async () => {
    edge = await startHttpEdge();
  });
  after(() => edge.server.stop(100));

  it("covers every RPC", async () => {
    const { json } = await edge.ask("GET", "/openapi.json");
    const { openapi, paths } = json as OpenApi;
    assert.match(openapi, /^3\.1\./);
    const covered = Object.values(paths).flatMap((operations) =>
      Object.values(operations).flatMap((operation) => operation["x-sluice-rpcs"] ?? []),
    );
    const services = Object.entries(definitions().packages).filter(([name]) =>
      /^sluice\.v1\.\w+Service$/.test(name),
    );
    const rpcs = services.flatMap(([service, methods]) =>
      Object.keys(methods).map((method) => `${service.replace("sluice.v1.", "")}/${method}`),
    );
    assert.deepEqual(
      rpcs.filter((rpc) => !covered.includes(rpc)),
      [],
    );
    assert.ok(rpcs.length >= 28);
  });

  it("is found right by a linter", async () => {
    const response = await fetch(`${edge.base}/openapi.json`);
    const config = await createConfig({ extends: ["recommended"] });
    const source = await response.text();
    const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
      [],
    );
  });

  it("is a page without scripts that loads nothing", async () => {
    const response = await fetch(`${edge.base}/reference`);
    const page = await response.text();
    assert.match(page, /SearchService\/Search/);
    assert.doesNotMatch(page, /<script|<link|<img|https?:|javascript:|\son\w+=/i);
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; /);
    assert.ok(policy.includes(`style-src 'sha256-${hash}'`), policy);
  });
});
