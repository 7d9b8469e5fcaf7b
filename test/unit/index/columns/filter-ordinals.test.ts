import assert from "node:assert/strict";
import fc from "fast-check";

import type { Fields } from "../../../../src/core/document.js";
import type { Filter } from "../../../../src/core/filter.js";
import { openColumns } from "../../../../src/index/columns/columns-reader.js";
import { writeColumns } from "../../../../src/index/columns/columns-writer.js";
import { filterOrdinals } from "../../../../src/index/columns/filter-ordinals.js";
import type { PassageKeys } from "../../../../src/index/columns/match-keys.js";
import { isBitSet } from "../../../../src/index/bm25/bits.js";
import { anyFields, anyFilter, keyOf, plainMatch } from "../../../support/filters.js";

function rowsThrough(filter: Filter, documents: readonly Fields[]): number[] {
  const columns = openColumns(writeColumns(documents));
  const bits = filterOrdinals(filter, { columns, keys: keysOf(documents.length) });
  const bytes = new Uint8Array(bits.buffer);
  return [...documents.keys()].filter((ordinal) => isBitSet(bytes, ordinal));
}

function expected(filter: Filter, documents: readonly Fields[]): number[] {
  return [...documents.keys()].filter((ordinal) =>
    plainMatch(filter, documents[ordinal]!, keyOf(ordinal)),
  );
}

function keysOf(count: number): PassageKeys {
  const keys = Array.from({ length: count }, (_, i) => Buffer.from(keyOf(i), "utf8"));
  let end = 0;
  return {
    ends: Uint32Array.from(keys, ({ length }) => (end += length)),
    bytes: Buffer.concat(keys),
  };
}

describe("filterOrdinals", () => {
  it("lets through the passages that a plain evaluator does", () => {
    fc.assert(
      fc.property(anyFilter, fc.array(anyFields, { maxLength: 40 }), (filter, documents) => {
        assert.deepEqual(rowsThrough(filter, documents), expected(filter, documents));
      }),
      { numRuns: 500 },
    );
  });

  it("does so for long columns, dense and sparse, of every kind", () => {
    const documents = Array.from({ length: 3001 }, (_, i): Fields => {
      const fields: [string, Parameters<Map<string, Fields>["set"]>[0] | object][] = [
        ["n", { kind: "integer", value: BigInt(i) - 1500n }],
        ["x", { kind: "float", value: i / 7 }],
        ["w", { kind: "keyword", value: `w${i % 700}` }],
        ["l", { kind: "keywords", value: i % 3 === 0 ? [] : [`w${i % 5}`, `w${i % 11}`] }],
        ["b", { kind: "boolean", value: i % 4 === 1 }],
      ];
      if (i % 50 === 7) fields.push(["t", { kind: "time", value: i }]);
      return new Map(fields) as unknown as Fields;
    });
    const word = (value: string) => ({ kind: "keyword", value }) as const;
    const filters: Filter[] = [
      { kind: "range", field: "n", moreThan: -2.5, lessThan: 1000 },
      { kind: "range", field: "x", atLeast: 100, atMost: 200.5 },
      { kind: "range", field: "t", moreThan: 57 },
      { kind: "any_of", field: "w", values: [word("w699")] },
      { kind: "any_of", field: "w", values: [word("w1"), word("w2"), word("none")] },
      { kind: "any_of", field: "l", values: [word("w4")] },
      { kind: "any_of", field: "b", values: [{ kind: "boolean", value: false }] },
      {
        kind: "any_of",
        field: "n",
        values: [-1500n, 1499n].map((value) => ({ kind: "integer", value })),
      },
      { kind: "exists", field: "t" },
    ];
    for (const filter of [...filters, { kind: "all", filters: filters.slice(0, 2) } as const])
      for (const one of [filter, { kind: "not", filter } as const])
        assert.deepEqual(rowsThrough(one, documents), expected(one, documents));
  });

  it("tells integers from bounds apart where doubles no longer can", () => {
    const around = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
    const documents = around.map((value): Fields => new Map([["n", { kind: "integer", value }]]));
    const through = (bounds: object): number[] =>
      rowsThrough({ kind: "range", field: "n", ...bounds }, documents);
    assert.deepEqual(through({ moreThan: 2 ** 53 }), [2, 3]);
    assert.deepEqual(through({ atMost: 2 ** 53 }), [0, 1, 4]);
    assert.deepEqual(through({ atLeast: 2 ** 63 }), []);
    assert.deepEqual(through({ lessThan: 2 ** 63 }), [0, 1, 2, 3, 4]);
    assert.deepEqual(through({ atMost: -1e300 }), []);
  });
});
