// Implementation of `sluice key`: creates, lists and revokes keys in a data folder.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { parseFilter } from "../core/parse-filter.js";
import { isLimited } from "../core/quota.js";
import type { Quota } from "../core/quota.js";
import { makeKey } from "./api-key.js";
import { isWholeGrant, parseGrant } from "./identity.js";
import { changeKeyFile, keyFilePath, readKeyFile } from "./key-file.js";
import type { StoredKey } from "./key-file.js";

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Text filter; empty when there is none. */
  readonly filter: string;
  /** Lifetime from now, milliseconds; absent when the key does not expire. */
  readonly lifetimeMs: number | undefined;
  readonly rate: number | undefined;
  readonly concurrency: number | undefined;
  readonly quota?: Quota | undefined;
}

/** A key without its hash. */
export type ShownKey = Omit<StoredKey, "hash">;

/**
 * Durable when it resolves. `text` is the key itself, which is never shown again. Throws
 * INVALID_CONFIG.
 */
export async function createKey(
  dataFolder: string,
  asked: NewKey,
  nowMs: number,
): Promise<{ readonly key: ShownKey; readonly text: string }> {
  checkNewKey(asked);
  const { name, scopes, filter, lifetimeMs, rate, concurrency, quota } = asked;
  const { id, hash, text } = makeKey();
  const key = {
    id,
    name,
    scopes: [...scopes],
    filter,
    created: new Date(nowMs).toISOString(),
    expires: lifetimeMs === undefined ? null : new Date(nowMs + lifetimeMs).toISOString(),
    revoked: null,
    rate: rate ?? null,
    concurrency: concurrency ?? null,
    ...quota,
  };
  await changeKeyFile(dataFolder, (keys) => {
    if (keys.length >= limits.accessKeysMax)
      throw new SluiceError("LIMIT_EXCEEDED", `there are ${keys.length} keys, which is the limit`);
    return [...keys, { ...key, hash }];
  });
  return { key, text };
}

/** Oldest first, including revoked and expired keys. */
export function listKeys(dataFolder: string): readonly ShownKey[] {
  return (readKeyFile(keyFilePath(dataFolder)) ?? []).map(withoutHash);
}

/** Revoked keys stay in the file, so that their names and ids are not reused. Idempotent. */
export async function revokeKey(dataFolder: string, id: string, nowMs: number): Promise<ShownKey> {
  let revoked: StoredKey | undefined;
  await changeKeyFile(dataFolder, (keys) =>
    keys.map((key) => {
      if (key.id !== id) return key;
      revoked = { ...key, revoked: key.revoked ?? new Date(nowMs).toISOString() };
      return revoked;
    }),
  );
  if (revoked === undefined)
    throw new SluiceError(
      "INVALID_CONFIG",
      `no key has the id "${id}"; \`sluice key list\` lists all`,
    );
  return withoutHash(revoked);
}

function withoutHash({ hash: _, ...key }: StoredKey): ShownKey {
  return key;
}

function checkNewKey({ name, scopes, filter, quota = {} }: NewKey): void {
  const fail = (message: string): never => {
    throw new SluiceError("INVALID_CONFIG", message);
  };
  if (!/^[^\p{Cc}]+$/u.test(name) || Buffer.byteLength(name) > limits.accessNameBytesMax)
    fail(`the name of a key has 1 to ${limits.accessNameBytesMax} bytes and no control characters`);
  if (scopes.length === 0) fail("a key needs at least one scope; add one with --scope");
  if (scopes.length > limits.accessScopesMax)
    fail(`there are ${scopes.length} scopes, the limit is ${limits.accessScopesMax}`);
  const grants = scopes.map(
    (text) =>
      parseGrant(text) ??
      fail(
        `"${text}" is not a scope; expected read, write, feedback or admin with a collection, ` +
          "such as read:docs, write:logs-* or admin:*, or metrics",
      ),
  );
  if (filter === "") return;
  if (Buffer.byteLength(filter) > limits.accessFilterBytesMax)
    fail(`the filter has more than ${limits.accessFilterBytesMax} bytes`);
  parseFilter(filter);
  if (grants.some(isWholeGrant))
    fail("admin and metrics cannot be restricted by a filter; use read, write and feedback");
  if (isLimited(quota))
    fail("a quota is over whole collections, and a key with a filter shares them with others");
}
