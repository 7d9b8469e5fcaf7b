import assert from "node:assert/strict";
import fc from "fast-check";

import type { Fields } from "../../../../src/core/document.js";
import { createFieldLookup, openColumns } from "../../../../src/index/columns/columns-reader.js";
import { createColumnsWriter, writeColumns } from "../../../../src/index/columns/columns-writer.js";
import { anyFields, fieldNames } from "../../../support/filters.js";

describe("columns", () => {
  it("give every passage's fields back as they were written", () => {
    fc.assert(
      fc.property(fc.array(anyFields, { maxLength: 20 }), (passages) => {
        const fieldAt = createFieldLookup(writeColumns(passages));
        for (const [ordinal, fields] of passages.entries())
          for (const name of [...fieldNames, "nowhere"])
            assert.deepEqual(fieldAt(ordinal, name), fields.get(name));
      }),
    );
  });

  it("take room for the values that are there, however many names there are", () => {
    const passages = Array.from({ length: 2000 }, (_, i): Fields => {
      return new Map([[`only ${i}`, { kind: "integer", value: BigInt(i) }]]);
    });
    const bytes = writeColumns(passages);
    assert.ok(bytes.length < 100 * passages.length, `${bytes.length} bytes`);
    assert.deepEqual(createFieldLookup(bytes)(1999, "only 1999"), {
      kind: "integer",
      value: 1999n,
    });
  });

  it("are the same bytes in whatever order the columns come", () => {
    const writer = createColumnsWriter(2);
    writer.add(1, "b", { kind: "keyword", value: "y" });
    writer.add(0, "a", { kind: "keyword", value: "x" });
    const passages: Fields[] = [
      new Map([["a", { kind: "keyword", value: "x" }]]),
      new Map([["b", { kind: "keyword", value: "y" }]]),
    ];
    assert.deepEqual(writer.finish(), writeColumns(passages));
  });

  it("are refused when they are shorter than their directory", () => {
    const bytes = writeColumns([new Map([["a", { kind: "boolean", value: true }]])]);
    assert.throws(() => openColumns(bytes.slice(0, 16)), { reason: "DATA_CORRUPT" });
  });
});
