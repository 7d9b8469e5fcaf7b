// TLS of both ports. The files can be replaced while connections stay open.

import type { SecureContextOptions, TlsOptions } from "node:tls";
import { SluiceError } from "../core/errors.js";
import { readTlsFiles, validityFault } from "./tls-files.js";
import type { TlsFiles, TlsMaterial } from "./tls-files.js";

export interface Tls {
  /** Options for creating a server, which stay valid. */
  readonly serverOptions: Pick<
    TlsOptions,
    "requestCert" | "rejectUnauthorized" | "handshakeTimeout"
  >;
  /** The material in use. */
  material(): TlsMaterial;
  /** Calls `use` with each new context, for new handshakes; existing connections are kept. */
  onRenewed(use: (context: SecureContextOptions) => void): void;
  /**
   * Reads the files again. Throws INVALID_CONFIG when they cannot be used or the certificate is not
   * currently valid; the previous material then stays in use. Returns warnings.
   */
  reload(): readonly string[];
}

/** Time limit of a handshake, since an idle peer occupies a file descriptor, milliseconds. */
const handshakeTimeoutMs = 10_000;

/**
 * Reads the files; throws like `readTlsFiles`. A certificate that is not currently valid is served.
 */
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
