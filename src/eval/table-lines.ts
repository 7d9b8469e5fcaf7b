// Tables in evaluation files: lines to cells and back, and numbers from cells.

import { readFile } from "node:fs/promises";
import { TextDecoder } from "node:util";

import { SluiceError } from "../core/errors.js";

export interface TableLine {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** The text of a file. Throws INVALID_INPUT_FILE when it cannot be read or is not UTF-8. */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: cannot be read: ${fault}`, { cause });
  }
}

/** Format of a table. */
export interface TableForm {
  /**
   * "tab": cells are separated by tabs (BEIR). "blank": by blanks (TREC), where a line that starts
   * with # is a comment, as in trec_eval; a line with the right number of tab-separated cells is
   * split at tabs, so that ids may contain blanks.
   */
  readonly separator: "tab" | "blank";
  readonly columnCount: number;
}

/**
 * Non-empty lines, split into cells. `file` is named in errors. Throws INVALID_INPUT_FILE for a
 * line with another number of columns.
 */
export function* tableLines(
  text: string,
  file: string,
  { separator, columnCount }: TableForm,
): Generator<TableLine, void, void> {
  let line = 0;
  for (const raw of text.split("\n")) {
    line += 1;
    const trimmed = trimBlanks(raw);
    if (trimmed === "" || (separator === "blank" && trimmed.startsWith("#"))) continue;
    const byTabs = trimmed.split("\t").map(trimBlanks);
    const cells =
      separator === "tab" || byTabs.length === columnCount ? byTabs : trimmed.split(blanks);
    if (cells.length !== columnCount || cells.includes(""))
      throw tableError(
        { file, line },
        `has ${cells.filter((cell) => cell !== "").length} columns, expected ${columnCount}`,
      );
    yield { cells, line };
  }
}

/** The blanks of C's isspace(), as in trec_eval; other spaces may be part of an id. */
const blanks = /[ \t\v\f\r]+/;

function trimBlanks(text: string): string {
  return text.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, "");
}

/**
 * The table as text, which `tableLines` reads back cell by cell. Throws INVALID_FIELD naming a cell
 * that the format cannot represent.
 */
export function formatTable(
  rows: Iterable<readonly (string | number)[]>,
  separator: TableForm["separator"],
): string {
  let text = "";
  for (const row of rows) {
    const cells = row.map(String);
    for (const cell of cells) checkId(cell, separator);
    if (separator === "blank" && cells[0]?.startsWith("#") === true)
      throw new SluiceError(
        "INVALID_FIELD",
        `"${cells[0]}" begins with #: a comment to TREC tools`,
      );
    text += `${cells.join(separator === "tab" ? "\t" : " ")}\n`;
  }
  return text;
}

/**
 * Throws INVALID_FIELD for an id that the format cannot represent. Readers differ in what is blank.
 */
export function checkId(id: string, separator: TableForm["separator"]): void {
  const isFit = separator === "tab" ? id.trim() === id && !/[\t\n\r]/.test(id) : !/\s/.test(id);
  if (id !== "" && isFit) return;
  const fault =
    separator === "tab"
      ? "is empty, holds a tab or a line end, or has a blank at an end: BEIR's tables cannot"
      : "is empty or holds a blank: TREC files cannot";
  throw new SluiceError("INVALID_FIELD", `${JSON.stringify(id)} ${fault}`);
}

/** Parses a finite number. Throws INVALID_INPUT_FILE naming the place. */
export function toNumber(cell: string | undefined, place: { file: string; line: number }): number {
  const value = cell === undefined || cell === "" ? NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw tableError(place, `"${cell ?? ""}" is not a number`);
}

/** Parses a whole number. Throws INVALID_INPUT_FILE naming the place. */
export function toInteger(cell: string | undefined, place: { file: string; line: number }): number {
  const value = toNumber(cell, place);
  if (Number.isSafeInteger(value)) return value;
  throw tableError(place, `"${cell ?? ""}" is not a whole number`);
}

export function tableError(place: { file: string; line: number }, fault: string): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", `${place.file}:${place.line}: ${fault}`);
}
