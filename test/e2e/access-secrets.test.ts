// Planted secrets: nothing that a server says, counts or stores holds one of them.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKey } from "../../src/access/api-key.js";
import { makeTestKey } from "../support/access-keys.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { runProgram } from "../support/program.js";
import { callRoute, callRpc, methodsByPath } from "../support/raw-calls.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";
import { startTokenIssuer, tokenFlags } from "../support/token-issuer.js";
import { routes } from "../../src/http/routes.js";

describe("secrets", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("are in no log, error, metric, configuration or file of a server", async () => {
    const data = join(folder(), "data");
    mkdirSync(data);
    const issuer = await startTokenIssuer();
    try {
      const good = await makeTestKey(data, { scopes: ["admin:*"] });
      const reader = await makeTestKey(data, { scopes: ["read:other"] });
      const token = await issuer.sign({ scope: "sluice:read:docs" });
      const late = await issuer.sign({ exp: 1 });
      const planted = "planted-3c7f9e02-secret";
      const wrong = [makeKey().text, `${good.text.slice(0, -1)}x`, planted, late];
      const rerankers = join(folder(), "rerankers.toml");
      const remoteKey = "planted-remote-key-55aa";
      writeFileSync(join(folder(), "remote.key"), remoteKey);
      writeFileSync(
        rerankers,
        '[elsewhere]\nshape = "tei"\nurl = "http://127.0.0.1:9"\nkeyFile = "remote.key"\n',
      );
      const flags = [
        ...tokenFlags(issuer),
        ...["--log-level", "debug", "--search-remote-rerankers", rerankers],
      ];
      const environment = { SLUICE_API_KEY: planted, PLANTED: planted };
      const server = await startServerProcess({ data, flags, environment, apiKey: good.text });
      const credentials = [good.text, reader.text, token, ...wrong];
      const answers = await answersTo(server, credentials);
      const metrics = await callRoute(`${server.url}/metrics`, {
        method: "GET",
        authorization: `Bearer ${good.text}`,
      });
      assert.match(metrics.details, /sluice_access_refusals_total/);
      await stopServer(server);
      const printed = await runProgram(["config", "print", "--json", "--data", data, ...flags]);
      const listed = await runProgram(["key", "list", "--json", "--data", data]);
      assert.match(server.stderr(), /a call was rejected by access control/);
      const places: Readonly<Record<string, string>> = {
        "the answers": answers,
        "the metrics": metrics.details,
        "the log": server.stderr(),
        "config print": printed,
        "key list": listed,
        ...filesBelow(data),
      };
      const secrets = [
        ...[good.text, reader.text].flatMap((text) => [text, text.split("_")[2]!.slice(0, 64)]),
        ...[token, late].map((text) => text.split(".")[2]!),
        ...[planted, remoteKey, wrong[0]!.split("_")[2]!],
      ];
      for (const [place, content] of Object.entries(places))
        for (const secret of secrets)
          assert.ok(!content.includes(secret), `${place} holds ${secret.slice(0, 12)}`);
    } finally {
      await issuer.stop();
    }
  });
});

/** What every RPC and route answers to each credential, as a bearer's and bare. */
async function answersTo(
  { address, url }: ServerProcess,
  credentials: readonly string[],
): Promise<string> {
  const answers: string[] = [];
  for (const authorization of credentials.flatMap((text) => [`Bearer ${text}`, text])) {
    for (const path of methodsByPath().keys())
      answers.push((await callRpc(address, path, { request: {}, authorization })).details);
    for (const { path, method } of routes) {
      const body = method === "POST" ? { body: {} } : {};
      const asked = { method, authorization, ...body };
      answers.push((await callRoute(`${url}${path}`, asked)).details);
    }
  }
  return answers.join("\n");
}

function filesBelow(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(join(root, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), "latin1")]));
}
