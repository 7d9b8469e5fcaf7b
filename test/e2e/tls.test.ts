// TLS of a running server, on both ports: who gets in, by which protocol, and certificates that are
// exchanged while streams go on.

import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { text } from "node:stream/consumers";

import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { useCertificates } from "../support/certificates.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { eventually } from "../support/eventually.js";
import {
  endServersAfterEach,
  startInVain,
  startServerProcess,
  stopServer,
} from "../support/server-process.js";
import type { ServerProcess } from "../support/server-process.js";

describe("a server with TLS", () => {
  const made = useCertificates(({ make }) => {
    for (const name of ["ca", "stranger"]) make(name, { isAuthority: true });
    for (const name of ["first", "second", "client"]) make(name, { authority: "ca" });
    make("foreign", { authority: "stranger" });
  });
  const folder = useTemporaryFolder();
  endServersAfterEach();

  async function start(flags: readonly string[]): Promise<ServerProcess> {
    return startServerProcess({ data: join(folder(), "data"), flags: await withModel(flags) });
  }

  async function withModel(flags: readonly string[]): Promise<string[]> {
    mkdirSync(join(folder(), "models"), { recursive: true });
    await writeTinyModel(join(folder(), "models", "tiny"));
    return ["--models-folder", join(folder(), "models"), "--default-model", "tiny", ...flags];
  }

  const pem = (name: string): Buffer => readFileSync(made.file(name));
  const certificateFlags = (name: string): string[] => [
    ...["--tls-cert", made.file(`${name}.crt`), "--tls-key", made.file(`${name}.key`)],
  ];
  const asClient = (name: string): ConnectionOptions => ({
    ca: pem("ca.crt"),
    cert: pem(`${name}.crt`),
    key: pem(`${name}.key`),
  });
  const clientOf = ({ address }: ServerProcess, name = "client"): SluiceClient =>
    createClient({
      address,
      nowMs: Date.now,
      random: () => 0.5,
      tls: {
        authorityFile: made.file("ca.crt"),
        certificateFile: made.file(`${name}.crt`),
        keyFile: made.file(`${name}.key`),
      },
    });

  it("lets nobody in without a certificate of its authority, by neither port", async () => {
    const server = await start([
      ...certificateFlags("first"),
      ...["--tls-client-ca", made.file("ca.crt")],
    ]);
    assert.match(server.url, /^https:/);
    assert.equal(await get(`${server.url}/metrics`, asClient("client")), 200);
    for (const options of [asClient("foreign"), { ca: pem("ca.crt") }])
      for (const path of ["/metrics", "/readyz", "/v1/search?collection=a&q=b"])
        await assert.rejects(get(`${server.url}${path}`, options));
    await assert.rejects(fetch(`${server.url.replace("https", "http")}/metrics`));
    const [invited, stranger] = [clientOf(server), clientOf(server, "foreign")];
    assert.equal(await invited.health({ deadlineMs: 30_000 }), "SERVING");
    assert.equal(await stranger.health({ deadlineMs: 5_000 }), "UNREACHABLE");
    assert.equal(await server.client.health({ deadlineMs: 5_000 }), "UNREACHABLE");
    for (const client of [invited, stranger]) client.close();
    await stopServer(server);
  });

  it("speaks TLS 1.2 and 1.3 with forward secrecy on both ports, and nothing weaker", async () => {
    const server = await start(certificateFlags("first"));
    for (const port of [portOf(server.address), portOf(server.url)]) {
      const trust = { port, host: "127.0.0.1", ca: pem("ca.crt") };
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const socket = await handshake({ ...trust, minVersion: version, maxVersion: version });
        assert.equal(socket.getProtocol(), version);
        socket.destroy();
      }
      const weak: readonly ConnectionOptions[] = [
        { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" },
        { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0" },
        { maxVersion: "TLSv1.2", ciphers: "DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA" },
      ];
      for (const options of weak) await assert.rejects(handshake({ ...trust, ...options }));
    }
    await stopServer(server);
  });

  it("takes new certificates at SIGHUP while a stream goes on, and keeps them before broken ones", async () => {
    const used = (kind: string): string => join(folder(), `used.${kind}`);
    const use = (name: string): void => {
      for (const kind of ["crt", "key"]) copyFileSync(made.file(`${name}.${kind}`), used(kind));
    };
    use("first");
    const server = await start([
      ...["--tls-cert", used("crt"), "--tls-key", used("key"), "--log-level", "info"],
    ]);
    const client = clientOf(server);
    await client.collections.create({ name: "notes" });
    const session = client.session();
    const ask = async (): Promise<void> => {
      session.search({ collection: "notes", text: "a" });
      for (;;) {
        const { value } = await session.updates.next();
        assert.ok(value !== undefined, "the session goes on");
        if (value.update.final) return;
      }
    };
    await ask();
    const names = async (): Promise<string[]> => {
      const ports = [portOf(server.address), portOf(server.url)];
      return Promise.all(
        ports.map(async (port) => {
          const socket = await handshake({ port, host: "127.0.0.1", ca: pem("ca.crt") });
          const { CN } = socket.getPeerCertificate().subject;
          socket.destroy();
          return String(CN);
        }),
      );
    };
    assert.deepEqual(await names(), ["first", "first"]);
    use("second");
    server.kill("SIGHUP");
    await eventually(async () => assert.deepEqual(await names(), ["second", "second"]));
    await ask();
    writeFileSync(used("crt"), "broken");
    server.kill("SIGHUP");
    await eventually(() => assert.match(server.stderr(), /tls\.cert.*no certificate in PEM/));
    assert.deepEqual(await names(), ["second", "second"]);
    const metrics = await getText(`${server.url}/metrics`, { ca: pem("ca.crt") });
    assert.match(metrics, /sluice_reloads_total\{what="tls",outcome="failed"\} 1/);
    assert.match(metrics, /sluice_tls_certificate_expires_timestamp_seconds \d+/);
    await ask();
    session.end();
    assert.equal((await session.updates.next()).done, true);
    client.close();
    await stopServer(server);
  });

  it("does not start with a key of another certificate: exit code 2, and the file is named", async () => {
    const flags = ["--tls-cert", made.file("first.crt"), "--tls-key", made.file("second.key")];
    const data = join(folder(), "data");
    const { code, stderr } = await startInVain({ data, flags: await withModel(flags) });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /second\.key.*INVALID_CONFIG/);
  });
});

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}

async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ servername: "localhost", ...options });
  await once(socket, "secureConnect");
  return socket;
}

async function get(url: string, options: ConnectionOptions): Promise<number> {
  return (await answerOf(url, options)).statusCode;
}

async function getText(url: string, options: ConnectionOptions): Promise<string> {
  return (await answerOf(url, options)).text;
}

async function answerOf(
  url: string,
  options: ConnectionOptions,
): Promise<{ statusCode: number; text: string }> {
  const sent = request(url, { ...options, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { statusCode: response.statusCode ?? 0, text: await text(response) };
}
