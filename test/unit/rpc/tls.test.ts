// TLS and client certificates, with an authority made for the test.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../../src/client/client.js";
import type { ClientTlsFiles } from "../../../src/client/channel.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("TLS", () => {
  it("says which files cannot be used", async () => {
    const tls = { certificateFile: "/nonexistent/cert.pem", keyFile: "/nonexistent/key.pem" };
    await assert.rejects(startEdge({ tls }), { reason: "INVALID_CONFIG", field: "tls" });
  });

  // Nothing in Node makes certificates, and keys do not belong into a repository.
  if (spawnSync("openssl", ["version"]).status !== 0) return;

  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-tls-"));
    makeAuthority(folder, "ca");
    makeAuthority(folder, "stranger");
    makeCertificate(folder, { name: "server", authority: "ca" });
    makeCertificate(folder, { name: "client", authority: "ca" });
    makeCertificate(folder, { name: "foreign", authority: "stranger" });
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);
  const certificateOf = (name: string): ClientTlsFiles => ({
    authorityFile: file("ca.crt"),
    certificateFile: file(`${name}.crt`),
    keyFile: file(`${name}.key`),
  });

  async function healthOver(edge: Edge, tls: ClientTlsFiles | undefined): Promise<string> {
    const { address } = edge;
    const files = tls && { ...tls, serverName: "localhost" };
    const client = createClient({ address, tls: files, nowMs: Date.now, random: () => 0.5 });
    try {
      return await client.health({ deadlineMs: 2_000 });
    } finally {
      client.close();
    }
  }

  it("serves those who trust its authority, and nobody in plain text", async () => {
    const tls = { certificateFile: file("server.crt"), keyFile: file("server.key") };
    const edge = await startEdge({ tls });
    try {
      assert.equal(await healthOver(edge, { authorityFile: file("ca.crt") }), "SERVING");
      assert.equal(await healthOver(edge, { authorityFile: file("stranger.crt") }), "UNREACHABLE");
      assert.equal(await healthOver(edge, undefined), "UNREACHABLE");
    } finally {
      await edge.close();
    }
  });

  it("asks for a certificate of its authority when told to", async () => {
    const tls = {
      certificateFile: file("server.crt"),
      keyFile: file("server.key"),
      clientAuthorityFile: file("ca.crt"),
    };
    const edge = await startEdge({ tls });
    try {
      assert.equal(await healthOver(edge, certificateOf("client")), "SERVING");
      assert.equal(await healthOver(edge, certificateOf("foreign")), "UNREACHABLE");
      assert.equal(await healthOver(edge, { authorityFile: file("ca.crt") }), "UNREACHABLE");
    } finally {
      await edge.close();
    }
  });
});

function openssl(folder: string, args: readonly string[]): void {
  execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
}

const keyOptions = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function makeAuthority(folder: string, name: string): void {
  openssl(folder, [
    ...["req", "-x509", ...keyOptions, "-days", "2", "-subj", `/CN=${name}`],
    ...["-keyout", `${name}.key`, "-out", `${name}.crt`],
  ]);
}

function makeCertificate(folder: string, of: { name: string; authority: string }): void {
  const { name, authority } = of;
  writeFileSync(join(folder, `${name}.ext`), "subjectAltName=DNS:localhost\n");
  openssl(folder, [
    ...["req", ...keyOptions, "-subj", `/CN=${name}`],
    ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
  ]);
  openssl(folder, [
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", `${authority}.crt`],
    ...["-CAkey", `${authority}.key`, "-set_serial", "2", "-days", "2"],
    ...["-extfile", `${name}.ext`, "-out", `${name}.crt`],
  ]);
}
