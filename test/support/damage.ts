// Changes stored bytes behind the store's back.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Flips a bit wherever `needle` occurs in the one collection of a closed data folder. */
export function damageWhere(dataFolder: string, needle: Uint8Array): void {
  damageFile(join(onlyCollectionFolder(dataFolder), "data.mdb"), needle);
}

/** The same in any file. */
export function damageFile(file: string, needle: Uint8Array): void {
  const bytes = readFileSync(file);
  let count = 0;
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    bytes[at]! ^= 0x10;
    count += 1;
  }
  assert.ok(count > 0, "the bytes to damage are in the file");
  writeFileSync(file, bytes);
}

export function onlyCollectionFolder(dataFolder: string): string {
  const collections = join(dataFolder, "collections");
  const [only, ...more] = readdirSync(collections);
  assert.deepEqual(more, [], "the data folder holds one collection");
  return join(collections, only!);
}
