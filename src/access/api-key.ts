// API keys: their format, and what is stored of them.
//
// sluice_ID_SECRETCHECK: 16 hex digits that identify the key, 64 of the secret (256 random bits), and
// 8 of a checksum, by which secret scanners distinguish a leaked key from similar text.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface MadeKey {
  readonly id: string;
  /** The full key. It is shown once and stored nowhere. */
  readonly text: string;
  /** The stored hash; see `hashSecret`. */
  readonly hash: string;
}

export interface ReadKey {
  readonly id: string;
  readonly hash: Buffer;
}

export const keyIdForm = /^[0-9a-f]{16}$/;
export const keyHashForm = /^[0-9a-f]{64}$/;

const keyForm = /^sluice_([0-9a-f]{16})_([0-9a-f]{64})([0-9a-f]{8})$/;

export function makeKey(): MadeKey {
  const id = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("hex");
  const text = `sluice_${id}_${secret}${checksum(id, secret)}`;
  return { id, text, hash: hashSecret(secret).toString("hex") };
}

/** Undefined when the text is not a key or its checksum is wrong. */
export function readKey(text: string): ReadKey | undefined {
  const [, id = "", secret = "", check] = keyForm.exec(text) ?? [];
  if (check === undefined || check !== checksum(id, secret)) return undefined;
  return { id, hash: hashSecret(secret) };
}

/** Takes the same time for an unknown key, which is compared with the hash of nothing. */
export function isSecretOf(read: ReadKey, storedHash: string | undefined): boolean {
  const isEqual = timingSafeEqual(read.hash, Buffer.from(storedHash ?? nothing, "hex"));
  return isEqual && storedHash !== undefined;
}

const nothing = "0".repeat(64);

/**
 * A single SHA-256. Slow hashes protect passwords, which can be guessed; 256 random bits cannot,
 * and a slow hash would let unauthenticated callers keep the server busy.
 */
function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(`sluice key ${secret}`).digest();
}

function checksum(id: string, secret: string): string {
  return createHash("sha256").update(`sluice check ${id} ${secret}`).digest("hex").slice(0, 8);
}
