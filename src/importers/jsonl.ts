// Reads documents from JSON Lines: one object per line, as map-object.ts defines.

import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import type { FileOptions } from "./file-blocks.js";
import { inputError } from "./input-error.js";
import type { InputError } from "./input-error.js";
import { readLineBatches } from "./lines.js";
import type { InputLine } from "./lines.js";
import { mapObject } from "./map-object.js";
import type { Mapping } from "./mapping.js";

/** A value from an input file, or the fault of its line; reading continues after either. */
export type Imported<T> =
  | { readonly value: T; readonly error?: undefined; readonly line: number }
  | { readonly error: InputError; readonly value?: undefined; readonly line: number };

/** A document, or the fault of its line (INVALID_INPUT_FILE). Lines are numbered from 1. */
export type ImportedDocument =
  | { readonly document: Document; readonly error?: undefined; readonly line: number }
  | { readonly error: InputError; readonly document?: undefined; readonly line: number };

export interface ReadOptions extends FileOptions {
  /** Name of the file within its folder, for keys by line. */
  readonly name: string;
  readonly mapping: Mapping;
}

/**
 * The documents of a .jsonl file, plain or gzip, in order and in batches; empty lines are skipped.
 * Throws INVALID_INPUT_FILE when the file cannot be opened. Holds one block and one line in memory.
 */
export async function* readJsonLines(
  path: string,
  options: ReadOptions,
): AsyncGenerator<readonly ImportedDocument[], void, void> {
  for await (const lines of readLineBatches(path, options)) {
    yield importObjects(path, lines, options);
  }
}

/** The documents of some lines of JSON Lines. `path`: of the file, for errors. */
export function importObjects(
  path: string,
  lines: readonly InputLine[],
  { name, mapping }: Pick<ReadOptions, "name" | "mapping">,
): readonly ImportedDocument[] {
  const items: ImportedDocument[] = [];
  for (const input of lines) {
    const { line } = input;
    const item = importLine(path, input, (value) => mapObject(value, mapping, { name, line }));
    if (item === undefined) continue;
    items.push(item.error === undefined ? { document: item.value, line } : item);
  }
  return items;
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
    value = parseJson(text);
  } catch (cause) {
    const fault = cause instanceof SluiceError ? cause.message : "is not valid JSON";
    return { error: inputError(path, line, fault, cause), line };
  }
  try {
    return { value: convert(value), line };
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    return { error: inputError(path, line, cause.message, cause), line };
  }
}
