// Reads and validates the TLS files, so that a fault is reported before a port is opened or the
// current files are replaced.

import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

export interface TlsFiles {
  /** PEM: the server's certificate, followed by its chain. */
  readonly certificateFile: string;
  /** PEM, without a passphrase. */
  readonly keyFile: string;
  /** PEM. When given, clients must present a certificate issued by one of these authorities. */
  readonly clientAuthorityFile?: string | undefined;
}

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /** Validity of the server's certificate, milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Warnings for the log. */
  readonly warnings: readonly string[];
}

/** Ephemeral Diffie-Hellman only, so that a stolen key does not decrypt recorded traffic. */
const ciphers = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
].join(":");

/** A certificate that expires within this time causes a warning, milliseconds. */
const expiryWarningMs = 14 * 86_400_000;

/** Throws INVALID_CONFIG naming the option (`tls.cert`, `tls.key`, `tls.clientCa`) and the file. */
export function readTlsFiles(files: TlsFiles, nowMs: number): TlsMaterial {
  const chainText = read("tls.cert", files.certificateFile);
  const chain = certificatesOf(chainText, "tls.cert", files.certificateFile);
  const keyText = read("tls.key", files.keyFile);
  const key = keyOf(keyText, files.keyFile);
  checkPair(chain, key, files);
  const authorityFile = files.clientAuthorityFile;
  const authorityText =
    authorityFile === undefined ? undefined : read("tls.clientCa", authorityFile);
  const authorities =
    authorityFile === undefined || authorityText === undefined
      ? []
      : certificatesOf(authorityText, "tls.clientCa", authorityFile);
  const context: SecureContextOptions = {
    cert: chainText,
    key: keyText,
    ca: authorityText,
    minVersion: "TLSv1.2",
    ciphers,
    honorCipherOrder: true,
    // New for each set of files, because sessions of clients whose authority was removed must not
    // be resumed.
    ticketKeys: randomBytes(48),
  };
  checkContext(context, files.certificateFile);
  const [leaf] = chain;
  return {
    context,
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
    warnings: [
      ...validityWarnings(leaf, `tls.cert (${files.certificateFile})`, nowMs),
      ...orderWarnings(chain, files.certificateFile),
      ...authorities.flatMap((authority, i) =>
        validityWarnings(authority, `tls.clientCa (${authorityFile}), certificate ${i + 1}`, nowMs),
      ),
    ],
  };
}

/** Why a certificate is not valid at `nowMs`; undefined when it is. */
export function validityFault(
  { notBeforeMs, notAfterMs }: Pick<TlsMaterial, "notBeforeMs" | "notAfterMs">,
  nowMs: number,
): string | undefined {
  if (nowMs > notAfterMs) return `is expired since ${new Date(notAfterMs).toISOString()}`;
  if (nowMs < notBeforeMs) return `is not valid before ${new Date(notBeforeMs).toISOString()}`;
  return undefined;
}

function read(option: string, file: string): string {
  try {
    const { size } = statSync(file);
    // Reading a pipe or a device could block the server forever.
    if (!statSync(file).isFile()) throw fault(option, file, "is not a file");
    if (size > limits.tlsFileBytesMax)
      throw fault(option, file, `has ${size} bytes, the limit is ${limits.tlsFileBytesMax}`);
    const text = readFileSync(file, "latin1");
    if (text.trim() === "") throw fault(option, file, "is empty");
    return text;
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw fault(option, file, `cannot be read: ${code}`, error);
  }
}

type Chain = readonly [X509Certificate, ...X509Certificate[]];

function certificatesOf(text: string, option: string, file: string): Chain {
  const begun = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g)?.length ?? 0;
  const blocks =
    text.match(
      /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g,
    ) ?? [];
  if (blocks.length !== begun)
    throw fault(option, file, `has ${begun} certificates, of which ${blocks.length} are whole`);
  const [first, ...rest] = blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw fault(option, file, `certificate ${i + 1} of ${begun} cannot be read`, error);
    }
  });
  if (first !== undefined) return [first, ...rest];
  const hint = text.includes("PRIVATE KEY-----") ? "; it holds a private key" : "";
  throw fault(option, file, `holds no certificate in PEM${hint}`);
}

function keyOf(text: string, file: string): KeyObject {
  if (!text.includes("PRIVATE KEY-----")) {
    const hint = text.includes("CERTIFICATE-----") ? "; it holds a certificate" : "";
    throw fault("tls.key", file, `holds no private key in PEM${hint}`);
  }
  if (/ENCRYPTED/.test(text)) {
    const remedy = "Sluice takes keys without one (`openssl pkey -in KEY -out PLAIN_KEY`)";
    throw fault("tls.key", file, `has a passphrase; ${remedy}`);
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw fault("tls.key", file, "holds a private key that cannot be read", error);
  }
}

function checkPair(chain: Chain, key: KeyObject, files: TlsFiles): void {
  const fitting = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (fitting === 0) return;
  if (fitting > 0) {
    const place = `the key fits certificate ${fitting + 1}, which must be the first`;
    throw fault("tls.cert", files.certificateFile, `is out of order: ${place}`);
  }
  const types = `an ${String(key.asymmetricKeyType)} key, an ${String(chain[0].publicKey.asymmetricKeyType)} certificate`;
  const kinds = key.asymmetricKeyType === chain[0].publicKey.asymmetricKeyType ? "" : ` (${types})`;
  const message = `does not fit the certificate in ${files.certificateFile}${kinds}`;
  throw fault("tls.key", files.keyFile, message);
}

/** OpenSSL's own checks, such as key lengths and supported algorithms. */
function checkContext(context: SecureContextOptions, file: string): void {
  try {
    createSecureContext(context);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw fault("tls.cert", file, `is refused by OpenSSL: ${told}`, error);
  }
}

function validityWarnings(certificate: X509Certificate, name: string, nowMs: number): string[] {
  const notBeforeMs = Date.parse(certificate.validFrom);
  const notAfterMs = Date.parse(certificate.validTo);
  const found = validityFault({ notBeforeMs, notAfterMs }, nowMs);
  if (found !== undefined) return [`${name} ${found}: peers will refuse it`];
  if (notAfterMs - nowMs > expiryWarningMs) return [];
  return [`${name} expires at ${new Date(notAfterMs).toISOString()}`];
}

function orderWarnings(chain: Chain, file: string): string[] {
  const broken = chain.findIndex((certificate, i) => {
    const next = chain[i + 1];
    return next !== undefined && !certificate.checkIssued(next);
  });
  if (broken < 0) return [];
  const pair = `certificate ${broken + 1} is not issued by certificate ${broken + 2}`;
  return [`tls.cert (${file}) is out of order: ${pair}; some clients refuse that`];
}

function fault(option: string, file: string, what: string, cause?: unknown): SluiceError {
  return new SluiceError("INVALID_CONFIG", `${option}: ${file} ${what}`, { field: option, cause });
}
