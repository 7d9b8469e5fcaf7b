// Counts of the values of a field on the columns of a segment.

import assert from "node:assert/strict";
import type { Fields, FieldValue } from "../../../../src/core/document.js";
import { openColumns } from "../../../../src/index/columns/columns-reader.js";
import type { ColumnsReader } from "../../../../src/index/columns/columns-reader.js";
import { writeColumns } from "../../../../src/index/columns/columns-writer.js";
import { createValueCounter } from "../../../../src/index/columns/count-values.js";
import type { CountedPassages } from "../../../../src/index/columns/count-values.js";

function columnsOf(values: readonly (FieldValue | undefined)[]) {
  const ordinals = values.map(
    (value): Fields => new Map(value === undefined ? [] : [["f", value]]),
  );
  return openColumns(writeColumns(ordinals));
}

function passagesOf(isCounted: Uint8Array): CountedPassages {
  return { isCounted, count: isCounted.reduce((sum, one) => sum + one, 0) };
}

function countValues(
  columns: ColumnsReader,
  field: string,
  { isCounted, valuesMax }: { isCounted: Uint8Array; valuesMax: number },
) {
  const counter = createValueCounter(field);
  counter.add(columns, passagesOf(isCounted));
  return counter.counts(valuesMax);
}

describe("counts of values", () => {
  it("leave out the rarest where there are too many, and say how frequent those may be", () => {
    const values = Array.from({ length: 5000 }, (_, i): FieldValue => {
      return { kind: "integer", value: BigInt(i % 100 < 60 ? i % 3 : i) };
    });
    const isCounted = new Uint8Array(5000).fill(1);
    const counts = countValues(columnsOf(values), "f", { isCounted, valuesMax: 10 });
    assert.deepEqual(counts.values.map(({ value }) => value).sort(), ["0", "1", "2"]);
    assert.equal(counts.unlistedMax, 1);
    assert.equal(counts.documentCount, 5000);
  });

  it("are exact for thousands of different numbers, as a map counts them", () => {
    const values = Array.from({ length: 20_000 }, (_, i): FieldValue => {
      const number = (i * 7919) % 6007;
      return i % 2 === 0
        ? { kind: "float", value: number / 8 }
        : { kind: "integer", value: BigInt(number) << 40n };
    });
    const isCounted = Uint8Array.from(values, (_, i) => Number(i % 5 !== 0));
    const expected = new Map<string, number>();
    for (const [i, { kind, value }] of values.entries())
      if (isCounted[i] === 1)
        expected.set(
          `${kind} ${String(value)}`,
          1 + (expected.get(`${kind} ${String(value)}`) ?? 0),
        );
    const counts = countValues(columnsOf(values), "f", { isCounted, valuesMax: 1e6 });
    const found = new Map(
      counts.values.map(({ kind, value, count }) => [`${kind} ${value}`, count]),
    );
    assert.deepEqual([...found].sort(), [...expected].sort());
    assert.equal(counts.unlistedMax, 0);
  });

  it("of several segments are added up, whatever numbers their words have", () => {
    const counter = createValueCounter("f");
    const isCounted = Uint8Array.of(1, 1, 1);
    for (const list of [
      ["c", "a", "b"],
      ["a", "b", "b"],
      ["b", "c", "d"],
    ]) {
      const values = list.map((value): FieldValue => ({ kind: "keyword", value }));
      counter.add(columnsOf(values), passagesOf(isCounted));
    }
    const { values, documentCount } = counter.counts(10);
    assert.equal(documentCount, 9);
    const found = Object.fromEntries(values.map(({ value, count }) => [value, count]));
    assert.deepEqual(found, { a: 2, b: 4, c: 2, d: 1 });
  });

  it("count a document once for a keyword that its list has twice", () => {
    const list: FieldValue = { kind: "keywords", value: ["a", "b", "a"] };
    const isCounted = Uint8Array.of(1, 1, 0, 1);
    const columns = columnsOf([list, undefined, list, { kind: "keywords", value: [] }]);
    assert.deepEqual(countValues(columns, "f", { isCounted, valuesMax: 10 }), {
      values: [
        { kind: "keyword", value: "a", count: 1 },
        { kind: "keyword", value: "b", count: 1 },
      ],
      documentCount: 2,
      unlistedMax: 0,
    });
    assert.deepEqual(countValues(columns, "g", { isCounted, valuesMax: 10 }), {
      values: [],
      documentCount: 0,
      unlistedMax: 0,
    });
  });
});
