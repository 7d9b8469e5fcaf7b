import assert from "node:assert/strict";
import fc from "fast-check";

import type { Fields } from "../../../src/core/document.js";
import type { Filter } from "../../../src/core/filter.js";
import { createFilterMatch } from "../../../src/core/match-filter.js";
import { anyFields, anyFilter, keyOf, plainMatch } from "../../support/filters.js";

function matches(filter: Filter, fields: Fields, key = ""): boolean {
  return createFilterMatch(filter)((name) => fields.get(name), key);
}

describe("createFilterMatch", () => {
  it("gives every condition its meaning", () => {
    fc.assert(
      fc.property(anyFilter, fc.array(anyFields), (filter, documents) => {
        for (const [i, fields] of documents.entries())
          assert.equal(matches(filter, fields, keyOf(i)), plainMatch(filter, fields, keyOf(i)));
      }),
      { numRuns: 500 },
    );
  });

  it("compares integers beyond 2^53 with bounds exactly", () => {
    const fields: Fields = new Map([["x", { kind: "integer", value: 2n ** 53n + 1n }]]);
    const bound = 2 ** 53;
    assert.ok(matches({ kind: "range", field: "x", moreThan: bound }, fields));
    assert.ok(!matches({ kind: "range", field: "x", atMost: bound }, fields));
  });

  it("does not match a field of another kind, nor a missing one; their negation is true", () => {
    const fields: Fields = new Map([["x", { kind: "keyword", value: "5" }]]);
    for (const field of ["x", "y"]) {
      const five: Filter = { kind: "any_of", field, values: [{ kind: "integer", value: 5n }] };
      assert.ok(!matches(five, fields));
      assert.ok(!matches({ kind: "range", field }, fields));
      assert.ok(matches({ kind: "not", filter: five }, fields));
    }
  });
});
