// Reflection as a generic client uses it: buf, which is pinned for the lint of the protos, calls a server
// of which it knows nothing else.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { repositoryRoot } from "../../../src/core/paths.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";
import { methodsByPath } from "../../support/raw-calls.js";
import { GrpcReflection } from "../../support/reflection-client.js";

const buf = join(repositoryRoot(), "node_modules", ".bin", "buf");

describe("reflection", () => {
  let edge: Edge;
  before(async () => {
    edge = await startEdge();
  });
  after(() => edge.close());

  /** What `buf curl` prints. Rejects unless it exits with 0. */
  async function curl(path: string, ...options: readonly string[]): Promise<string> {
    const url = `http://${edge.address}${path}`;
    const args = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", ...options, url];
    const { stdout } = await promisify(execFile)(buf, args, { cwd: repositoryRoot() });
    return stdout;
  }

  it("shows buf curl every method of every service, and Health", async () => {
    const listed = (await curl("", "--list-methods")).trim().split("\n");
    const own = [...methodsByPath().keys()].map((path) => path.slice(1));
    const health = ["Check", "List", "Watch"].map((name) => `grpc.health.v1.Health/${name}`);
    assert.deepEqual(listed.sort(), [...own, ...health].sort());
  });

  it("publishes each file as the compiler has described it, with its options", async () => {
    const described = readFileSync(join(repositoryRoot(), "proto", "descriptors.binpb"));
    const client = new Client(edge.address, credentials.createInsecure());
    try {
      const reflection = new GrpcReflection(client);
      for (const name of ["sluice.v1.SearchService", "sluice.v1.OperationService"]) {
        const files = await reflection.filesOf(name);
        assert.ok(files.length > 1);
        for (const file of files) assert.ok(described.includes(file), `${name}: all bytes`);
      }
    } finally {
      client.close();
    }
  });

  it("is enough for buf curl to call Health and a search", async () => {
    assert.deepEqual(JSON.parse(await curl("/grpc.health.v1.Health/Check", "--data", "{}")), {
      status: "SERVING",
    });
    const request = { collection: "notes", query: { text: "words" }, spanUnit: "SPAN_UNIT_UTF8" };
    const asked = ["--data", JSON.stringify(request)];
    const { update } = JSON.parse(await curl("/sluice.v1.SearchService/Search", ...asked)) as {
      readonly update: { readonly final: boolean };
    };
    assert.equal(update.final, true);
  });
});
