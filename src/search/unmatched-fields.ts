// Conditions of a filter that no document can meet, because none has such a field: misspelled names,
// and values of another kind, which would find nothing in silence.

import type { FieldValue } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import { nearest } from "../core/nearest.js";
import { isBitSet } from "../index/bm25/bits.js";
import { openColumns } from "../index/columns/columns-reader.js";
import type { Generation, GenerationSegment } from "../index/generation.js";
import { sectionOf } from "../index/segment-format.js";

type Kind = FieldValue["kind"];

/** Messages of one filter, and names among which the nearest is looked for. */
const messagesMax = 8;
const namesMax = 1000;

/**
 * One message for each such condition, with the nearest name or the kinds that there are; at most
 * 8. O(conditions x segments x log columns), where a field is missing also O(live passages).
 */
export function unmatchedFields(filter: Filter, generation: Generation): readonly string[] {
  const messages = new Set<string>();
  for (const { field, kinds } of conditionsOf(filter)) {
    if (messages.size === messagesMax) break;
    const found = kindsOf(field, kinds, generation);
    if (kinds.some((kind) => found.has(kind))) continue;
    messages.add(
      found.size > 0
        ? `no document has ${inWords(kinds)} in the field "${field}"; it has ${inWords([...found])}`
        : missing(field, generation),
    );
  }
  return [...messages];
}

interface Condition {
  readonly field: string;
  /** Those that can meet it. */
  readonly kinds: readonly Kind[];
}

const numberKinds = ["integer", "integers", "float", "floats"] as const;
const timeKinds = ["time", "times"] as const;
const keywordKinds = ["keyword", "keywords"] as const;
const allKinds: readonly Kind[] = [...numberKinds, ...timeKinds, ...keywordKinds, "boolean"];

function* conditionsOf(filter: Filter): Generator<Condition, void, void> {
  switch (filter.kind) {
    case "all":
    case "any":
      for (const operand of filter.filters) yield* conditionsOf(operand);
      return;
    case "not":
      yield* conditionsOf(filter.filter);
      return;
    case "any_of":
      yield { field: filter.field, kinds: filter.values.flatMap(({ kind }) => kindsLike(kind)) };
      return;
    case "range":
      yield { field: filter.field, kinds: [...numberKinds, ...timeKinds] };
      return;
    case "exists":
      yield { field: filter.field, kinds: allKinds };
      return;
    case "prefix":
      yield { field: filter.field, kinds: keywordKinds };
      return;
    case "key_any_of":
    case "key_prefix":
  }
}

/** Kinds of fields that a value of the kind can equal. */
function kindsLike(kind: Kind): readonly Kind[] {
  const groups: readonly (readonly Kind[])[] = [numberKinds, timeKinds, keywordKinds];
  return groups.find((group) => group.includes(kind)) ?? [kind];
}

/** Kinds of the field in documents that are not deleted: all of them, or until one is `wanted`. */
function kindsOf(
  field: string,
  wanted: readonly Kind[],
  { segments }: Pick<Generation, "segments">,
): ReadonlySet<Kind> {
  const found = new Set<Kind>();
  for (const segment of segments)
    for (const kind of kindsIn(segment, field)) {
      found.add(kind);
      if (wanted.includes(kind)) return found;
    }
  return found;
}

function* kindsIn({ part, table }: GenerationSegment, field: string): Generator<Kind, void, void> {
  const dead = part.tombstones && new Uint8Array(part.tombstones);
  const isDead = (ordinal: number): boolean => dead !== undefined && isBitSet(dead, ordinal);
  if (part.kind === "live") {
    const { ordinalCount } = part;
    for (let at = toPassageOrdinal(0); at < ordinalCount; at = nextOrdinal(at)) {
      const kind = table.fieldAt(at, field)?.kind;
      if (kind !== undefined && !isDead(at)) yield kind;
    }
    return;
  }
  const columns = openColumns(sectionOf(part.tables, "columns"));
  const { first, end } = columns.find(field);
  for (let place = first; place < end; place += 1) {
    const { kind, ordinals, count } = columns.column(place);
    let position = 0;
    while (position < count && isDead(ordinals?.[position] ?? position)) position += 1;
    if (position < count) yield kind;
  }
}

function missing(field: string, generation: Generation): string {
  const names = new Set(generation.segments.flatMap(({ table }) => [...table.fieldNames()]));
  const known = [...names]
    .sort()
    .slice(0, namesMax)
    .filter((name) => kindsOf(name, allKinds, generation).size > 0);
  const near = nearest(field, known);
  const hint = near === undefined ? "" : `; the nearest name is "${near}"`;
  return `no document has a field "${field}"${hint}`;
}

function inWords(kinds: readonly Kind[]): string {
  const words = new Set(kinds.map((kind) => kindWords[kind]));
  return [...words].join(" or ");
}

const kindWords: Readonly<Record<Kind, string>> = {
  keyword: "keywords",
  keywords: "keywords",
  integer: "numbers",
  integers: "numbers",
  float: "numbers",
  floats: "numbers",
  time: "times",
  times: "times",
  boolean: "booleans",
};
