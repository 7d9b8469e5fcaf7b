// Values of fields that are written as text: cells of tables, and texts with a declared kind.

import type { FieldValue, ListValue } from "../core/document.js";
import { parseIsoTime } from "../core/iso-time.js";
import type { TimeOptions } from "../core/iso-time.js";
import { fits64Bits } from "../core/number-values.js";

export type FieldKind = FieldValue["kind"];

export const fieldKinds = [
  "keyword",
  "keywords",
  "integer",
  "float",
  "boolean",
  "time",
  "integers",
  "floats",
  "times",
] as const satisfies readonly FieldKind[];

export interface CellOptions extends TimeOptions {
  /** Between the values of a list. */
  readonly listSeparator: string;
}

/** The value, or undefined when the text is not of the kind. */
export function parseCell(
  text: string,
  kind: FieldKind,
  options: CellOptions,
): FieldValue | undefined {
  switch (kind) {
    case "keyword":
      return { kind, value: text };
    case "integer":
      return whenRead(parseInteger(text), (value) => ({ kind, value }));
    case "float":
      return whenRead(parseFloat(text), (value) => ({ kind, value }));
    case "boolean":
      return booleanPattern.test(text) ? { kind, value: /^t/i.test(text) } : undefined;
    case "time":
      return whenRead(parseIsoTime(text, options), (value) => ({ kind, value }));
    case "keywords":
    case "integers":
    case "floats":
    case "times":
      return parseList(
        text.split(options.listSeparator).map((part) => part.trim()),
        kind,
        options,
      );
  }
}

/** A list of what each text stands for, or undefined when one is not of the kind. */
export function parseList(
  texts: readonly string[],
  kind: ListValue["kind"],
  options: TimeOptions,
): ListValue | undefined {
  switch (kind) {
    case "keywords":
      return { kind, value: texts };
    case "integers":
      return whenRead(allRead(texts, parseInteger), (value) => ({ kind, value }));
    case "floats":
      return whenRead(allRead(texts, parseFloat), (value) => ({ kind, value }));
    case "times":
      return whenRead(
        allRead(texts, (text) => parseIsoTime(text, options)),
        (value) => ({ kind, value }),
      );
  }
}

function whenRead<T, V>(read: T | undefined, then: (value: T) => V): V | undefined {
  return read === undefined ? undefined : then(read);
}

function allRead<T>(
  texts: readonly string[],
  read: (text: string) => T | undefined,
): T[] | undefined {
  const values = texts.map((text) => read(text));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function parseInteger(text: string): bigint | undefined {
  return isInteger(text) ? BigInt(text) : undefined;
}

function parseFloat(text: string): number | undefined {
  const value = numberPattern.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The kind that a cell looks like. Numbers are those that read back as they are written: `00123`
 * and `+49` are names, and so are integers beyond 64 bits.
 */
export function kindOfCell(text: string, options: TimeOptions): FieldKind {
  if (/^-?\d/.test(text)) {
    if (integerPattern.test(text)) return isInteger(text) ? "integer" : "keyword";
    if (numberPattern.test(text)) return Number.isFinite(Number(text)) ? "float" : "keyword";
    return parseIsoTime(text, options) === undefined ? "keyword" : "time";
  }
  return booleanPattern.test(text) ? "boolean" : "keyword";
}

const integerPattern = /^-?(?:0|[1-9]\d*)$/;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const booleanPattern = /^(?:true|false|True|False|TRUE|FALSE)$/;

function isInteger(text: string): boolean {
  if (!integerPattern.test(text)) return false;
  // 18 digits always fit into 64 bits.
  return text.length <= 18 || (text.length <= 20 && fits64Bits(BigInt(text)));
}
