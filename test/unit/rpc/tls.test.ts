// TLS and client certificates over gRPC, with an authority made for the test.

import assert from "node:assert/strict";
import { createClient } from "../../../src/client/client.js";
import type { ClientTlsFiles } from "../../../src/client/channel.js";
import { openTls } from "../../../src/net/tls.js";
import type { Tls } from "../../../src/net/tls.js";
import { useCertificates } from "../../support/certificates.js";
import { startEdge } from "../../support/edge-server.js";
import type { Edge } from "../../support/edge-server.js";

describe("TLS", () => {
  const made = useCertificates(({ make }) => {
    for (const name of ["ca", "stranger"]) make(name, { isAuthority: true });
    make("server", { authority: "ca" });
    make("client", { authority: "ca" });
    make("foreign", { authority: "stranger" });
  });
  const { file } = made;

  const tlsOf = (authority?: string): Tls => openTls(made.tlsFiles("server", authority), Date.now);
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
    const edge = await startEdge({ tls: tlsOf() });
    try {
      assert.equal(await healthOver(edge, { authorityFile: file("ca.crt") }), "SERVING");
      assert.equal(await healthOver(edge, { authorityFile: file("stranger.crt") }), "UNREACHABLE");
      assert.equal(await healthOver(edge, undefined), "UNREACHABLE");
    } finally {
      await edge.close();
    }
  });

  it("asks for a certificate of its authority when told to", async () => {
    const edge = await startEdge({ tls: tlsOf("ca") });
    try {
      assert.equal(await healthOver(edge, certificateOf("client")), "SERVING");
      assert.equal(await healthOver(edge, certificateOf("foreign")), "UNREACHABLE");
      assert.equal(await healthOver(edge, { authorityFile: file("ca.crt") }), "UNREACHABLE");
    } finally {
      await edge.close();
    }
  });
});
