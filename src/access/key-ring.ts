// The keys in memory, loaded at the start and reloaded when their file changes.

import { statSync } from "node:fs";
import type { Stats } from "node:fs";
import { SluiceError } from "../core/errors.js";
import { parseFilter } from "../core/parse-filter.js";
import { isLimited } from "../core/quota.js";
import type { QuotaHolder } from "../core/quota.js";
import { isSecretOf, readKey } from "./api-key.js";
import { mayIn, parseGrant } from "./identity.js";
import type { Identity } from "./identity.js";
import { keyFilePath, readKeyFile } from "./key-file.js";
import type { StoredKey } from "./key-file.js";
import type { CallerLimits } from "./limiter.js";

export interface RingKey {
  readonly identity: Identity;
  readonly limits: CallerLimits;
  /** Absent when the key has no quota. */
  readonly holder: QuotaHolder | undefined;
  readonly hash: string;
  readonly isRevoked: boolean;
}

export interface KeyRing {
  /** Whether there has been any key: from then on credentials are required. */
  isUsed(): boolean;
  /** The key with this text, even if it is revoked or expired. */
  find(text: string): RingKey | undefined;
  /** False once the key was revoked or removed. */
  isKept(key: RingKey): boolean;
  /** Reads the file now. Throws when it is unusable; the current keys stay in use. */
  reload(): void;
  close(): void;
}

export interface KeyRingOptions {
  readonly dataFolder: string;
  /** Polling interval of the file; default 1,000 ms. */
  readonly pollMs?: number | undefined;
  readonly onReload: (keyCount: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Throws DATA_CORRUPT when the file is unusable. */
export function openKeyRing(options: KeyRingOptions): KeyRing {
  const path = keyFilePath(options.dataFolder);
  let seen = signatureOf(path);
  let keys = toRing(readKeyFile(path) ?? []);
  const reload = (): void => {
    seen = signatureOf(path);
    const read = readKeyFile(path) ?? [];
    // Deleting the key file must not disable access control, so the previous keys are kept.
    if (read.length === 0 && keys.size > 0)
      throw new SluiceError(
        "DATA_CORRUPT",
        "the key file is missing or empty; the previous keys stay in use until the next start",
      );
    keys = toRing(read);
    options.onReload(keys.size);
  };
  // Polled by path, because the file is replaced: a watch would follow the old inode.
  const timer = setInterval(() => {
    if (signatureOf(path) === seen) return;
    try {
      reload();
    } catch (error) {
      options.onFailure(error);
    }
  }, options.pollMs ?? 1_000);
  timer.unref();
  return {
    isUsed: () => keys.size > 0,
    find(text) {
      const read = readKey(text);
      if (read === undefined) return undefined;
      const key = keys.get(read.id);
      return isSecretOf(read, key?.hash) ? key : undefined;
    },
    isKept: (key) => {
      const now = keys.get(idOf(key));
      return now !== undefined && !now.isRevoked && now.hash === key.hash;
    },
    reload,
    close: () => clearInterval(timer),
  };
}

function toRing(stored: readonly StoredKey[]): Map<string, RingKey> {
  return new Map(stored.map((key) => [key.id, toRingKey(key)]));
}

const namePrefix = "key:";

function idOf({ identity }: RingKey): string {
  return identity.name.slice(namePrefix.length);
}

function toRingKey(stored: StoredKey): RingKey {
  const { id, hash, scopes, filter, expires, revoked, rate, concurrency } = stored;
  const identity: Identity = {
    name: `${namePrefix}${id}`,
    grants: scopes.map(parseGrant).filter((grant) => grant !== undefined),
    filter: filter === "" ? undefined : parseFilter(filter),
    expiresMs: expires === null ? undefined : Date.parse(expires),
  };
  return {
    hash,
    identity,
    isRevoked: revoked !== null,
    limits: { ratePerSecond: rate ?? undefined, concurrency: concurrency ?? undefined },
    holder: holderOf(stored, identity),
  };
}

/** The quota of a key is over all collections that it may write. */
function holderOf(
  { id, documentsMax, bytesMax, collectionsMax }: StoredKey,
  identity: Identity,
): QuotaHolder | undefined {
  const quota = { documentsMax, bytesMax, collectionsMax };
  if (!isLimited(quota)) return undefined;
  const covers = (collection: string): boolean => mayIn(identity, "write", collection);
  return { name: `key ${id}`, quota, covers };
}

/** Changes whenever the file does. */
function signatureOf(path: string): string {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return String(error);
  }
  return stats === undefined ? "none" : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}
