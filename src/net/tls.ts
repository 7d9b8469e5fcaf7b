// TLS of both ports: one set of files, exchanged while connections go on.

import type { SecureContextOptions, TlsOptions } from "node:tls";
import { SluiceError } from "../core/errors.js";
import { readTlsFiles, validityFault } from "./tls-files.js";
import type { TlsFiles, TlsMaterial } from "./tls-files.js";

export interface Tls {
  /** What a server is made with and keeps. */
  readonly serverOptions: Pick<
    TlsOptions,
    "requestCert" | "rejectUnauthorized" | "handshakeTimeout"
  >;
  /** What is in use now. */
  material(): TlsMaterial;
  /** Calls `use` with each later context: new handshakes get it, connections go on. */
  onRenewed(use: (context: SecureContextOptions) => void): void;
  /**
   * Reads the files anew. Throws INVALID_CONFIG for what could not be served; then, and when a
   * certificate is not valid now, what was in use before stays. Returns what deserves a warning.
   */
  reload(): readonly string[];
}

/** A peer that connects and says nothing holds a descriptor that long, milliseconds. */
const handshakeTimeoutMs = 10_000;

/** Reads the files; throws as `readTlsFiles`. A certificate that is not valid now is served. */
export function openTls(files: TlsFiles, nowMs: () => number): Tls {
  const users: ((context: SecureContextOptions) => void)[] = [];
  let material = readTlsFiles(files, nowMs());
  const asksForCertificates = files.clientAuthorityFile !== undefined;
  return {
    serverOptions: {
      requestCert: asksForCertificates,
      rejectUnauthorized: asksForCertificates,
      handshakeTimeout: handshakeTimeoutMs,
    },
    material: () => material,
    onRenewed: (use) => void users.push(use),
    reload() {
      const renewed = readTlsFiles(files, nowMs());
      const fault = validityFault(renewed, nowMs());
      if (fault !== undefined) {
        const message = `tls.cert: the certificate in ${files.certificateFile} ${fault}`;
        throw new SluiceError("INVALID_CONFIG", message, { field: "tls.cert" });
      }
      material = renewed;
      for (const use of users) use(material.context);
      return material.warnings;
    },
  };
}
