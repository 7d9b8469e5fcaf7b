// Documents of a file with the given content, as `sluice ingest` reads them.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatOf, readInputFile } from "../../src/importers/formats.js";
import type { ImportOptions } from "../../src/importers/import-options.js";
import type { ImportedDocument } from "../../src/importers/jsonl.js";
import { withTemporaryFolder } from "./temporary-folder.js";

/** `name`: of the file within its folder. */
export async function importFile(
  name: string,
  content: string | Uint8Array,
  options: ImportOptions = {},
): Promise<readonly ImportedDocument[]> {
  const items: ImportedDocument[] = [];
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    const file = { path, name, format: formatOf(path) };
    for await (const batch of readInputFile(file, options)) items.push(...batch);
  });
  return items;
}

/** Key, title, text and fields on one line each, or the fault with its place in the file. */
export async function importedLines(
  name: string,
  content: string | Uint8Array,
  options: ImportOptions = {},
): Promise<string[]> {
  const items = await importFile(name, content, options);
  return items.map(({ document, error }) => {
    if (error !== undefined) return error.message.slice(error.message.indexOf(name));
    const { key, title, text, fields } = document;
    const shown = Array.from(
      fields,
      ([field, { kind, value }]) => `${field}:${kind}=${String(value)}`,
    );
    return [key, title, text, ...shown].join("|");
  });
}
