// `sluice ingest --dry-run`: what an import would write, from the beginning of its files.

import type { Document, FieldValue } from "../core/document.js";
import { fieldsToJson } from "../core/fields-json.js";
import { inferTableLayout } from "../importers/formats.js";
import type { InputFile } from "../importers/formats.js";
import type { ImportOptions } from "../importers/import-options.js";
import type { CliContext } from "./context.js";
import type { DocumentInput } from "./document-input.js";
import { exitCodes } from "./exit-codes.js";
import { cut, formatCount } from "./terminal/text.js";

interface DryRun {
  readonly files: readonly FileFacts[];
  /** The first documents. */
  readonly documents: readonly object[];
  /** Of the documents and faults that were read. */
  readonly documentCount: number;
  readonly faultCount: number;
  /** Number of documents by field and kind. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The first faults. */
  readonly faults: readonly string[];
}

interface FileFacts {
  readonly path: string;
  readonly format: string;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly columns?: readonly string[];
}

const shownMax = 3;
const readMax = 1000;
const filesMax = 10;

/**
 * Reads the first 1,000 documents and prints the first three and the kinds of all. The exit code is
 * that of the import, as far as it is read.
 */
export async function showDryRun(
  input: DocumentInput,
  options: ImportOptions,
  context: CliContext,
  { isJson }: { readonly isJson: boolean },
): Promise<void> {
  const files = await Promise.all(
    input.files.slice(0, filesMax).map((file) => factsOf(file, options)),
  );
  const faults: string[] = [];
  let faultCount = 0;
  let documentCount = 0;
  const documents: Document[] = [];
  const kinds = new Map<string, Map<string, number>>();
  const read = input.read({
    onFault: (error) => {
      faultCount += 1;
      if (faults.length < shownMax) faults.push(error.message);
    },
  });
  for await (const document of read) {
    documentCount += 1;
    if (documents.length < shownMax) documents.push(document);
    for (const [field, { kind }] of document.fields) countKind(kinds, field, kind);
    if (documentCount + faultCount >= readMax) break;
  }
  const run: DryRun = {
    files,
    documents: documents.map((document) => toJson(document)),
    documentCount,
    faultCount,
    kinds: Object.fromEntries(Array.from(kinds, ([field, of]) => [field, Object.fromEntries(of)])),
    faults,
  };
  if (faultCount > 0) context.setExitCode(exitCodes.failed.code);
  if (isJson) context.printJson(run);
  else print(run, { documents, fileCount: input.files.length }, context);
}

async function factsOf(file: InputFile, options: ImportOptions): Promise<FileFacts> {
  const { path, format } = file;
  if (format === "parquet") {
    const { parquetColumns } = await import("../importers/parquet.js");
    return { path, format, columns: await parquetColumns(path) };
  }
  if (format !== "csv" && format !== "tsv") return { path, format };
  const { delimiter, hasHeader, columns } = await inferTableLayout(file, options);
  return { path, format, delimiter, header: hasHeader, columns };
}

function countKind(
  kinds: Map<string, Map<string, number>>,
  field: string,
  kind: FieldValue["kind"],
): void {
  const counts = kinds.get(field) ?? new Map<string, number>();
  kinds.set(field, counts.set(kind, (counts.get(kind) ?? 0) + 1));
}

function toJson({ key, title, text, fields }: Document): object {
  return { key, title, text, fields: fieldsToJson(fields) };
}

function print(
  { files, documentCount, faultCount, kinds, faults }: DryRun,
  { documents, fileCount }: { documents: readonly Document[]; fileCount: number },
  context: CliContext,
): void {
  const { bold, dim } = context.out.style;
  const line = (text: string): void => context.print(text);
  for (const file of files) line(fileLine(file));
  if (fileCount > files.length) line(`and ${fileCount - files.length} more files`);
  for (const { key, title, text, fields } of documents) {
    line(`\n${bold(cut(key, 100))}  ${cut(title, 100)}`);
    line(cut(text.replaceAll(/\s+/g, " "), 200));
    for (const [name, value] of Object.entries(fieldsToJson(fields)))
      line(dim(cut(`${name} = ${JSON.stringify(value)} (${fields.get(name)?.kind ?? ""})`, 120)));
  }
  line(
    `\n${formatCount(documentCount)} documents read, ${formatCount(faultCount)} refused; fields:`,
  );
  for (const [field, of] of Object.entries(kinds)) {
    const counts = Object.entries(of).map(([kind, count]) => `${kind} (${formatCount(count)})`);
    line(`  ${cut(field, 60)}: ${counts.join(", ")}`);
  }
  for (const fault of faults) context.warn(`refused: ${fault}`);
}

function fileLine({ path, format, delimiter, header, columns }: FileFacts): string {
  const separator = delimiter === "\t" ? "tabs" : `"${delimiter ?? ""}"`;
  const names = columns?.map((name) => `"${cut(name, 40)}"`).join(", ");
  return [
    `${path}: ${format}`,
    ...(delimiter === undefined ? [] : [`separated by ${separator}`]),
    ...(header === undefined ? [] : [`${header ? "with" : "without"} header`]),
    ...(names === undefined ? [] : [`columns ${names}`]),
  ].join(", ");
}
