// sluice top and sluice doctor, beside a real server and without one.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKey } from "../../src/access/manage-keys.js";
import type { Finding } from "../../src/app/doctor.js";
import type { TopFigures } from "../../src/observability/server-figures.js";
import { runProgram } from "../support/program.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

const secretWord = "xylophone";

describe("sluice top and sluice doctor", () => {
  let folder: string;
  let server: ServerProcess;
  let keyFile: string;
  let secret: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-top-"));
    const none = { filter: "", lifetimeMs: undefined, rate: undefined, concurrency: undefined };
    const asked = { name: "operator", scopes: ["admin:*"], ...none };
    secret = (await createKey(join(folder, "data"), asked, Date.now())).text;
    keyFile = join(folder, "operator.key");
    writeFileSync(keyFile, secret);
    server = await startServerProcess({ data: join(folder, "data"), apiKey: secret });
    await server.client.collections.create({ name: "notes" });
    await server.client.ingest("notes", [
      { key: "a", title: "", text: `a quiet ${secretWord}`, fields: new Map() },
    ]);
    for (let i = 0; i < 3; i += 1)
      await server.client.searchFinal({ collection: "notes", text: `${secretWord} ${i}` });
  });
  after(async () => {
    await stopServer(server);
    rmSync(folder, { recursive: true });
  });

  it("show searches, stages, threads, caches and collections since the start", async () => {
    const args = ["top", "--once", "--url", server.url, "--api-key-file", keyFile];
    const figures = JSON.parse(await runProgram([...args, "--json"])) as TopFigures;
    assert.ok(figures.isReady && figures.seconds > 0 && figures.searches.rate > 0);
    const { p50 = 0, p99 = 0 } = figures.searches.finalUpdate;
    assert.ok(p50 > 0 && p50 <= p99);
    const stages = new Map(figures.stages.map(({ name, rate }) => [name, rate]));
    assert.ok((stages.get("lexical") ?? 0) > 0);
    assert.equal(stages.get("cross_encoder"), 0);
    assert.deepEqual(
      figures.workers.map(({ name }) => name),
      ["scoring", "query_encoding", "encoding", "maintenance"],
    );
    assert.ok(figures.workers.every(({ threads, busy }) => threads > 0 && busy >= 0 && busy <= 1));
    const [notes] = figures.collections.largest;
    assert.deepEqual([notes?.name, notes?.documents], ["notes", 1]);
    assert.ok((notes?.diskBytes ?? 0) > 0 && figures.disk.freeBytes > 0);
    const text = await runProgram(args);
    for (const part of [/ready/, /^lexical +/m, /^scoring +/m, /^answers +/m, /^notes +1 /m])
      assert.match(text, part);
  });

  it("need a key where the server does", async () => {
    const refused = runProgram(["top", "--once", "--url", server.url]);
    await assert.rejects(refused, /needs a key with the scope metrics/);
  });

  it("print nothing that moves the cursor, whatever a server sends", async () => {
    const hostile = "\u001b[2J\u001b]0;title\u0007";
    const fake = createServer((_, response) =>
      response.end(`sluice_build_info{version="${hostile}1.0"} 1\nsluice_ready 1\n`),
    );
    fake.listen(0, "127.0.0.1");
    await once(fake, "listening");
    try {
      const url = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
      const text = await runProgram(["top", "--once", "--url", url]);
      assert.match(text, /1\.0/);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(text, /[\u001b\u0007]/);
    } finally {
      fake.close();
    }
  });

  it("find a machine fit for a server, and one running", async () => {
    const file = join(folder, "support.json");
    const args = ["doctor", "--data", join(folder, "data"), "--url", server.url];
    const output = await runProgram([
      ...[...args, "--json", "--bundle", file, "--api-key-file", keyFile],
    ]);
    const { findings, isFine } = JSON.parse(output) as {
      readonly findings: readonly Finding[];
      readonly isFine: boolean;
    };
    assert.ok(isFine, output);
    const messages = new Map(findings.map(({ name, message }) => [name, message]));
    assert.equal(
      messages.get("data folder"),
      `process ${server.pid} serves ${join(folder, "data")}`,
    );
    assert.match(messages.get("model") ?? "", /bge-small/);
    const bundle = readFileSync(file, "utf8");
    const { metrics, readiness, config } = JSON.parse(bundle) as Record<string, unknown>;
    assert.match(String(metrics), /^sluice_searches_total/m);
    assert.match(String(readiness), /ready/);
    assert.ok(typeof config === "object");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    for (const kept of [secret, secret.slice(-72, -8), secretWord])
      assert.ok(!bundle.includes(kept), "no key and no text is in the bundle");
  });

  it("name what keeps a server from starting, and exit with 1", async () => {
    const taken = new URL(server.url).port;
    const file = join(folder, "wrong.toml");
    writeFileSync(file, `httpPort = ${taken}\ndefaultModel = "none"\ndata = "elsewhere"\n`);
    const failed = runProgram(["doctor", "--config", file, "--json"]);
    await assert.rejects(failed, (error: { readonly code: number; readonly stdout: string }) => {
      const { findings } = JSON.parse(error.stdout) as { readonly findings: readonly Finding[] };
      const wrong = findings.filter(({ status }) => status === "failed").map(({ name }) => name);
      assert.deepEqual([error.code, wrong], [1, ["model", "HTTP port"]]);
      return true;
    });
  });
});
