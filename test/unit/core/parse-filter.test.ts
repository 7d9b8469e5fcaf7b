import assert from "node:assert/strict";

import type { FieldValue } from "../../../src/core/document.js";
import type { Filter } from "../../../src/core/filter.js";
import { parseFilter } from "../../../src/core/parse-filter.js";

const keyword = (value: string): FieldValue => ({ kind: "keyword", value });
const whole = (value: number): FieldValue => ({ kind: "integer", value: BigInt(value) });
const anyOf = (field: string, ...values: FieldValue[]): Filter => ({
  kind: "any_of",
  field,
  values,
});
const not = (filter: Filter): Filter => ({ kind: "not", filter });
const moreThan = (field: string, bound: number): Filter => ({
  kind: "range",
  field,
  moreThan: bound,
});
const january = Date.UTC(2024, 0, 31);

describe("parseFilter", () => {
  const cases: readonly [text: string, filter: Filter][] = [
    ['lang = "en"', anyOf("lang", keyword("en"))],
    ['lang in ("en","de")', anyOf("lang", keyword("en"), keyword("de"))],
    ['lang not in ("en")', not(anyOf("lang", keyword("en")))],
    ['lang != "\\u00e9\\""', not(anyOf("lang", keyword('é"')))],
    ["year=2020", anyOf("year", whole(2020))],
    ["year = -1", anyOf("year", whole(-1))],
    ["n = 9007199254740993", anyOf("n", { kind: "integer", value: 2n ** 53n + 1n })],
    ["n = 10.0", anyOf("n", whole(10))],
    ["n in (1e1, +.5e1)", anyOf("n", whole(10), whole(5))],
    ["n = 0.0e99", anyOf("n", whole(0))],
    ["n = 9007199254740993.0", anyOf("n", { kind: "integer", value: 2n ** 53n + 1n })],
    ["n = 9223372036854775808", anyOf("n", { kind: "float", value: 2 ** 63 })],
    ["n != 6.02e23", not(anyOf("n", { kind: "float", value: 6.02e23 }))],
    ["x = 2.50", anyOf("x", { kind: "float", value: 2.5 })],
    ["draft = true", anyOf("draft", { kind: "boolean", value: true })],
    ["at = 2024-01-31", anyOf("at", { kind: "time", value: january })],
    ["year >= 2020", { kind: "range", field: "year", atLeast: 2020 }],
    ["x<-1e3", { kind: "range", field: "x", lessThan: -1000 }],
    ["at > 2024-01-31T00:00:00Z", { kind: "range", field: "at", moreThan: january }],
    ['at <= "2024-01-31T01:30+01:30"', { kind: "range", field: "at", atMost: january }],
    ["at > 2024-01-31T01:00:00.123456789+01:00", moreThan("at", january + 123)],
    ["at > 2024-01-31t00:00:00z", moreThan("at", january)],
    ['url starts with "https:"', { kind: "prefix", field: "url", prefix: "https:" }],
    ['url NOT STARTS WITH "a"', not({ kind: "prefix", field: "url", prefix: "a" })],
    ["starts = true", anyOf("starts", { kind: "boolean", value: true })],
    ['@key = "a"', { kind: "key_any_of", keys: ["a"] }],
    ['@key != "a"', not({ kind: "key_any_of", keys: ["a"] })],
    ['@key not in ("a", "b")', not({ kind: "key_any_of", keys: ["a", "b"] })],
    ['@key starts with "docs/"', { kind: "key_prefix", prefix: "docs/" }],
    ['`@key` = "a"', anyOf("@key", keyword("a"))],
    ["exists(author)", { kind: "exists", field: "author" }],
    ["exists = true", anyOf("exists", { kind: "boolean", value: true })],
    ["exists(`two words`)", { kind: "exists", field: "two words" }],
    ["größe.cm-2 > 1", { kind: "range", field: "größe.cm-2", moreThan: 1 }],
  ];
  for (const [text, filter] of cases) {
    it(`reads ${text}`, () => assert.deepEqual(parseFilter(text), filter));
  }

  it("binds not before and before or, parentheses before all", () => {
    const [a, b, c] = ["a", "b", "c"].map((field): Filter => ({ kind: "exists", field }));
    const text = "not exists(a) and exists(b) OR exists(c)";
    const both: Filter = { kind: "all", filters: [not(a!), b!] };
    assert.deepEqual(parseFilter(text), { kind: "any", filters: [both, c] });
    assert.deepEqual(parseFilter("not (exists(a) and (exists(b) or exists(c)))"), {
      kind: "not",
      filter: { kind: "all", filters: [a, { kind: "any", filters: [b, c] }] },
    });
  });

  const faults: readonly [text: string, message: RegExp][] = [
    ['@key > "a"', /character 6: expected =, !=, in, not in or starts with/],
    ["@key = 5", /character 8: expected a text in quotes/],
    ["@key in (5)", /keys are texts in quotes/],
    ['@keys = "a"', /cannot read/],
    ['url starts "a"', /character 12: expected with/],
    ['url starts with ""', /filter.prefix.prefix is empty/],
    ["", /character 1: expected the name of a field, it ends/],
    ["year", /character 5: expected =, !=, .* it ends/],
    ["year >", /character 7: expected a number, a date or a time, it ends/],
    ['year > "x"', /character 8: .*is no date/],
    ["year > true", /character 8: expected a number/],
    ["year = ", /expected a value/],
    ["year = 2020 2021", /character 13: expected and, or, or the end, found "2021"/],
    ["lang in ()", /character 10: expected a value/],
    ['lang in ("en"', /character 14: expected "\)", it ends/],
    ["lang = 'en'", /character 8: cannot read/],
    ['lang = "\\x"', /escapes are those of JSON/],
    ["and = 1", /character 1: expected the name of a field, found "and = 1"/],
    ["at = 2024-02-31", /is no date/],
    ["n > 9007199254740993", /bounds beyond 2\^53/],
    ["x = 1e999", /finite/],
    [`${"(".repeat(5000)}a = 1`, /nested more than 16 deep/],
    [`${"not ".repeat(5000)} a = 1`, /nested more than 16 deep/],
  ];
  for (const [text, message] of faults) {
    it(`refuses ${text.slice(0, 30)} and says where`, () => {
      assert.throws(() => parseFilter(text), { reason: "INVALID_FIELD", message });
    });
  }
});
