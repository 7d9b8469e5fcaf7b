// JSON from outside, of which nothing may be lost: JSON.parse keeps the last of two properties of
// one name, and rounds whole numbers beyond 2^53.

import { SluiceError } from "./errors.js";

/**
 * The value of a JSON text; a whole number beyond 2^53 that is written without point and exponent
 * is a bigint. Throws SyntaxError, and INVALID_FIELD when a name occurs twice in an object. O(text),
 * most of it in JSON.parse.
 */
export function parseJson(text: string): unknown {
  const value: unknown = longDigits.test(text) ? parseExactly(text) : JSON.parse(text);
  if (countNames(text) !== countProperties(value)) {
    const name = repeatedName(text);
    const message = `the name ${JSON.stringify(name)} occurs twice in an object`;
    throw new SluiceError("INVALID_FIELD", message, { field: name });
  }
  return value;
}

/** What every whole number beyond 2^53 has; fractions have it only behind their point. */
const longDigits = /(?<![.\d])\d{16}/;

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Stands for a whole number: a name that JSON needs an escape for, so that few texts have it. */
const wholeNumber = "\u0000whole";

/** The text is parsed as it is first, so that errors name its own places. */
function parseExactly(text: string): unknown {
  const rounded: unknown = JSON.parse(text);
  const exact = text.replace(stringOrNumber, (token) => {
    const isLost = /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
    return isLost ? `{${JSON.stringify(wholeNumber)}:"${token}"}` : token;
  });
  if (exact.length === text.length) return rounded;
  return JSON.parse(exact, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, wholeNumber))
      return value;
    const digits = (value as Readonly<Record<string, unknown>>)[wholeNumber];
    return typeof digits === "string" && /^-?\d+$/.test(digits) ? BigInt(digits) : value;
  });
}

/** Names of properties in the text of valid JSON: strings that a colon follows. */
function countNames(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open >= 0;) {
    const close = closingQuote(text, open);
    if (isName(text, close)) count += 1;
    open = text.indexOf('"', close + 1);
  }
  return count;
}

function closingQuote(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); ; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text.charCodeAt(close - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return close;
  }
}

const backslash = 0x5c;
const colon = 0x3a;
const space = 0x20;

/** Whether the string that ends at `close` is the name of a property. */
function isName(text: string, close: number): boolean {
  let at = close + 1;
  while (text.charCodeAt(at) <= space) at += 1;
  return text.charCodeAt(at) === colon;
}

/** Without recursion, since JSON.parse reads texts that are nested deeper than the stack. */
function countProperties(root: unknown): number {
  let count = 0;
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value);
    const values: readonly unknown[] = isList ? value : Object.values(value);
    if (!isList) count += values.length;
    for (const one of values) if (typeof one === "object") waiting.push(one);
  }
  return count;
}

/** The first name that an object of the text has twice; there is one. */
function repeatedName(text: string): string {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "{") open.push(new Set());
    else if (char === "}") open.pop();
    else if (char === '"') {
      const close = closingQuote(text, at);
      const token = text.slice(at, close + 1);
      at = close;
      if (!isName(text, close)) continue;
      const name = String(JSON.parse(token));
      if (open.at(-1)?.has(name) === true) return name;
      open.at(-1)?.add(name);
    }
  }
  return "";
}
