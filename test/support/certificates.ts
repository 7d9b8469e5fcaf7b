// Test certificates, created by the openssl command: Node cannot create them, and keys should not
// be in a repository.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TlsFiles } from "../../src/net/tls-files.js";

export interface CertificateOptions {
  /** Name of the authority's files; self-signed when absent. */
  readonly authority?: string;
  readonly isAuthority?: boolean;
  readonly keyType?: "ec" | "rsa";
  /** Days of validity; negative for an expired certificate. Default 2. */
  readonly days?: number;
}

export interface Certificates {
  /** Path of a file in the folder. */
  file(name: string): string;
  /** Creates NAME.key and NAME.crt, for localhost and 127.0.0.1. */
  make(name: string, options?: CertificateOptions): void;
  /** Of a server with NAME.crt and NAME.key. */
  tlsFiles(name: string, authority?: string): TlsFiles;
  openssl(args: readonly string[]): void;
}

const keyOptions = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
  rsa: ["-newkey", "rsa:2048"],
} as const;

/** Call it inside a suite: a folder of certificates for all of its tests, filled by `fill`. */
export function useCertificates(fill: (made: Certificates) => void): Certificates {
  let folder = "";
  const made = certificatesIn(() => folder);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-tls-"));
    fill(made);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return made;
}

function certificatesIn(folder: () => string): Certificates {
  const openssl = (args: readonly string[]): void => {
    const { error, status, stderr } = spawnSync("openssl", args, {
      cwd: folder(),
      encoding: "utf8",
    });
    if (error !== undefined)
      throw new Error(`these tests make certificates with the openssl command: ${error.message}`);
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
  };
  const file = (name: string): string => join(folder(), name);
  return {
    file,
    openssl,
    make(name, { authority, isAuthority = false, keyType = "ec", days = 2 } = {}) {
      openssl([
        ...["req", ...keyOptions[keyType], "-nodes", "-subj", `/CN=${name}`],
        ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
      ]);
      const use = isAuthority
        ? "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n"
        : "subjectAltName=DNS:localhost,IP:127.0.0.1\n";
      writeFileSync(file(`${name}.ext`), use);
      const signer =
        authority === undefined
          ? ["-signkey", `${name}.key`]
          : ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`];
      openssl([
        ...["x509", "-req", "-in", `${name}.csr`, ...signer, "-set_serial", `${serial++}`],
        ...["-days", `${days}`, "-extfile", `${name}.ext`, "-out", `${name}.crt`],
      ]);
    },
    tlsFiles: (name, authority) => ({
      certificateFile: file(`${name}.crt`),
      keyFile: file(`${name}.key`),
      clientAuthorityFile: authority === undefined ? undefined : file(`${authority}.crt`),
    }),
  };
}

let serial = 100;
