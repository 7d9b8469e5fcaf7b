// Kinds of option values: their validation, and the text of their range.

import { z } from "zod";

/** What tables and errors show of an option, besides its type. */
export interface OptionNotes {
  readonly description: string;
  /** In words, such as `0 to 65535`. */
  readonly range: string;
  /** Unit of the value; empty for names and paths. */
  readonly unit: string;
  readonly kind: OptionKind;
  /** Shown instead of a default that depends on the location of the checkout. */
  readonly shownDefault?: string;
}

export type OptionKind = "number" | "bytes" | "text" | "list" | "path" | "choice";

interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  readonly description: string;
}

/** An integer. */
export function whole(range: NumberRange): z.ZodDefault<z.ZodNumber> {
  return noted(z.int().min(range.min).max(range.max).default(range.default), {
    description: range.description,
    range: `${range.min} to ${range.max}`,
    unit: range.unit ?? "",
    kind: "number",
  });
}

/** A number, possibly with a fraction. */
export function decimal(range: NumberRange): z.ZodDefault<z.ZodNumber> {
  return noted(z.number().min(range.min).max(range.max).default(range.default), {
    description: range.description,
    range: `${range.min} to ${range.max}`,
    unit: range.unit ?? "",
    kind: "number",
  });
}

/** A size: a number of bytes, or text with a unit such as `8 MiB`. */
export function bytes(range: Omit<NumberRange, "unit">): z.ZodDefault<z.ZodNumber> {
  return noted(z.int().min(range.min).max(range.max).default(range.default), {
    description: range.description,
    range: `${formatBytes(range.min)} to ${formatBytes(range.max)}`,
    unit: "bytes",
    kind: "bytes",
  });
}

/** Text without control characters; not empty unless `optional`. */
export function text(option: {
  readonly default: string;
  readonly range: string;
  readonly optional?: boolean;
  readonly description: string;
}): z.ZodDefault<z.ZodString> {
  const schema = z.string().regex(option.optional === true ? /^[^\p{Cc}]*$/u : /^[^\p{Cc}]+$/u);
  return noted(schema.default(option.default), { ...option, unit: "", kind: "text" });
}

/** Comma-separated values, or an array of strings in a file; may be empty. */
export function listOption(option: {
  readonly range: string;
  readonly description: string;
}): z.ZodDefault<z.ZodString> {
  const schema = z.string().regex(/^[^\p{Cc}]*$/u);
  return noted(schema.default(""), {
    description: option.description,
    range: option.range,
    unit: "",
    kind: "list",
  });
}

/** A file or folder; may be empty if `optional`. */
export function path(option: {
  readonly default: string;
  readonly shownDefault?: string;
  readonly optional?: boolean;
  readonly description: string;
}): z.ZodDefault<z.ZodString> {
  const schema = z.string().regex(option.optional === true ? /^[^\0]*$/ : /^[^\0]+$/);
  const range = option.optional === true ? "a path, or empty for none" : "a path";
  const notes = { description: option.description, range, unit: "", kind: "path" as const };
  const { shownDefault } = option;
  return noted(
    schema.default(option.default),
    shownDefault === undefined ? notes : { ...notes, shownDefault },
  );
}

/** One of a set of words. */
export function choice<const Words extends readonly [string, ...string[]]>(option: {
  readonly words: Words;
  readonly default: Words[number];
  readonly description: string;
}): z.ZodDefault<z.ZodType<Words[number], Words[number]>> {
  const schema: z.ZodType<Words[number], Words[number]> = z.enum(option.words);
  return noted(schema.default(option.default as never), {
    description: option.description,
    range: option.words.join(", "),
    unit: "",
    kind: "choice",
  });
}

const notesOf = new WeakMap<z.ZodType, OptionNotes>();

/** The notes of an option's schema; undefined for a section. */
export function optionNotes(schema: z.ZodType): OptionNotes | undefined {
  return notesOf.get(schema);
}

function noted<Schema extends z.ZodType>(schema: Schema, notes: OptionNotes): Schema {
  notesOf.set(schema, notes);
  return schema;
}

const byteUnits: readonly (readonly [string, number])[] = [
  ["GiB", 1024 ** 3],
  ["MiB", 1024 ** 2],
  ["KiB", 1024],
];

/** `8 MiB` when that is exact, else plain bytes. */
export function formatBytes(count: number): string {
  for (const [name, size] of byteUnits) {
    if (count >= size && count % size === 0) return `${count / size} ${name}`;
  }
  return `${count} B`;
}

/** Parses `8 MiB`, `64KiB`, `512 B` or plain bytes; undefined for anything else. */
export function parseBytes(words: string): number | undefined {
  const match = /^(\d+)\s*([KMG]iB|B)?$/i.exec(words.trim());
  if (match === null) return undefined;
  const unit = (match[2] ?? "B").toLowerCase();
  const size = byteUnits.find(([name]) => name.toLowerCase() === unit)?.[1] ?? 1;
  return Number(match[1]) * size;
}
