// The form of an API key, and what is stored of it.
//
// sluice_ID_SECRETCHECK: 16 hex digits that name the key, 64 of the secret (256 random bits), and 8
// of a checksum, by which scanners tell a leaked key from a lookalike.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface MadeKey {
  readonly id: string;
  /** The whole key: shown once, stored nowhere. */
  readonly text: string;
  /** What is stored: see `hashSecret`. */
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

/** Undefined: this is no key, or one with a letter that is wrong. */
export function readKey(text: string): ReadKey | undefined {
  const [, id = "", secret = "", check] = keyForm.exec(text) ?? [];
  if (check === undefined || check !== checksum(id, secret)) return undefined;
  return { id, hash: hashSecret(secret) };
}

/** Takes the same time for a key that is not known, which is compared with nothing's hash. */
export function isSecretOf(read: ReadKey, storedHash: string | undefined): boolean {
  const isEqual = timingSafeEqual(read.hash, Buffer.from(storedHash ?? nothing, "hex"));
  return isEqual && storedHash !== undefined;
}

const nothing = "0".repeat(64);

/**
 * SHA-256, once. A slow hash is for passwords, which people choose and others guess; nobody guesses
 * 256 random bits, and a slow hash would let callers without a key keep the server busy.
 */
function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(`sluice key ${secret}`).digest();
}

function checksum(id: string, secret: string): string {
  return createHash("sha256").update(`sluice check ${id} ${secret}`).digest("hex").slice(0, 8);
}
