import assert from "node:assert/strict";

import { checkFilter } from "../../../src/core/filter.js";
import type { Filter } from "../../../src/core/filter.js";

const year: Filter = { kind: "range", field: "year", atLeast: 2020 };

describe("checkFilter", () => {
  it("takes every kind of condition, and empty lists of operands", () => {
    const values = [
      { kind: "keyword", value: "" },
      { kind: "integer", value: 2n ** 63n - 1n },
      { kind: "float", value: -0.5 },
      { kind: "boolean", value: false },
      { kind: "time", value: 0 },
    ] as const;
    checkFilter({
      kind: "all",
      filters: [
        { kind: "any", filters: [] },
        { kind: "not", filter: { kind: "exists", field: "x" } },
        { kind: "any_of", field: "x", values },
        { kind: "range", field: "x" },
        { kind: "range", field: "x", moreThan: -1, lessThan: 1 },
      ],
    });
  });

  const anyOf = (value: unknown): Filter =>
    ({ kind: "any_of", field: "x", values: [value] }) as Filter;
  const faults: readonly [fault: string, filter: Filter, field: string][] = [
    ["no name", { kind: "exists", field: "" }, "filter.exists"],
    ["a long name", { kind: "range", field: "é".repeat(33) }, "filter.range.field"],
    ["half a character", { kind: "exists", field: "\ud800" }, "filter.exists"],
    ["no values", { kind: "any_of", field: "x", values: [] }, "filter.any_of.values"],
    ["a list", anyOf({ kind: "keywords", value: ["a"] }), "filter.any_of.values[0]"],
    ["NaN", anyOf({ kind: "float", value: NaN }), "filter.any_of.values[0]"],
    ["65 bits", anyOf({ kind: "integer", value: 2n ** 63n }), "filter.any_of.values[0]"],
    [
      "a long keyword",
      anyOf({ kind: "keyword", value: "x".repeat(1025) }),
      "filter.any_of.values[0]",
    ],
    ["an infinite bound", { ...year, atMost: Infinity }, "filter.range.at_most"],
    ["a bound that is no number", { ...year, atLeast: NaN }, "filter.range.at_least"],
    ["two lower bounds", { ...year, moreThan: 1 }, "filter.range.more_than"],
    ["two upper bounds", { ...year, atMost: 1, lessThan: 2 }, "filter.range.less_than"],
  ];
  for (const [fault, filter, field] of faults) {
    it(`refuses ${fault} and names the place`, () => {
      assert.throws(() => checkFilter(filter), { reason: "INVALID_FIELD", field });
    });
  }

  it("names a place inside lists as the caller writes them", () => {
    const bad: Filter = { kind: "range", field: "x", atLeast: NaN };
    const filter: Filter = {
      kind: "all",
      filters: [year, year, { kind: "not", filter: { kind: "any", filters: [bad] } }],
    };
    assert.throws(() => checkFilter(filter), {
      field: "filter.all.filters[2].not.any.filters[0].range.at_least",
    });
    assert.throws(() => checkFilter(filter, { path: "filter", operands: "" }), {
      field: "filter.all[2].not.any[0].range.at_least",
    });
  });

  it("takes 16 levels and 1,024 conditions, and no more", () => {
    const nested = (depth: number): Filter =>
      depth === 1 ? year : { kind: "not", filter: nested(depth - 1) };
    checkFilter(nested(16));
    assert.throws(() => checkFilter(nested(17)), /nested more than 16 deep/);
    const wide = (count: number): Filter => ({ kind: "any", filters: Array(count).fill(year) });
    checkFilter(wide(1023));
    assert.throws(() => checkFilter(wide(1024)), /more than 1024 conditions/);
  });

  it("bounds the values of one condition, and of all together", () => {
    const among = (count: number): Filter => ({
      kind: "any_of",
      field: "x",
      values: Array.from({ length: count }, (_, i) => ({ kind: "integer", value: BigInt(i) })),
    });
    checkFilter({ kind: "all", filters: Array(16).fill(among(1024)) });
    assert.throws(() => checkFilter(among(1025)), /has 1025 values, the limit is 1024/);
    assert.throws(() => checkFilter({ kind: "all", filters: Array(17).fill(among(1000)) }), {
      reason: "INVALID_FIELD",
      message: /more than 16384 values in all/,
    });
  });
});
