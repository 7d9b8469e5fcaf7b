// Random fields and filters that often match, and an independent implementation of filters.

import fc from "fast-check";

import type { Fields, FieldValue, SingleValue } from "../../src/core/document.js";
import type { Filter } from "../../src/core/filter.js";

/** Few names, so that documents share them; one is longer in UTF-8 than in UTF-16. */
export const fieldNames: readonly string[] = ["lang", "year", "größe", "\u{1d400}", "z"];

const words: readonly string[] = ["", "de", "en", "en-GB", "\uff41", "\u{1d400}", "ключ"];
/** Around 2^53 not every integer is a double. */
const edges: readonly bigint[] = [
  ...[0n, 1n, -1n, 2024n, -2024n, 2n ** 31n, 2n ** 32n, -(2n ** 32n) - 1n],
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n, -(2n ** 53n) - 1n],
  ...[2n ** 63n - 1n, -(2n ** 63n)],
];
const doubles: readonly number[] = [
  ...edges.map(Number),
  ...[-0, 0.5, -0.5, 1.5, 2023.999, 1e300, -1e300, 5e-324, 2 ** 63, 2 ** 64],
];

const anyWord = fc.constantFrom(...words);
const anyInteger = fc.oneof(
  fc.constantFrom(...edges),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const anyDouble = fc.oneof(
  fc.constantFrom(...doubles),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const anyTime = fc.constantFrom(0, 1, -1, 2024, 8.64e15);

const anySingleValue: fc.Arbitrary<SingleValue> = fc.oneof(
  anyWord.map((value) => ({ kind: "keyword", value }) as const),
  anyInteger.map((value) => ({ kind: "integer", value }) as const),
  anyDouble.map((value) => ({ kind: "float", value }) as const),
  fc.boolean().map((value) => ({ kind: "boolean", value }) as const),
  anyTime.map((value) => ({ kind: "time", value }) as const),
);

export const anyFieldValue: fc.Arbitrary<FieldValue> = fc.oneof(
  anySingleValue,
  fc.array(anyWord, { maxLength: 3 }).map((value) => ({ kind: "keywords", value }) as const),
  fc.array(anyInteger, { maxLength: 3 }).map((value) => ({ kind: "integers", value }) as const),
  fc.array(anyDouble, { maxLength: 3 }).map((value) => ({ kind: "floats", value }) as const),
  fc.array(anyTime, { maxLength: 3 }).map((value) => ({ kind: "times", value }) as const),
);

export const anyFields: fc.Arbitrary<Fields> = fc
  .array(fc.tuple(fc.constantFrom(...fieldNames), anyFieldValue), { maxLength: 5 })
  .map((entries) => new Map(entries));

const anyName = fc.constantFrom(...fieldNames, "nowhere");

const anyRange: fc.Arbitrary<Filter> = fc
  .record(
    {
      field: anyName,
      low: fc.option(fc.tuple(fc.constantFrom("atLeast", "moreThan"), anyDouble)),
      high: fc.option(fc.tuple(fc.constantFrom("atMost", "lessThan"), anyDouble)),
    },
    { noNullPrototype: true },
  )
  .map(({ field, low, high }) => ({
    kind: "range",
    field,
    ...(low === null ? {} : { [low[0]]: low[1] }),
    ...(high === null ? {} : { [high[0]]: high[1] }),
  }));

/** Some of them are of `keyOf`. */
const keys = ["k1", "k2", "k3", "k10", "k11", "none", "\u{1d400}5", "\uff416"];

const anyLeaf: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .tuple(anyName, fc.array(anySingleValue, { minLength: 1, maxLength: 4 }))
    .map(([field, values]) => ({ kind: "any_of", field, values }) as const),
  anyRange,
  anyName.map((field) => ({ kind: "exists", field }) as const),
  fc
    .tuple(anyName, fc.constantFrom("d", "en", "en-GB-", "\uff41", "\u{1d400}", "кл"))
    .map(([field, prefix]) => ({ kind: "prefix", field, prefix }) as const),
  fc
    .array(fc.constantFrom(...keys), { minLength: 1, maxLength: 4 })
    .map((wanted) => ({ kind: "key_any_of", keys: wanted }) as const),
  fc
    .constantFrom("k", "k1", "\u{1d400}", "\uff41", "none", "a")
    .map((prefix) => ({ kind: "key_prefix", prefix }) as const),
);

/** Keys of documents for tests that number them: some of those that filters look for. */
export function keyOf(number: number): string {
  const prefix = ["k", "\u{1d400}", "\uff41"][number % 3] ?? "";
  return `${prefix}${number}`;
}

/** Up to four levels. */
export const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    anyLeaf,
    fc
      .tuple(fc.constantFrom("all", "any"), fc.array(tie("filter"), { maxLength: 3 }))
      .map(([kind, filters]) => ({ kind, filters }) as const),
    tie("filter").map((filter) => ({ kind: "not", filter }) as const),
  ),
})).filter;

/** Implements proto/sluice/v1/types.proto literally, one document at a time. */
export function plainMatch(filter: Filter, fields: Fields, key = ""): boolean {
  switch (filter.kind) {
    case "all":
      return !filter.filters.some((operand) => !plainMatch(operand, fields, key));
    case "any":
      return filter.filters.some((operand) => plainMatch(operand, fields, key));
    case "not":
      return !plainMatch(filter.filter, fields, key);
    case "exists":
      return fields.has(filter.field);
    case "key_any_of":
      return filter.keys.includes(key);
    case "key_prefix":
      return beginsWith(key, filter.prefix);
    case "prefix":
      return entriesOf(fields.get(filter.field)).some(
        ({ kind, value }) => kind === "keyword" && beginsWith(value, filter.prefix),
      );
    case "any_of":
      return entriesOf(fields.get(filter.field)).some((held) =>
        filter.values.some((value) => areEqual(held, value)),
      );
    case "range": {
      const { atLeast, moreThan, atMost, lessThan } = filter;
      return entriesOf(fields.get(filter.field)).some(({ kind, value }) => {
        if (kind === "keyword" || kind === "boolean") return false;
        return (
          (atLeast === undefined || compare(value, atLeast) >= 0) &&
          (moreThan === undefined || compare(value, moreThan) > 0) &&
          (atMost === undefined || compare(value, atMost) <= 0) &&
          (lessThan === undefined || compare(value, lessThan) < 0)
        );
      });
    }
  }
}

function beginsWith(text: string, prefix: string): boolean {
  const start = Buffer.from(prefix, "utf8");
  return Buffer.from(text, "utf8").subarray(0, start.length).equals(start);
}

/** The value, or the entries of a list as values. */
function entriesOf(field: FieldValue | undefined): SingleValue[] {
  switch (field?.kind) {
    case undefined:
      return [];
    case "keywords":
      return field.value.map((value) => ({ kind: "keyword", value }));
    case "integers":
      return field.value.map((value) => ({ kind: "integer", value }));
    case "floats":
      return field.value.map((value) => ({ kind: "float", value }));
    case "times":
      return field.value.map((value) => ({ kind: "time", value }));
    case "keyword":
    case "integer":
    case "float":
    case "boolean":
    case "time":
      return [field];
  }
}

function areEqual(held: FieldValue, wanted: FieldValue): boolean {
  const isNumber = ({ kind }: FieldValue): boolean => kind === "integer" || kind === "float";
  if (isNumber(held) && isNumber(wanted))
    return compare(held.value as number | bigint, wanted.value as number | bigint) === 0;
  return held.kind === wanted.kind && held.value === wanted.value;
}

/** The sign of a - b, in multiples of 2^-1074, the smallest step of doubles. */
function compare(a: number | bigint, b: number | bigint): number {
  const difference = steps(a) - steps(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

function steps(value: number | bigint): bigint {
  if (typeof value === "bigint") return value << 1074n;
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return BigInt(mantissa) << BigInt(1074 - exponent);
}
