import assert from "node:assert/strict";

import { parseBody } from "../../../src/http/json-body.js";
import { rerankBody, rerankBodyFrom } from "../../../src/http/rerank-body.js";
import type { RerankBody } from "../../../src/http/rerank-body.js";
import { searchFromBody, searchOfBody } from "../../../src/http/search-body.js";
import type { SearchRequest } from "../../../src/contract/search-request.js";

function refuseUnknown(name: string): void {
  assert.equal(name, "", "nothing is unknown");
}

function searchRequestFromJson(text: string): SearchRequest {
  const data = parseBody(searchOfBody, text, refuseUnknown);
  return searchFromBody(data, (data as { readonly collection: string }).collection);
}

function rerankBodyFromJson(text: string): RerankBody {
  return rerankBodyFrom(parseBody(rerankBody, text, refuseUnknown));
}

const search = { collection: "notes", query: "gold" };

describe("a body of JSON", () => {
  it("may have null for what is not set", () => {
    const nulls = { filter: null, k: null, text: null, payload: null, group_by: null };
    const rest = { other_queries: [{ text: "silver", vectors: null }] };
    assert.deepEqual(
      searchRequestFromJson(JSON.stringify({ ...search, ...nulls, ...rest })),
      searchRequestFromJson(JSON.stringify({ ...search, other_queries: [{ text: "silver" }] })),
    );
    const unset = {
      top_n: null,
      top_k: null,
      return_documents: null,
      model: null,
      rank_fields: null,
    };
    const body = { query: "q", documents: ["a", { text: "b", title: null }] };
    assert.deepEqual(
      rerankBodyFromJson(JSON.stringify({ ...body, ...unset })),
      rerankBodyFromJson(JSON.stringify({ query: "q", documents: ["a", { text: "b" }] })),
    );
  });

  it("is refused for null where a value is required, and in lists", () => {
    const refused = (read: (text: string) => unknown, body: object, field: string): void =>
      assert.throws(() => read(JSON.stringify(body)), { reason: "INVALID_FIELD", field });
    refused(rerankBodyFromJson, { query: null, documents: ["a"] }, "query");
    refused(rerankBodyFromJson, { query: "q", documents: ["a", null] }, "documents.1");
    refused(searchRequestFromJson, { ...search, collection: null }, "collection");
  });

  it("is refused for a name that occurs twice", () => {
    const text = '{"collection": "notes", "query": "gold", "query": "silver"}';
    assert.throws(() => searchRequestFromJson(text), { reason: "INVALID_FIELD", field: "query" });
  });
});
