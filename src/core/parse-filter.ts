// Filters as people write them: `year >= 2020 and lang in ("en", "de") and not draft = true`.

import { SluiceError } from "./errors.js";
import type { FieldValue } from "./document.js";
import { checkFilter } from "./filter.js";
import type { Filter } from "./filter.js";
import { isoTimeSource, parseIsoTime } from "./iso-time.js";
import { limits } from "./limits.js";

/**
 * Conditions: `field = value`, `!=`, `field in (value, ...)`, `not in`, `<`, `<=`, `>`, `>=`,
 * `exists(field)`; joined by `and`, `or`, `not` and parentheses; `and` binds tighter than `or`.
 * Values: "text" with JSON's escapes, numbers, true, false, dates and times as 2024-01-31 or
 * 2024-01-31T10:00:00Z. A whole number equals integers and floats. Names with other characters than
 * letters, digits, `_`, `.` and `-` stand in backquotes. Throws INVALID_FIELD for `filter`, saying at
 * which character.
 */
export function parseFilter(text: string): Filter {
  const parser: Parser = { text, tokens: tokenize(text), position: 0 };
  const filter = parseOr(parser, 1);
  const { kind, at } = peek(parser);
  if (kind !== "end") throw expected(parser, "and, or, or the end", at);
  checkFilter(filter, { path: "filter", operands: "" });
  return filter;
}

type TokenKind = "name" | "quoted-name" | "text" | "number" | "time" | "sign" | "end";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** From 0, in code units. */
  readonly at: number;
}

interface Parser {
  readonly text: string;
  readonly tokens: readonly Token[];
  position: number;
}

const tokenPattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<text>"(?:[^"\\]|\\.)*")`,
    "(?<quoted>`[^`]+`)",
    `(?<time>${isoTimeSource}(?![\\w-]))`,
    String.raw`(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))`,
    String.raw`(?<name>[\p{L}_][\p{L}\p{M}\p{N}_.-]*)`,
    "(?<sign>!=|<=|>=|[=<>(),])",
  ].join("|"),
  "uy",
);

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw fault(`cannot read ${show(text.slice(at))}`, at);
    const { groups = {} } = match;
    const whole = match[0];
    if (groups["text"] !== undefined) tokens.push({ kind: "text", text: unquote(whole, at), at });
    else if (groups["quoted"] !== undefined)
      tokens.push({ kind: "quoted-name", text: whole.slice(1, -1), at });
    else if (groups["time"] !== undefined) tokens.push({ kind: "time", text: whole, at });
    else if (groups["number"] !== undefined) tokens.push({ kind: "number", text: whole, at });
    else if (groups["name"] !== undefined) tokens.push({ kind: "name", text: whole, at });
    else if (groups["sign"] !== undefined) tokens.push({ kind: "sign", text: whole, at });
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

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
  if (isWord(parser, "exists") && parser.tokens[parser.position + 1]?.text === "(") {
    parser.position += 2;
    const field = parseName(parser);
    expectSign(parser, ")");
    return { kind: "exists", field };
  }
  return parseCondition(parser);
}

function parseCondition(parser: Parser): Filter {
  const field = parseName(parser);
  if (takeWord(parser, "in")) return anyOf(field, parseValues(parser));
  if (isWord(parser, "not")) {
    parser.position += 1;
    if (!takeWord(parser, "in")) throw expected(parser, "in", peek(parser).at);
    return { kind: "not", filter: anyOf(field, parseValues(parser)) };
  }
  const { text: sign, at } = take(parser);
  switch (sign) {
    case "=":
      return anyOf(field, parseValue(parser));
    case "!=":
      return { kind: "not", filter: anyOf(field, parseValue(parser)) };
    case ">=":
      return { kind: "range", field, atLeast: parseBound(parser) };
    case ">":
      return { kind: "range", field, moreThan: parseBound(parser) };
    case "<=":
      return { kind: "range", field, atMost: parseBound(parser) };
    case "<":
      return { kind: "range", field, lessThan: parseBound(parser) };
    default:
      throw expected(parser, "=, !=, <, <=, >, >=, in or not in", at);
  }
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
  do values.push(...parseValue(parser));
  while (takeSign(parser, ","));
  expectSign(parser, ")");
  return values;
}

/** One value; a whole number is an integer or a float, whichever the field holds. */
function parseValue(parser: Parser): FieldValue[] {
  const { kind, text, at } = take(parser);
  const isTrue = kind === "name" && text.toLowerCase() === "true";
  const isFalse = kind === "name" && text.toLowerCase() === "false";
  if (isTrue || isFalse) return [{ kind: "boolean", value: isTrue }];
  if (kind === "text") return [{ kind: "keyword", value: text }];
  if (kind === "time") return [{ kind: "time", value: toTime(text, at) }];
  if (kind !== "number")
    throw expected(parser, 'a value: "text", a number, true, false or a date', at);
  const float: FieldValue = { kind: "float", value: Number(text) };
  if (!/^[+-]?\d+$/.test(text)) return [float];
  const integer: FieldValue = { kind: "integer", value: BigInt(text.replace("+", "")) };
  return Number.isSafeInteger(float.value) ? [integer, float] : [integer];
}

function parseBound(parser: Parser): number {
  const { kind, text, at } = take(parser);
  if (kind === "time" || kind === "text") return toTime(text, at);
  if (kind !== "number") throw expected(parser, "a number, a date or a time", at);
  const bound = Number(text);
  if (/^[+-]?\d+$/.test(text) && BigInt(text.replace("+", "")) !== BigInt(bound))
    throw fault(`${text} is no bound: bounds beyond 2^53 must be exact as doubles`, at);
  return bound;
}

function toTime(text: string, at: number): number {
  const value = parseIsoTime(text);
  if (value !== undefined) return value;
  throw fault(`${show(text)} is no date, such as 2024-01-31 or 2024-01-31T10:00:00Z`, at);
}

function peek({ tokens, position, text }: Parser): Token {
  return tokens[position] ?? { kind: "end", text: "", at: text.length };
}

function take(parser: Parser): Token {
  const token = peek(parser);
  parser.position += 1;
  return token;
}

function isWord(parser: Parser, word: string): boolean {
  const { kind, text } = peek(parser);
  return kind === "name" && text.toLowerCase() === word;
}

function takeWord(parser: Parser, word: string): boolean {
  if (!isWord(parser, word)) return false;
  parser.position += 1;
  return true;
}

function takeSign(parser: Parser, sign: string): boolean {
  const { kind, text } = peek(parser);
  if (kind !== "sign" || text !== sign) return false;
  parser.position += 1;
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
