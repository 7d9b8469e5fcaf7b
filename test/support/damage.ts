// Modifies stored bytes without the store.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { open } from "lmdb";
import type { Database } from "lmdb";

import { documentOptions } from "../../src/store/environment.js";

/** Flips a bit at each occurrence of `needle` in the only collection of a closed data folder. */
export function damageWhere(dataFolder: string, needle: Uint8Array): void {
  damageFile(join(onlyCollectionFolder(dataFolder), "data.mdb"), needle);
}

/** Like `damageWhere`, in any file. */
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

/** Modifies one of the store's databases as raw bytes; its keys are numbers, names or bytes. */
export async function changeDatabase(
  dataFolder: string,
  name: string,
  change: (database: Database<Buffer, Key>) => void,
): Promise<void> {
  const root = open<Buffer, string>({
    path: onlyCollectionFolder(dataFolder),
    encoding: "binary",
    maxDbs: 16,
  });
  const isDocuments = name === "documents";
  const options = isDocuments ? documentOptions : ({ encoding: "binary" } as const);
  const database = root.openDB<Buffer, Key>({ name, ...options });
  await root.childTransaction(() => {
    change(database);
  });
  await root.close();
}

/** Moves a value to another key. */
export function renameKey(from: Key, to: Key): (database: Database<Buffer, Key>) => void {
  return (database) => {
    const value = database.getBinary(from);
    assert.ok(value !== undefined, `there is a value under ${from.toString()}`);
    database.putSync(to, Buffer.from(value));
    database.removeSync(from);
  };
}

type Key = string | number | Buffer;

export function onlyCollectionFolder(dataFolder: string): string {
  const collections = join(dataFolder, "collections");
  const [only, ...more] = readdirSync(collections);
  assert.deepEqual(more, [], "the data folder holds one collection");
  return join(collections, only!);
}
