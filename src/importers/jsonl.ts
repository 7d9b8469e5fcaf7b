// Reads documents from JSON Lines: one object per line, as document-json.ts defines.

import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { toDocument } from "./document-json.js";
import { inputError, readLines } from "./lines.js";
import type { InputLine } from "./lines.js";

/** A value from an input file, or the fault of its line; reading continues after either. */
export type Imported<T> =
  | { readonly value: T; readonly error?: undefined; readonly line: number }
  | { readonly error: SluiceError; readonly value?: undefined; readonly line: number };

/** A document, or the fault of its line (INVALID_INPUT_FILE). Lines are numbered from 1. */
export type ImportedDocument =
  | { readonly document: Document; readonly error?: undefined; readonly line: number }
  | { readonly error: SluiceError; readonly document?: undefined; readonly line: number };

/**
 * The documents of a .jsonl file, plain or gzip, in order; empty lines are skipped. Throws
 * INVALID_INPUT_FILE when the file cannot be opened. Holds one line in memory.
 */
export async function* readJsonLines(path: string): AsyncGenerator<ImportedDocument, void, void> {
  for await (const input of readLines(path)) {
    const item = importLine(path, input, toDocument);
    if (item === undefined) continue;
    yield item.error === undefined ? { document: item.value, line: item.line } : item;
  }
}

/** Parses one line of JSON and applies `convert`; undefined for an empty line. */
export function importLine<T>(
  path: string,
  input: InputLine,
  convert: (value: unknown) => T,
): Imported<T> | undefined {
  if (input.error !== undefined) return input;
  const { text, line } = input;
  if (text.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { error: inputError(path, line, "is not valid JSON", cause), line };
  }
  try {
    return { value: convert(value), line };
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    return { error: inputError(path, line, cause.message, cause), line };
  }
}
