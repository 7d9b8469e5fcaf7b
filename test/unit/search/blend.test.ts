import assert from "node:assert/strict";

import { relevance } from "../../../src/search/blend.js";

describe("relevance", () => {
  it("is MaxSim a query row plus the weighted share of the best BM25", () => {
    const query = { rowCount: 4, bm25Top: 8, lexicalWeight: 0.15 };
    assert.equal(relevance({ maxSim: 3, bm25: 2 }, query), 3 / 4 + (0.15 * 2) / 8);
  });

  it("has no lexical part when nothing matches", () => {
    const query = { rowCount: 2, bm25Top: 0, lexicalWeight: 0.15 };
    assert.equal(relevance({ maxSim: -1, bm25: 0 }, query), -0.5);
  });
});
