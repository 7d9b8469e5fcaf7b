// A search in the address of the page, and filters that its buttons write.

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFilter } from "../../../src/core/parse-filter.js";
import { narrowed } from "../../../src/page/search/filter-text.js";
import { readOptions, requestOf, writeOptions } from "../../../src/page/search/options.js";

const text = fc.string({ unit: "grapheme", minLength: 1 });

describe("a search in the address of the page", () => {
  it("is the same when it is read again", () => {
    const options = fc.record(
      {
        collection: fc.string(),
        query: fc.string({ unit: "grapheme" }),
        filter: fc.string(),
        k: fc.integer({ min: 1, max: 1000 }),
        budgetMs: fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined }),
        poolSize: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
        isReranked: fc.boolean(),
      },
      { noNullPrototype: true },
    );
    fc.assert(fc.property(options, (one) => assert.deepEqual(readOptions(writeOptions(one)), one)));
  });

  it("leaves wrong numbers out", () => {
    const { k, budgetMs, poolSize } = readOptions("?k=0&budget_ms=x&pool=1e9");
    assert.deepEqual([k, budgetMs, poolSize], [10, undefined, undefined]);
    const request = requestOf(readOptions("?collection=a&q=b"), []);
    assert.equal("budget_ms" in request || "filter" in request || "rerank" in request, false);
  });
});

describe("a filter that a button narrows", () => {
  it("is one that the server understands, for any field and value", () => {
    const names = text.filter((name) => !name.includes("`"));
    const value = fc.oneof(text, fc.integer(), fc.boolean());
    fc.assert(
      fc.property(names, value, (field, one) => {
        const once = narrowed("", field, one);
        assert.equal(parseFilter(once).kind, "any_of");
        assert.equal(narrowed(once, field, one), once);
        assert.equal(parseFilter(narrowed("a = 1 or b = 2", field, one)).kind, "all");
      }),
    );
  });
});
