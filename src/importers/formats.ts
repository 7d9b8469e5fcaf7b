// The formats of input files: which one a file has, and how it is read.

import type { FileOptions } from "./file-blocks.js";
import type { ImportOptions } from "./import-options.js";
import { readJsonValues } from "./json-values.js";
import { readJsonLines } from "./jsonl.js";
import type { ImportedDocument } from "./jsonl.js";
import { inferLayout } from "./table-layout.js";
import type { TableLayout } from "./table-layout.js";
import { readTable } from "./table.js";

export const inputFormats = ["jsonl", "json", "csv", "tsv"] as const;

export type InputFormat = (typeof inputFormats)[number];

export interface InputFile {
  readonly path: string;
  /** Within the folder that is imported, or without folders; part of keys by line. */
  readonly name: string;
  readonly format: InputFormat;
}

const endings: ReadonlyMap<string, InputFormat> = new Map([
  ["csv", "csv"],
  ["tsv", "tsv"],
  ["json", "json"],
]);

/** By the file's name; what has no known ending is taken for JSON Lines. */
export function formatOf(path: string): InputFormat {
  const [, ending = ""] = /\.(\w+)(?:\.gz)?$/.exec(path.toLowerCase()) ?? [];
  return endings.get(ending) ?? "jsonl";
}

/**
 * The documents of a file, in order and in batches. Throws INVALID_INPUT_FILE when it cannot be
 * opened.
 */
export async function* readInputFile(
  { path, name, format }: InputFile,
  options: ImportOptions,
  onBytes?: FileOptions["onBytes"],
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const { encoding } = options;
  switch (format) {
    case "jsonl":
      yield* readJsonLines(path, { name, mapping: options, encoding, onBytes });
      return;
    case "json":
      yield* readJsonValues(path, { name, mapping: options, encoding, onBytes });
      return;
    case "csv":
    case "tsv": {
      const layout = await inferTableLayout({ path, name, format }, options);
      yield* readTable(path, layout, { name, mapping: options, onBytes });
    }
  }
}

/** The layout of a file of the format `csv` or `tsv`, as it is read. */
export function inferTableLayout(
  { path, format }: InputFile,
  options: ImportOptions,
): Promise<TableLayout> {
  return inferLayout(path, { ...options, isTabSeparated: format === "tsv" }, options);
}
