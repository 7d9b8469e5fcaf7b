// The formats of input files: which one a file has, and how it is read.

import type { FileOptions } from "./file-blocks.js";
import type { ImportOptions } from "./import-options.js";
import type { InputFormat } from "./input-formats.js";
import { readJsonValues } from "./json-values.js";
import { readJsonLines } from "./jsonl.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { languageOf } from "./source-languages.js";
import { inferLayout } from "./table-layout.js";
import type { TableLayout } from "./table-layout.js";
import { readTable } from "./table.js";

export interface InputFile {
  readonly path: string;
  /** Within the folder that is imported, or without folders; part of keys. */
  readonly name: string;
  readonly format: InputFormat;
  /** Becomes the field `split` of its documents. */
  readonly split?: string | undefined;
}

const formatsByEnding: ReadonlyMap<string, InputFormat> = new Map([
  ...formats("csv", "csv"),
  ...formats("tsv", "tsv"),
  ...formats("json", "json"),
  ...formats("parquet", "parquet"),
  ...formats("jsonl ndjson", "jsonl"),
  ...formats("md markdown mdx", "markdown"),
  ...formats("html htm xhtml", "html"),
  ...formats("txt text rst adoc org tex", "text"),
  ...formats("pdf", "pdf"),
]);

function formats(endings: string, format: InputFormat): (readonly [string, InputFormat])[] {
  return endings.split(" ").map((ending) => [ending, format] as const);
}

/** By the file's name; what has no known ending is taken for JSON Lines. */
export function formatOf(name: string): InputFormat {
  return knownFormatOf(name) ?? "jsonl";
}

/** By the file's name; undefined for endings without a format. */
export function knownFormatOf(name: string): InputFormat | undefined {
  const [, ending = ""] = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase()) ?? [];
  return formatsByEnding.get(ending) ?? (languageOf(name) === undefined ? undefined : "code");
}

/**
 * The documents of a file, in order and in batches. Throws INVALID_INPUT_FILE when it cannot be
 * opened.
 */
export async function* readInputFile(
  file: InputFile,
  options: ImportOptions,
  onBytes?: FileOptions["onBytes"],
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const { split } = file;
  const batches = readFormat(file, options, onBytes);
  if (split === undefined) yield* batches;
  else for await (const items of batches) yield items.map((item) => withSplit(item, split));
}

/** A field that a document has already stays as it is. */
function withSplit(item: ImportedDocument, split: string): ImportedDocument {
  const { document } = item;
  if (document === undefined) return item;
  const fields = new Map([["split", { kind: "keyword", value: split }], ...document.fields]);
  return { ...item, document: { ...document, fields } };
}

async function* readFormat(
  file: InputFile,
  options: ImportOptions,
  onBytes: FileOptions["onBytes"],
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  const { path, name, format } = file;
  const { encoding } = options;
  const read: ReadOptions = { name, mapping: options, encoding, onBytes };
  switch (format) {
    case "jsonl":
      yield* readJsonLines(path, read);
      return;
    case "json":
      yield* readJsonValues(path, read);
      return;
    case "csv":
    case "tsv":
      yield* readTable(path, await inferTableLayout(file, options), read);
      return;
    case "parquet":
      yield* (await import("./parquet.js")).readParquet(path, read);
      return;
    case "markdown":
    case "html":
    case "text":
    case "code":
    case "pdf":
      yield await readWhole(path, format, read);
  }
}

/** Loads the parser of the format when the first file needs it. */
async function readWhole(
  path: string,
  format: "markdown" | "html" | "text" | "code" | "pdf",
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  switch (format) {
    case "markdown":
      return (await import("./markdown.js")).readMarkdown(path, options);
    case "html":
      return (await import("./html.js")).readHtml(path, options);
    case "text":
      return (await import("./plain-text.js")).readPlainText(path, options);
    case "code":
      return (await import("./plain-text.js")).readSourceCode(path, options);
    case "pdf":
      return (await import("./pdf.js")).readPdf(path, options);
  }
}

/** The layout of a file of the format `csv` or `tsv`, as it is read. */
export function inferTableLayout(
  { path, format }: InputFile,
  options: ImportOptions,
): Promise<TableLayout> {
  return inferLayout(path, { ...options, isTabSeparated: format === "tsv" }, options);
}
