import assert from "node:assert/strict";

import { parseFilter } from "../../../src/core/parse-filter.js";
import { filterFromJson } from "../../../src/http/filter-json.js";

describe("filters in JSON", () => {
  it("are text, or objects that mean the same", () => {
    const text =
      'year >= 2020 and lang in ("en", 5, 1.5, true, 2024-01-31) and not exists(x) and (a < 1 or b > 2024-01-31)';
    const values = ["en", 5, 1.5, true, { time: "2024-01-31" }];
    const object = {
      all: [
        { range: { field: "year", at_least: 2020 } },
        { any_of: { field: "lang", values } },
        { not: { exists: "x" } },
        {
          any: [
            { range: { field: "a", less_than: 1 } },
            { range: { field: "b", more_than: "2024-01-31T00:00:00Z" } },
          ],
        },
      ],
    };
    assert.deepEqual(withoutUndefined(filterFromJson(object)), parseFilter(text));
    assert.deepEqual(filterFromJson(text), parseFilter(text));
  });

  it("may say of which kind a value is", () => {
    const values = [
      { integer: "9007199254740993" },
      { integer: 5 },
      { float: 5 },
      { keyword: "5" },
    ];
    assert.deepEqual(filterFromJson({ any_of: { field: "x", values } }), {
      kind: "any_of",
      field: "x",
      values: [
        { kind: "integer", value: 2n ** 53n + 1n },
        { kind: "integer", value: 5n },
        { kind: "float", value: 5 },
        { kind: "keyword", value: "5" },
      ],
    });
  });

  it("are about keys and beginnings, too", () => {
    for (const [object, text] of [
      [{ prefix: { field: "url", prefix: "https:" } }, 'url starts with "https:"'],
      [{ key_any_of: { keys: ["a", "b"] } }, '@key in ("a", "b")'],
      [{ not: { key_prefix: "docs/" } }, '@key not starts with "docs/"'],
    ] as const)
      assert.deepEqual(filterFromJson(object), parseFilter(text));
    for (const [object, field] of [
      [{ prefix: { field: "url", prefix: 5 } }, "filter.prefix.prefix"],
      [{ key_any_of: { keys: [] } }, "filter.key_any_of.keys"],
      [{ key_any_of: { keys: ["a", 5] } }, "filter.key_any_of.keys[1]"],
      [{ key_prefix: "" }, "filter.key_prefix"],
    ] as const)
      assert.throws(() => filterFromJson(object), { reason: "INVALID_FIELD", field });
  });

  it("take bounds beyond 2^53 that a double holds", () => {
    const range = (bound: bigint): object => ({ range: { field: "n", at_least: bound } });
    assert.deepEqual(
      withoutUndefined(filterFromJson(range(2n ** 60n))),
      parseFilter(`n >= ${2n ** 60n}`),
    );
    assert.throws(() => filterFromJson(range(2n ** 60n + 1n)), { field: "filter.range.at_least" });
  });

  const nested = (depth: number): unknown =>
    depth === 0 ? { exists: "x" } : { not: nested(depth - 1) };
  const faults: readonly [field: string, value: unknown][] = [
    ["filter", null],
    ["filter", { all: [], any: [] }],
    ["filter.some", { some: [] }],
    ["filter.all", { all: {} }],
    ["filter.any[1]", { any: [{ exists: "x" }, 5] }],
    ["filter.not.any_of.values", { not: { any_of: { field: "x", values: [] } } }],
    ["filter.any_of.value", { any_of: { field: "x", value: 1 } }],
    ["filter.any_of.values[0]", { any_of: { field: "x", values: [["a"]] } }],
    ["filter.any_of.values[1]", { any_of: { field: "x", values: [1, null] } }],
    ["filter.any_of.values[0]", { any_of: { field: "x", values: [{ time: "noon" }] } }],
    ["filter.range.field", { range: { at_least: 1 } }],
    ["filter.range.more_than", { range: { field: "x", at_least: 1, more_than: 1 } }],
    ["filter.exists", { exists: "" }],
    [`filter${".not".repeat(16)}`, nested(3000)],
  ];
  for (const [field, value] of faults) {
    it(`are refused at ${field}`, () => {
      assert.throws(() => filterFromJson(value), { reason: "INVALID_FIELD", field });
    });
  }
});

/** Open bounds are undefined in one, absent in the other. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, property]) => property !== undefined);
  return Object.fromEntries(entries.map(([name, property]) => [name, withoutUndefined(property)]));
}
