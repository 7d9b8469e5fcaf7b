// What a collection must hold after a crash: each acknowledged write, and of each write that was not
// acknowledged either all or nothing. Kept outside of the server.

import assert from "node:assert/strict";

import { present } from "../../src/core/assert.js";
import type { Document } from "../../src/core/document.js";

/** The version that a key holds; undefined: it is not there. */
export type Version = number | undefined;

export interface Ledger {
  /** Keys with a write that is not acknowledged. */
  readonly pendingCount: number;
  isPending(key: string): boolean;
  /** The version of the last acknowledged write. */
  versionOf(key: string): Version;
  /** A write is about to be sent; the key has no other one under way. */
  begin(key: string, version: Version): void;
  acknowledge(key: string): void;
  /** The server refused the write: nothing of it happened. */
  refuse(key: string): void;
  /**
   * Throws when `found` is not what the acknowledged writes and some of the others make. Returns how
   * many of the others happened; what was found is what must stay.
   */
  settle(found: ReadonlyMap<string, Document>): {
    readonly happened: number;
    readonly absent: number;
  };
  /** The documents as they must be now; no write is under way. */
  documents(): Document[];
}

/** `contentOf`: the same document for a key and a version, always. */
export function createLedger(contentOf: (key: string, version: number) => Document): Ledger {
  const acknowledged = new Map<string, number>();
  const pending = new Map<string, Version>();

  const set = (key: string, version: Version): void => {
    if (version === undefined) acknowledged.delete(key);
    else acknowledged.set(key, version);
  };
  const isAt = (document: Document | undefined, key: string, version: Version): boolean =>
    version === undefined
      ? document === undefined
      : document !== undefined && isSame(document, contentOf(key, version));

  return {
    get pendingCount() {
      return pending.size;
    },
    isPending: (key) => pending.has(key),
    versionOf: (key) => acknowledged.get(key),
    begin(key, version) {
      assert.ok(!pending.has(key), "one write of a key at a time");
      pending.set(key, version);
    },
    acknowledge(key) {
      assert.ok(pending.has(key), `a write of "${key}" is acknowledged that was not sent`);
      set(key, pending.get(key));
      pending.delete(key);
    },
    refuse: (key) => void pending.delete(key),
    settle(found) {
      let happened = 0;
      let absent = 0;
      for (const key of new Set([...acknowledged.keys(), ...pending.keys(), ...found.keys()])) {
        const document = found.get(key);
        const before = acknowledged.get(key);
        if (pending.has(key) && isAt(document, key, pending.get(key))) {
          set(key, pending.get(key));
          happened += 1;
        } else {
          assert.ok(isAt(document, key, before), difference(key, document, before));
          if (pending.has(key)) absent += 1;
        }
      }
      pending.clear();
      return { happened, absent };
    },
    documents: () => [...acknowledged].map(([key, version]) => contentOf(key, version)),
  };
}

/** Vectors are not stored as they came; searches compare them. */
function isSame(found: Document, wanted: Document): boolean {
  try {
    const { title, text, fields } = wanted;
    assert.deepEqual([found.title, found.text, found.fields], [title, text, fields]);
    return true;
  } catch {
    return false;
  }
}

function difference(key: string, document: Document | undefined, before: Version): string {
  const found = document === undefined ? "nothing" : `"${document.title}"`;
  const wanted = before === undefined ? "it was deleted or never written" : `version ${before}`;
  return `"${key}": ${wanted} was acknowledged, ${found} is there`;
}

export interface VersionCounter {
  next(): number;
}

/** Versions rise through all rounds, so that no two writes have the same content. */
export function createVersionCounter(): VersionCounter {
  let last = 0;
  return { next: () => (last += 1) };
}

/** One of `values`, by a number in [0, 1). */
export function pick<T>(values: readonly T[], at: number): T {
  return present(values[Math.floor(at * values.length)], "there are values to pick from");
}
