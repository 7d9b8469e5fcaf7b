// The name of a collection beside its data, so that a collection whose data cannot be read is still
// refused by its name. The manifest is what counts; a label is written once and never changed.

import { lstatSync } from "node:fs";
import { join } from "node:path";

import { readSmallFile, syncFolder, writeDurably } from "./sync.js";

const labelName = "collection.json";
const labelBytesMax = 512;
const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Writes it where there is nothing of that name. Throws errors of the file system. */
export function writeLabel(folder: string, name: string): void {
  const path = join(folder, labelName);
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  writeDurably(path, `${JSON.stringify({ program: "sluice", collection: name })}\n`);
  syncFolder(folder);
}

/** Undefined when there is none, or a file that Sluice did not write is in its place. */
export function readLabel(folder: string): string | undefined {
  const text = readSmallFile(join(folder, labelName), labelBytesMax);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("program" in value) || value.program !== "sluice" || !("collection" in value))
      return undefined;
    const { collection } = value;
    return typeof collection === "string" && namePattern.test(collection) ? collection : undefined;
  } catch {
    return undefined;
  }
}
