// Small collections on disk, and writes whose content is derived from a seed.

import { toPassageTerms } from "./passages.js";
import { latestSettings } from "../../src/analysis/analyzer.js";
import { packTerms, sortTerms } from "../../src/analysis/term-frequencies.js";
import type { Fields } from "../../src/core/document.js";
import { isSluiceError } from "../../src/core/errors.js";
import { createPrng } from "../../src/core/prng.js";
import type { CollectionSettings } from "../../src/index/collection-settings.js";
import { initializeCollection, openCollection } from "../../src/index/stored-collection.js";
import type { CollectionLimits } from "../../src/engine/collections.js";
import type { WritableCollection } from "../../src/index/collection.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";
import type { PreparedPassage } from "../../src/encoding/prepared-passage.js";
import { openLmdbStore } from "../../src/store/lmdb-store.js";
import type { CollectionStore } from "../../src/store/store.js";

export const smallSettings: CollectionSettings = {
  name: "small",
  modelName: undefined,
  modelFingerprint: undefined,
  dim: 16,
  bits: 2,
  sketchBits: 2,
  refineBits: undefined,
  ...latestSettings("unicode"),
  seed: 11,
};

/** Limits that tests do not reach unless they intend to. */
export const collectionLimits: CollectionLimits = {
  countMax: 10_000,
  openMax: 256,
  openBytesMax: 2 ** 40,
  idleMs: 600_000,
};

/** Bytes of a token vector, and of a sketch, under `smallSettings`. */
const rowBytes = 4;

/** Opens the collection in `folder`, creating it if necessary. */
export async function openSmallCollection(folder: string): Promise<WritableCollection> {
  const store = openLmdbStore(folder);
  if (!hasManifest(store)) await initializeCollection(store, smallSettings);
  return openCollection(store);
}

function hasManifest(store: CollectionStore): boolean {
  try {
    store.readManifest();
    return true;
  } catch (error) {
    if (isSluiceError(error) && error.message.includes("no manifest")) return false;
    throw error;
  }
}

/**
 * A put whose content is derived from `key` and `version`, so that it can be verified when it is
 * read back. One to three passages with up to six token vectors each.
 */
export function seededPut(key: string, version: number): PutOperation {
  const prng = createPrng(version);
  const below = (bound: number): number => Math.floor(prng.nextFloat() * bound);
  const passages = Array.from({ length: 1 + below(3) }, () => seededPassage(below));
  const text = `${key} ${version} ${"x".repeat(below(3) * 600)}`;
  const fields: Fields = new Map([["version", { kind: "integer", value: BigInt(version) }]]);
  return { kind: "put", key, title: `${key} at ${version}`, text, fields, passages };
}

function seededPassage(below: (bound: number) => number): PreparedPassage {
  const rowCount = 1 + below(6);
  const start = below(1000);
  const terms = sortTerms([...new Set(Array.from({ length: below(5) }, () => `t${below(30)}`))]);
  const counts = terms.map(() => 1 + below(4));
  return {
    span: { start, end: start + below(1000) },
    tokenCount: rowCount,
    codes: Uint8Array.from({ length: rowCount * rowBytes }, () => below(256)),
    sketch: Uint8Array.from({ length: rowBytes }, () => below(256)),
    terms: packTerms(
      toPassageTerms(terms.flatMap((term, i) => Array<string>(counts[i] ?? 0).fill(term))),
    ),
  };
}
