// Tools for gRPC against a real server: grpcurl by reflection, and grpc-health-probe.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../../src/core/paths.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";

const tools = join(repositoryRoot(), ".cache/grpc-tools/bin");
const environment = { PATH: `${tools}:${process.env["PATH"] ?? ""}` };

async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { env: environment });
  return stdout + stderr;
}

describe("tools for gRPC", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("list, call and read a stream with grpcurl, and probe the health", async () => {
    const { address, client } = await startServerProcess({ data: join(folder(), "data") });
    const services = await run("grpcurl", ["-plaintext", address, "list"]);
    assert.match(services, /^sluice\.v1\.SearchService$/m);
    const method = "sluice.v1.CollectionService";
    const created = ["-plaintext", "-d", '{"name": "rivers"}', address, `${method}/Create`];
    assert.match(await run("grpcurl", created), /"name": "rivers"/);
    await client.ingest("rivers", [
      { key: "volga", title: "", text: "The Volga flows into a sea.", fields: new Map() },
    ]);
    const request = '{"collection": "rivers", "query": {"text": "sea"}}';
    const search = ["-plaintext", "-d", request, address, "sluice.v1.SearchService/Search"];
    const updates = await run("grpcurl", search);
    assert.match(updates, /"final": true/);
    assert.match(updates, /"key": "volga"/);
    await assert.rejects(
      run("grpcurl", ["-plaintext", "-d", '{"name": "absent"}', address, `${method}/Describe`]),
      /NotFound[\s\S]*COLLECTION_NOT_FOUND/,
    );
    assert.match(await run("grpc-health-probe", [`-addr=${address}`]), /SERVING/);
  });
});
