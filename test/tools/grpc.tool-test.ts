// Tools for gRPC against a real server: grpcurl, grpcui and ghz, which find the services by
// reflection, and grpc-health-probe.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../../src/core/paths.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach, startServerProcess } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const tools = join(repositoryRoot(), ".cache/grpc-tools/bin");
const environment = { PATH: `${tools}:${process.env["PATH"] ?? ""}` };

async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { env: environment });
  return stdout + stderr;
}

describe("tools for gRPC", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  const request = '{"collection": "rivers", "query": {"text": "sea"}}';
  const volga = {
    key: "volga",
    title: "",
    text: "The Volga flows into a sea.",
    fields: new Map<string, never>(),
  };

  async function startWithRivers(): Promise<ServerProcess> {
    const server = await startServerProcess({ data: join(folder(), "data") });
    await server.client.collections.create({ name: "rivers" });
    await server.client.ingest("rivers", [volga]);
    return server;
  }

  it("list, call and read a stream with grpcurl, and probe the health", async () => {
    const { address, client } = await startServerProcess({ data: join(folder(), "data") });
    const services = await run("grpcurl", ["-plaintext", address, "list"]);
    assert.match(services, /^sluice\.v1\.SearchService$/m);
    const method = "sluice.v1.CollectionService";
    const created = ["-plaintext", "-d", '{"name": "rivers"}', address, `${method}/Create`];
    assert.match(await run("grpcurl", created), /"name": "rivers"/);
    await client.ingest("rivers", [volga]);
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

  it("load it with ghz", async () => {
    const { address } = await startWithRivers();
    const call = ["--insecure", "--call", "sluice.v1.SearchService/Search", "--data", request];
    const load = ["--total", "40", "--concurrency", "4", "--timeout", "10m", "--format", "json"];
    const report = JSON.parse(await run("ghz", [...call, ...load, address])) as {
      readonly count: number;
      readonly statusCodeDistribution: object;
    };
    assert.equal(report.count, 40);
    assert.deepEqual(report.statusCodeDistribution, { OK: 40 });
  });

  it("show it in a browser with grpcui, which calls it", async () => {
    const { address } = await startWithRivers();
    const program = spawn("grpcui", ["-plaintext", "-port", "0", address], {
      env: { ...environment, BROWSER: "none" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [line] = (await once(program.stdout, "data")) as [Buffer];
      const url = /http:\/\/\S+/.exec(line.toString())?.[0] ?? "";
      const page = await fetch(url);
      assert.match(await page.text(), /sluice\.v1\.SearchService/);
      const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
      const answer = await fetch(new URL("invoke/sluice.v1.SearchService.Search", url), {
        method: "POST",
        headers: {
          cookie,
          "content-type": "application/json",
          "x-grpcui-csrf-token": cookie.split("=")[1] ?? "",
        },
        body: JSON.stringify({ metadata: [], data: [JSON.parse(request)] }),
      });
      assert.match(await answer.text(), /"volga"/);
    } finally {
      program.kill();
    }
  });
});
