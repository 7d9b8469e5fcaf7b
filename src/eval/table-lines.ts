// Splits the text tables of evaluation files into cells, and reads numbers out of them.

import { readFile } from "node:fs/promises";
import { TextDecoder } from "node:util";

import { SluiceError } from "../core/errors.js";

export interface TableLine {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** The text of a whole file. Throws INVALID_INPUT_FILE when it cannot be read or is not UTF-8. */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError("INVALID_INPUT_FILE", `${path}: cannot be read: ${fault}`, { cause });
  }
}

/** Lines that are not empty, cut into cells at tabs or at any blanks. */
export function* tableLines(
  text: string,
  separator: "tab" | "blank",
): Generator<TableLine, void, void> {
  let line = 0;
  for (const raw of text.split("\n")) {
    line += 1;
    const trimmed = raw.trim();
    if (trimmed !== "") yield { cells: trimmed.split(separator === "tab" ? "\t" : /\s+/), line };
  }
}

/** A finite number. Throws INVALID_INPUT_FILE naming the place. */
export function toNumber(cell: string | undefined, place: { file: string; line: number }): number {
  const value = cell === undefined || cell === "" ? NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw tableError(place, `"${cell ?? ""}" is not a number`);
}

/** A whole number. Throws INVALID_INPUT_FILE naming the place. */
export function toInteger(cell: string | undefined, place: { file: string; line: number }): number {
  const value = toNumber(cell, place);
  if (Number.isSafeInteger(value)) return value;
  throw tableError(place, `"${cell ?? ""}" is not a whole number`);
}

export function tableError(place: { file: string; line: number }, fault: string): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", `${place.file}:${place.line}: ${fault}`);
}
