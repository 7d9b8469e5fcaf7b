// Which property of a record, or column of a table, becomes which part of a document.

import { SluiceError } from "../core/errors.js";
import type { TimeOptions } from "../core/iso-time.js";
import type { CellOptions, FieldKind } from "./cell.js";

/** Names of properties or columns. What is not given is found by the usual names. */
export interface Mapping extends TimeOptions {
  readonly key?: string | undefined;
  readonly title?: string | undefined;
  /** Several texts are joined by an empty line. */
  readonly text?: readonly string[] | undefined;
  /** Becomes the field `heading`. */
  readonly heading?: string | undefined;
  /** Becomes the field `url`. */
  readonly url?: string | undefined;
  /** The only ones that become fields; by default all that have no other place. */
  readonly fields?: readonly string[] | undefined;
  /** Kinds of fields; that of the others follows from their values. */
  readonly kinds?: ReadonlyMap<string, FieldKind> | undefined;
  /** Between the values of a text whose kind is a list. Defaults to `|`. */
  readonly listSeparator?: string | undefined;
  /** Documents without a key get `FILE:LINE`. */
  readonly keyByLine?: boolean | undefined;
}

/** The properties that form one document. */
export interface Roles {
  /** Undefined for a key by line. */
  readonly key: string | undefined;
  readonly title: string | undefined;
  readonly texts: readonly string[];
}

const defaultListSeparator = "|";

/** How texts are read as values of a declared kind. */
export function toCellOptions({ listSeparator, zoneMinutes }: Mapping): CellOptions {
  return { listSeparator: listSeparator ?? defaultListSeparator, zoneMinutes };
}

/** Exactly one of these may be present; of the others the first is taken. */
const keyNames = ["key", "_id", "id"] as const;
const otherKeyNames = ["docid", "doc_id", "pid"] as const;
/** Those of Sluice and BEIR, Pyserini and Anserini, Vespa, and DPR; the first is taken. */
const textNames = ["text", "contents", "content", "body", "passage"] as const;

const usualNames: ReadonlySet<string> = new Set([...keyNames, ...otherKeyNames, ...textNames]);

/** Whether a name tells that a line is a header: a usual one, or one of the mapping. */
export function isKnownName(name: string, { key, title, text, heading, url }: Mapping): boolean {
  const mapped = [key, title, heading, url, ...(text ?? [])];
  return usualNames.has(name) || mapped.includes(name);
}

/**
 * Finds key, title and texts among the properties that `has` knows. Throws INVALID_INPUT_FILE
 * when the key or a text is missing, or when the key is not unique. `mayLackText`: such as a
 * document with vectors.
 */
export function resolveRoles(
  has: (name: string) => boolean,
  mapping: Mapping,
  { mayLackText }: { readonly mayLackText: boolean },
): Roles {
  const title = mapping.title ?? "title";
  const texts = mapping.text?.filter(has) ?? firstOf(textNames, has);
  if (texts.length === 0 && !mayLackText) {
    const names = mapping.text === undefined ? "text" : mapping.text.join('", "');
    throw new SluiceError("INVALID_INPUT_FILE", `"${names}" is missing; name the text with --text`);
  }
  return {
    key: keyProperty(has, mapping),
    title: has(title) ? title : undefined,
    texts,
  };
}

/**
 * Finds the roles of columns, which all rows have. Throws like `resolveRoles`, also for a name of
 * the mapping that is no column, and names the columns.
 */
export function resolveColumnRoles(
  columns: readonly string[],
  mapping: Mapping,
  options: { readonly mayLackText: boolean },
): Roles {
  try {
    const unknown = mappedNames(mapping).find((name) => !isColumn(name, columns));
    if (unknown !== undefined)
      throw new SluiceError("INVALID_INPUT_FILE", `"${unknown}" is missing`);
    return resolveRoles((name) => columns.includes(name), mapping, options);
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    const fault = `${cause.message}; the columns are "${columns.join('", "')}"`;
    throw new SluiceError("INVALID_INPUT_FILE", fault, { cause });
  }
}

function mappedNames(mapping: Mapping): readonly string[] {
  const { key, title, heading, url, text = [], fields = [], kinds } = mapping;
  const single = [key, title, heading, url].filter((name) => name !== undefined);
  // Kinds may name the fields that columns become.
  const kindNames = Array.from(kinds?.keys() ?? []).filter(
    (name) =>
      !(name === "heading" && heading !== undefined) && !(name === "url" && url !== undefined),
  );
  return [...single, ...text, ...fields, ...kindNames];
}

/** A dot leads into the object of a column. */
function isColumn(name: string, columns: readonly string[]): boolean {
  return columns.includes(name) || columns.includes(name.split(".")[0] ?? "");
}

function firstOf(names: readonly string[], has: (name: string) => boolean): readonly string[] {
  const found = names.find(has);
  return found === undefined ? [] : [found];
}

/** Empty texts leave no empty line. */
export function joinTexts(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? "") : texts.filter((text) => text !== "").join("\n\n");
}

/** Throws INVALID_INPUT_FILE: two `what` "name". */
export function checkUnique(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new SluiceError("INVALID_INPUT_FILE", `two ${what} "${twice}"`);
}

/** Whether `fieldNameOf` changes or drops names. */
export function renamesFields({ heading, url, fields }: Mapping): boolean {
  return heading !== undefined || url !== undefined || fields !== undefined;
}

/** The name of the field that a property becomes; undefined when it becomes none. */
export function fieldNameOf(
  property: string,
  { heading, url, fields }: Mapping,
): string | undefined {
  if (property === heading) return "heading";
  if (property === url) return "url";
  return fields === undefined || fields.includes(property) ? property : undefined;
}

function keyProperty(has: (name: string) => boolean, mapping: Mapping): string | undefined {
  const { key, keyByLine } = mapping;
  if (key !== undefined) {
    if (has(key) || keyByLine === true) return has(key) ? key : undefined;
    throw new SluiceError("INVALID_INPUT_FILE", `the key is missing: expected "${key}"`);
  }
  const present = keyNames.filter(has);
  if (present.length > 1) {
    const fault = `has both "${present.join('" and "')}"; keep one, or choose with --key`;
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  const found = present[0] ?? otherKeyNames.find(has);
  if (found !== undefined || keyByLine === true) return found;
  const fault = 'the key is missing: expected "key", "_id" or "id"; name it with --key';
  throw new SluiceError("INVALID_INPUT_FILE", fault);
}
