// Handles of searches, by which an agent asks for a better ranking without repeating itself.

import { randomBytes } from "node:crypto";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { createLruCache } from "../core/lru-cache.js";

/** What a search was asked for, as it was asked. */
export interface AskedSearch {
  readonly collection: string;
  readonly query: string;
  readonly k: number;
  /** In the text form of filters. */
  readonly filter?: string | undefined;
}

export interface KeptSearch {
  readonly asked: AskedSearch;
  /** Keys of the ranking that was answered last, best first. */
  readonly keys: readonly string[];
}

/**
 * Bounded by `limits.mcpHandleBytesMax`: the least recently used ones are forgotten first. Each
 * expires `limits.mcpHandleMs` after its last use.
 */
export interface Handles {
  /** Returns a new handle, or keeps the search under the given one. `owner`: who may use it. */
  keep(search: KeptSearch, owner: string, handle?: string): string;
  /** Throws HANDLE_NOT_FOUND for an unknown or expired handle, and for that of another owner. */
  find(handle: string, owner: string): KeptSearch;
}

interface Entry {
  readonly search: KeptSearch;
  readonly owner: string;
  readonly expiresMs: number;
}

export function createHandles(clock: Clock): Handles {
  const entries = createLruCache<Entry>(limits.mcpHandleBytesMax);
  return {
    keep(search, owner, handle = createId()) {
      const expiresMs = clock() + limits.mcpHandleMs;
      entries.set(handle, { search, owner, expiresMs }, bytesOf(search));
      return handle;
    },
    find(handle, owner) {
      const entry = entries.get(handle);
      if (entry !== undefined && entry.owner === owner && clock() < entry.expiresMs)
        return entry.search;
      throw new SluiceError("HANDLE_NOT_FOUND", "no search of this caller has this handle", {
        field: "handle",
      });
    },
  };
}

/** Short enough for language models to repeat, and too long to be guessed. */
function createId(): string {
  return randomBytes(12).toString("base64url");
}

/** Bytes of an entry besides its texts, about. */
const entryBytes = 256;

function bytesOf({ asked, keys }: KeptSearch): number {
  const { query, filter = "" } = asked;
  const keyLength = keys.reduce((sum, key) => sum + key.length + 32, 0);
  return entryBytes + 2 * (query.length + filter.length + keyLength);
}
