// Text filters: `year >= 2020 and lang in ("en", "de") and not draft = true`.

import { present } from "./assert.js";
import { SluiceError } from "./errors.js";
import type { FieldValue } from "./document.js";
import { checkFilter } from "./filter.js";
import type { Filter } from "./filter.js";
import { isoTimeSource, parseIsoTime } from "./iso-time.js";
import { limits } from "./limits.js";
import { parseNumber } from "./number-values.js";

/**
 * Conditions: `field = value`, `!=`, `field in (value, ...)`, `not in`, `<`, `<=`, `>`, `>=`,
 * `starts with`, `not starts with`, `exists(field)`; `@key` instead of a field is the document's
 * key, which has all of these but comparisons of size; combined by `and`, `or`, `not` and parentheses; `and` binds tighter than `or`.
 * Values: "text" with JSON's escapes, numbers, true, false, dates and times such as 2024-01-31 or
 * 2024-01-31T10:00:00Z. A number matches the integer and float fields of its value. Names with
 * characters other than letters, digits, `_`, `.` and `-` are quoted in backquotes. Throws
 * INVALID_FIELD for `filter` with the character offset. O(text); stops at the first limit that is
 * exceeded.
 */
export function parseFilter(text: string): Filter {
  const bytesMax = limits.filterTextBytesMax;
  if (text.length > bytesMax || Buffer.byteLength(text, "utf8") > bytesMax)
    throw new SluiceError("INVALID_FIELD", `filter has more than ${bytesMax} bytes; shorten it`, {
      field: "filter",
    });
  const parser: Parser = {
    text,
    pattern: new RegExp(tokenPattern),
    ahead: [],
    readTo: 0,
    conditionCount: 0,
    valueCount: 0,
  };
  const filter = parseOr(parser, 1);
  const { kind, at } = peek(parser);
  if (kind !== "end") throw expected(parser, "and, or, or the end", at);
  checkFilter(filter, { path: "filter", operands: "" });
  return filter;
}

type TokenKind = "name" | "key" | "quoted-name" | "text" | "number" | "time" | "sign" | "end";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the text, in code units. */
  readonly at: number;
}

/** Tokens are read lazily, so that a rejected filter is not scanned to its end. */
interface Parser {
  readonly text: string;
  readonly pattern: RegExp;
  /** Lookahead: at most two tokens that were read and not consumed. */
  readonly ahead: Token[];
  /** Offset of the next unread token. */
  readTo: number;
  conditionCount: number;
  valueCount: number;
}

const tokenPattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<text>"(?:[^"\\]|\\.)*")`,
    "(?<quoted>`[^`]+`)",
    `(?<time>${isoTimeSource}(?![\\w-]))`,
    String.raw`(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))`,
    String.raw`(?<name>[\p{L}_][\p{L}\p{M}\p{N}_.-]*)`,
    String.raw`(?<key>@key(?![\p{L}\p{M}\p{N}_.-]))`,
    "(?<sign>!=|<=|>=|[=<>(),])",
  ].join("|"),
  "uy",
);

function readToken(parser: Parser): Token {
  const { text, pattern } = parser;
  for (;;) {
    const at = parser.readTo;
    if (at >= text.length) return { kind: "end", text: "", at: text.length };
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw fault(`cannot read ${show(text.slice(at))}`, at);
    parser.readTo = pattern.lastIndex;
    const token = toToken(match, at);
    if (token !== undefined) return token;
  }
}

/** Undefined for white space. */
function toToken({ 0: whole, groups = {} }: RegExpExecArray, at: number): Token | undefined {
  if (groups["text"] !== undefined) return { kind: "text", text: unquote(whole, at), at };
  if (groups["quoted"] !== undefined) return { kind: "quoted-name", text: whole.slice(1, -1), at };
  if (groups["time"] !== undefined) return { kind: "time", text: whole, at };
  if (groups["number"] !== undefined) {
    if (whole.length > numberLengthMax)
      throw fault(`${show(whole)} has more than ${numberLengthMax} characters`, at);
    return { kind: "number", text: whole, at };
  }
  if (groups["key"] !== undefined) return { kind: "key", text: whole, at };
  if (groups["name"] !== undefined) return { kind: "name", text: whole, at };
  return groups["sign"] === undefined ? undefined : { kind: "sign", text: whole, at };
}

/** A double needs about 1,080 characters at most when it is written in full. */
const numberLengthMax = 64;

function unquote(quoted: string, at: number): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw fault(`${show(quoted)} is no text: its escapes are those of JSON`, at);
  }
}

function parseOr(parser: Parser, depth: number): Filter {
  return parseList(parser, { word: "or", kind: "any", next: () => parseAnd(parser, depth) });
}

function parseAnd(parser: Parser, depth: number): Filter {
  return parseList(parser, { word: "and", kind: "all", next: () => parseUnary(parser, depth) });
}

function parseList(
  parser: Parser,
  { word, kind, next }: { word: string; kind: "all" | "any"; next: () => Filter },
): Filter {
  const first = next();
  const filters = [first];
  while (takeWord(parser, word)) filters.push(next());
  return filters.length === 1 ? first : { kind, filters };
}

function parseUnary(parser: Parser, depth: number): Filter {
  if (depth > limits.filterDepthMax)
    throw fault(`is nested more than ${limits.filterDepthMax} deep`, peek(parser).at);
  if (takeWord(parser, "not")) return { kind: "not", filter: parseUnary(parser, depth + 1) };
  if (takeSign(parser, "(")) {
    const filter = parseOr(parser, depth + 1);
    expectSign(parser, ")");
    return filter;
  }
  parser.conditionCount += 1;
  if (parser.conditionCount > limits.filterConditionsMax)
    throw fault(`more than ${limits.filterConditionsMax} conditions`, peek(parser).at);
  if (isWord(parser, "exists") && peek(parser, 1).text === "(") {
    take(parser);
    take(parser);
    const field = parseName(parser);
    expectSign(parser, ")");
    return { kind: "exists", field };
  }
  return parseCondition(parser);
}

function parseCondition(parser: Parser): Filter {
  if (peek(parser).kind === "key") return parseKeyCondition(parser);
  const field = parseName(parser);
  const listed = parseListed(parser, {
    among: () => anyOf(field, parseValues(parser)),
    startsWith: () => ({ kind: "prefix", field, prefix: parseText(parser) }),
  });
  if (listed !== undefined) return listed;
  const { text: sign, at } = take(parser);
  switch (sign) {
    case "=":
      return anyOf(field, [parseValue(parser)]);
    case "!=":
      return { kind: "not", filter: anyOf(field, [parseValue(parser)]) };
    case ">=":
      return { kind: "range", field, atLeast: parseBound(parser) };
    case ">":
      return { kind: "range", field, moreThan: parseBound(parser) };
    case "<=":
      return { kind: "range", field, atMost: parseBound(parser) };
    case "<":
      return { kind: "range", field, lessThan: parseBound(parser) };
    default:
      throw expected(parser, "=, !=, <, <=, >, >=, in, not in or starts with", at);
  }
}

/** `in`, `starts with`, and `not` before either; undefined when none of them follows. */
function parseListed(
  parser: Parser,
  { among, startsWith }: { readonly among: () => Filter; readonly startsWith: () => Filter },
): Filter | undefined {
  const isNegated = takeWord(parser, "not");
  let filter: Filter;
  if (takeWord(parser, "in")) filter = among();
  else if (takeWord(parser, "starts")) {
    if (!takeWord(parser, "with")) throw expected(parser, "with", peek(parser).at);
    filter = startsWith();
  } else if (isNegated) throw expected(parser, "in or starts with", peek(parser).at);
  else return undefined;
  return isNegated ? { kind: "not", filter } : filter;
}

function parseKeyCondition(parser: Parser): Filter {
  take(parser);
  const listed = parseListed(parser, {
    among: () => ({ kind: "key_any_of", keys: parseValues(parser).map(toKey) }),
    startsWith: () => ({ kind: "key_prefix", prefix: parseText(parser) }),
  });
  if (listed !== undefined) return listed;
  const { text: sign, at } = take(parser);
  if (sign !== "=" && sign !== "!=") throw expected(parser, "=, !=, in, not in or starts with", at);
  const filter: Filter = { kind: "key_any_of", keys: [parseText(parser)] };
  return sign === "=" ? filter : { kind: "not", filter };
}

function toKey({ kind, value }: FieldValue): string {
  if (kind === "keyword") return value;
  throw fault(`keys are texts in quotes, such as "${String(value)}"`, 0);
}

function parseText(parser: Parser): string {
  const { kind, text, at } = take(parser);
  if (kind === "text") return text;
  throw expected(parser, "a text in quotes", at);
}

function anyOf(field: string, values: readonly FieldValue[]): Filter {
  return { kind: "any_of", field, values };
}

const words: ReadonlySet<string> = new Set(["and", "or", "not", "in", "true", "false"]);

function parseName(parser: Parser): string {
  const { kind, text, at } = take(parser);
  if (kind === "quoted-name") return text;
  if (kind === "name" && !words.has(text.toLowerCase())) return text;
  throw expected(parser, "the name of a field", at);
}

function parseValues(parser: Parser): FieldValue[] {
  expectSign(parser, "(");
  const values: FieldValue[] = [];
  do {
    values.push(parseValue(parser));
    if (values.length > limits.filterValuesMax)
      throw fault(`more than ${limits.filterValuesMax} values in one list`, peek(parser).at);
  } while (takeSign(parser, ","));
  expectSign(parser, ")");
  return values;
}

function parseValue(parser: Parser): FieldValue {
  const { kind, text, at } = take(parser);
  parser.valueCount += 1;
  if (parser.valueCount > limits.filterValuesTotalMax)
    throw fault(`more than ${limits.filterValuesTotalMax} values in all`, at);
  const isTrue = kind === "name" && text.toLowerCase() === "true";
  const isFalse = kind === "name" && text.toLowerCase() === "false";
  if (isTrue || isFalse) return { kind: "boolean", value: isTrue };
  if (kind === "text") return { kind: "keyword", value: text };
  if (kind === "time") return { kind: "time", value: toTime(text, at) };
  if (kind !== "number")
    throw expected(parser, 'a value: "text", a number, true, false or a date', at);
  return parseNumber(text);
}

function parseBound(parser: Parser): number {
  const { kind, text, at } = take(parser);
  if (kind === "time" || kind === "text") return toTime(text, at);
  if (kind !== "number") throw expected(parser, "a number, a date or a time", at);
  const { kind: numberKind, value } = parseNumber(text);
  const bound = Number(value);
  if (numberKind === "integer" && BigInt(bound) !== value)
    throw fault(`${text} is no bound: bounds beyond 2^53 must be exact as doubles`, at);
  return bound;
}

function toTime(text: string, at: number): number {
  const value = parseIsoTime(text);
  if (value !== undefined) return value;
  throw fault(`${show(text)} is no date, such as 2024-01-31 or 2024-01-31T10:00:00Z`, at);
}

/** The token `distance` positions ahead, without consuming it. */
function peek(parser: Parser, distance: 0 | 1 = 0): Token {
  const { ahead } = parser;
  while (ahead.length <= distance) ahead.push(readToken(parser));
  return present(ahead[distance], "it was read just now");
}

function take(parser: Parser): Token {
  const token = peek(parser);
  parser.ahead.shift();
  return token;
}

function isWord(parser: Parser, word: string): boolean {
  const { kind, text } = peek(parser);
  return kind === "name" && text.toLowerCase() === word;
}

function takeWord(parser: Parser, word: string): boolean {
  if (!isWord(parser, word)) return false;
  take(parser);
  return true;
}

function takeSign(parser: Parser, sign: string): boolean {
  const { kind, text } = peek(parser);
  if (kind !== "sign" || text !== sign) return false;
  take(parser);
  return true;
}

function expectSign(parser: Parser, sign: string): void {
  if (!takeSign(parser, sign)) throw expected(parser, `"${sign}"`, peek(parser).at);
}

function expected({ text }: Parser, what: string, at: number): SluiceError {
  const found = at >= text.length ? "it ends" : `found ${show(text.slice(at))}`;
  return fault(`expected ${what}, ${found}`, at);
}

function fault(message: string, at: number): SluiceError {
  return new SluiceError("INVALID_FIELD", `filter, character ${at + 1}: ${message}`, {
    field: "filter",
  });
}

function show(text: string): string {
  return JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}...` : text);
}
