// Splits the lines of a table into records and cells (RFC 4180, and text/tab-separated-values).

import { limits } from "../core/limits.js";
import { inputError } from "./input-error.js";
import type { InputError } from "./input-error.js";
import type { InputLine } from "./lines.js";

export interface CellSyntax {
  /** One character. */
  readonly delimiter: string;
  /** Whether a cell that begins with `"` ends at the next single one, as in CSV. */
  readonly hasQuotes: boolean;
}

/** Cells, or the fault of the record that begins at `line`. */
export type TableRecord =
  | { readonly cells: readonly string[]; readonly error?: undefined; readonly line: number }
  | { readonly error: InputError; readonly cells?: undefined; readonly line: number };

export interface RecordParser {
  /** The records that end with these lines; empty lines between records are skipped. */
  push(lines: readonly InputLine[]): readonly TableRecord[];
  /** The fault of a record that the end of the file interrupts. */
  end(): readonly TableRecord[];
}

/** Joins the lines of quoted cells by `\n`. `name`: of the file, for its errors. */
export function createRecordParser(name: string, syntax: CellSyntax): RecordParser {
  const { delimiter, hasQuotes } = syntax;
  let held = "";
  let start = 0;
  let isSkipping = false;
  const unclosed = (): TableRecord => {
    const fault = "a quoted cell is never closed";
    return { error: inputError(name, start, fault), line: start };
  };
  const pushOpen = (text: string, line: number, records: TableRecord[]): void => {
    const isOpen = endsInside(text, delimiter, start > 0);
    held = start === 0 ? text : `${held}\n${text}`;
    if (start === 0) start = line;
    if (isOpen && held.length <= limits.inputLineBytesMax) return;
    records.push(isOpen ? unclosed() : toRecord(name, start, splitQuoted(held, delimiter)));
    start = 0;
    held = "";
  };
  const pushLine = (input: InputLine, records: TableRecord[]): void => {
    const { text, line } = input;
    if (text === undefined) {
      records.push(input);
      if (start === 0) return;
      // The unreadable line may have closed the cell, so later lines cannot be interpreted.
      const fault = "a quoted cell cannot be continued; the rest of the file is skipped";
      records.push({ error: inputError(name, start, fault), line: start });
      isSkipping = true;
    } else if (start > 0) pushOpen(text, line, records);
    else if (text === "") return;
    else if (hasQuotes && text.includes('"')) pushOpen(text, line, records);
    else records.push({ cells: text.split(delimiter), line });
  };
  return {
    push(lines) {
      const records: TableRecord[] = [];
      for (const input of lines) {
        if (isSkipping) break;
        pushLine(input, records);
      }
      return records;
    },
    end: () => (start > 0 && !isSkipping ? [unclosed()] : []),
  };
}

function toRecord(name: string, line: number, cells: readonly string[] | undefined): TableRecord {
  if (cells !== undefined) return { cells, line };
  const fault = "a quote stands inside a cell that is not quoted";
  return { error: inputError(name, line, fault), line };
}

/** Whether a line, which starts inside a quoted cell or not, ends inside one. */
function endsInside(line: string, delimiter: string, startsInside: boolean): boolean {
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
    const next = line.indexOf(delimiter, at);
    if (next < 0) return false;
    at = next + 1;
  }
}

/** Cells of one record; undefined when there is text beside a quoted cell. */
function splitQuoted(text: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text.charAt(at) === '"') {
      const end = closingQuote(text, at + 1);
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const next = text.indexOf(delimiter, at);
      const end = next < 0 ? text.length : next;
      const cell = text.slice(at, end);
      if (cell.includes('"')) return undefined;
      cells.push(cell);
      at = end;
    }
    if (at >= text.length) return cells;
    if (text.charAt(at) !== delimiter) return undefined;
    at += 1;
  }
}

/** Index of the quote that closes a cell, or -1; a doubled quote is a literal one. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at >= 0 && text.charAt(at + 1) === '"') at = text.indexOf('"', at + 2);
  return at;
}
