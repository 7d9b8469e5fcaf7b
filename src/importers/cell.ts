// Values of fields that are written as text: cells of tables, and texts with a declared kind.

import type { FieldValue } from "../core/document.js";
import { parseIsoTime } from "../core/iso-time.js";
import type { FieldKind } from "./mapping.js";

/** The value, or undefined when the text is not of the kind. */
export function parseCell(
  text: string,
  kind: FieldKind,
  listSeparator: string,
): FieldValue | undefined {
  switch (kind) {
    case "keyword":
      return { kind, value: text };
    case "keywords":
      return { kind, value: text.split(listSeparator).map((part) => part.trim()) };
    case "integer":
      return isInteger(text) ? { kind, value: BigInt(text) } : undefined;
    case "float": {
      const value = numberPattern.test(text) ? Number(text) : NaN;
      return Number.isFinite(value) ? { kind, value } : undefined;
    }
    case "boolean":
      return booleanPattern.test(text) ? { kind, value: /^t/i.test(text) } : undefined;
    case "time": {
      const value = parseIsoTime(text);
      return value === undefined ? undefined : { kind, value };
    }
  }
}

/**
 * The kind that a cell looks like. Numbers are those that read back as they are written: `00123`
 * and `+49` are names, and so are integers beyond 64 bits.
 */
export function kindOfCell(text: string): FieldKind {
  if (/^-?\d/.test(text)) {
    if (integerPattern.test(text)) return isInteger(text) ? "integer" : "keyword";
    if (numberPattern.test(text)) return Number.isFinite(Number(text)) ? "float" : "keyword";
    return parseIsoTime(text) === undefined ? "keyword" : "time";
  }
  return booleanPattern.test(text) ? "boolean" : "keyword";
}

const integerPattern = /^-?(?:0|[1-9]\d*)$/;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const booleanPattern = /^(?:true|false|True|False|TRUE|FALSE)$/;

function isInteger(text: string): boolean {
  if (!integerPattern.test(text)) return false;
  // 18 digits always fit into 64 bits.
  return (
    text.length <= 18 || (text.length <= 20 && BigInt.asIntN(64, BigInt(text)) === BigInt(text))
  );
}
