// Reads documents from CSV and TSV tables with a header line (RFC 4180).

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { toDocument } from "./document-json.js";
import type { ImportedDocument } from "./jsonl.js";
import { inputError, readLines } from "./lines.js";

/**
 * The documents of a table, plain or gzip, in order. Columns `key` (or `_id`, `id`), `title` and
 * `text` form the document; any other column becomes a keyword field, absent for empty cells. Cells
 * may be quoted, and may then contain line ends, which become `\n`. The separator is a tab in files
 * named .tsv or .tsv.gz, otherwise a comma. An invalid record is returned as an error with its
 * first line. Throws INVALID_INPUT_FILE when the file cannot be opened or the header lacks key or
 * text.
 */
export async function* readCsv(path: string): AsyncGenerator<ImportedDocument, void, void> {
  const separator = /\.tsv(?:\.gz)?$/i.test(path) ? "\t" : ",";
  let header: readonly string[] | undefined;
  for await (const record of readRecords(path, separator)) {
    const { line } = record;
    if (header === undefined) {
      if (record.error !== undefined) throw record.error;
      header = toHeader(path, line, splitCells(record.text, separator));
      continue;
    }
    if (record.error !== undefined) {
      yield record;
      continue;
    }
    yield toImported(path, line, { header, cells: splitCells(record.text, separator) });
  }
  if (header === undefined) {
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: is empty, expected a header line`);
  }
}

type CsvRecord =
  | { readonly text: string; readonly error?: undefined; readonly line: number }
  | { readonly error: SluiceError; readonly text?: undefined; readonly line: number };

/** Joins the lines of records whose quoted cells contain line ends; skips empty lines. */
async function* readRecords(
  path: string,
  separator: string,
): AsyncGenerator<CsvRecord, void, void> {
  let held = "";
  let start = 0;
  let isOpen = false;
  for await (const input of readLines(path)) {
    if (input.error !== undefined) {
      yield input;
      if (start === 0) continue;
      // The unreadable line may have closed the cell, so later lines cannot be interpreted.
      const fault = "a quoted cell cannot be continued; the rest of the file is skipped";
      yield { error: inputError(path, start, fault), line: start };
      return;
    }
    if (start === 0 && input.text === "") continue;
    held = start === 0 ? input.text : `${held}\n${input.text}`;
    if (start === 0) start = input.line;
    isOpen = endsInside(input.text, separator, isOpen);
    const isTooLong = held.length > limits.inputLineBytesMax;
    if (isOpen && !isTooLong) continue;
    yield isOpen ? { error: unclosed(path, start), line: start } : { text: held, line: start };
    start = 0;
    isOpen = false;
  }
  if (start > 0) yield { error: unclosed(path, start), line: start };
}

function unclosed(path: string, line: number): SluiceError {
  return inputError(path, line, "a quoted cell is never closed");
}

/** Whether a line, which starts inside a quoted cell or not, ends inside one. */
function endsInside(line: string, separator: string, startsInside: boolean): boolean {
  let isInside = startsInside;
  let at = 0;
  for (;;) {
    if (!isInside && line.charAt(at) === '"') {
      isInside = true;
      at += 1;
    }
    if (isInside) {
      const end = closingQuote(line, at);
      if (end < 0) return true;
      isInside = false;
      at = end + 1;
    }
    // Other quotes in a cell do not open one: the record is invalid, but the next line is not
    // affected.
    const next = line.indexOf(separator, at);
    if (next < 0) return false;
    at = next + 1;
  }
}

/** Cells of one record; undefined when there is text beside a quoted cell. */
function splitCells(text: string, separator: string): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text.charAt(at) === '"') {
      const end = closingQuote(text, at + 1);
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const next = text.indexOf(separator, at);
      const end = next < 0 ? text.length : next;
      const cell = text.slice(at, end);
      if (cell.includes('"')) return undefined;
      cells.push(cell);
      at = end;
    }
    if (at >= text.length) return cells;
    if (text.charAt(at) !== separator) return undefined;
    at += 1;
  }
}

/** Index of the quote that closes a cell, or -1; a doubled quote is a literal one. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at >= 0 && text.charAt(at + 1) === '"') at = text.indexOf('"', at + 2);
  return at;
}

function toHeader(path: string, line: number, cells: string[] | undefined): readonly string[] {
  const header = (cells ?? []).map((cell) => cell.trim());
  const keys = header.filter((name) => keyColumns.has(name));
  if (keys.length !== 1 || !header.includes("text")) {
    const fault = 'the header needs the columns "text" and one of "key", "_id", "id"';
    throw inputError(path, line, fault);
  }
  if (new Set(header).size !== header.length || header.includes("")) {
    throw inputError(path, line, "a column of the header has no name or the name of another");
  }
  return header;
}

const keyColumns: ReadonlySet<string> = new Set(["key", "_id", "id"]);
const textColumns: ReadonlySet<string> = new Set(["title", "text"]);

function toImported(
  path: string,
  line: number,
  { header, cells }: { header: readonly string[]; cells: string[] | undefined },
): ImportedDocument {
  if (cells?.length !== header.length) {
    const fault =
      cells === undefined
        ? "a quote stands inside a cell that is not quoted"
        : `has ${cells.length} cells, the header has ${header.length}`;
    return { error: inputError(path, line, fault), line };
  }
  const object: Record<string, unknown> = {};
  const fields: Record<string, string> = {};
  for (const [i, name] of header.entries()) {
    const cell = cells[i] ?? "";
    if (keyColumns.has(name)) object["key"] = cell;
    else if (textColumns.has(name)) object[name] = cell;
    else if (cell !== "") fields[name] = cell;
  }
  try {
    return { document: toDocument({ ...object, fields }), line };
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    return { error: inputError(path, line, cause.message, cause), line };
  }
}
