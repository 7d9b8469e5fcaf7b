// Searches, explanations and re-rankings in JSON or query strings.

import { z } from "zod";
import { checkRequest } from "../contract/check-fields.js";
import { explainRequestFields } from "../contract/explain.js";
import type { ExplainRequest } from "../contract/explain.js";
import { rerankRequestFields } from "../contract/rerank.js";
import type { RerankRequest } from "../contract/rerank.js";
import { searchRequestFields } from "../contract/search-request.js";
import type { Query, SearchRequest } from "../contract/search-request.js";
import { invalidField } from "../contract/validate.js";
import { limits } from "../core/limits.js";
import { fromJson, readVectors, shapeOf, specialSchemas } from "./field-json.js";

// In JSON a query may be a plain string, so queries are parsed here and all other fields by their
// table.
const queryObject = z.strictObject({
  text: z.string().default(""),
  vectors: specialSchemas.vectors.optional(),
});

/** A query as words alone, or as an object with words and vectors. */
const queryBody = z.union([z.string(), queryObject]);
type QueryBody = z.output<typeof queryBody>;

type PlainSearch = Omit<SearchRequest, "text" | "vectors" | "otherQueries">;
const { text: _text, vectors: _vectors, otherQueries, ...plainSearch } = searchRequestFields;
const { collection, ...searchOptions } = plainSearch;
const queryShape = {
  query: queryBody.optional(),
  other_queries: z.array(queryBody).max(otherQueries.countMax).optional(),
};

/** The names, ranges and units of proto/sluice/v1/search.proto, without the collection. */
export const searchBody = z.strictObject({ ...queryShape, ...shapeOf(searchOptions) });

/** The same with the collection. */
export const searchOfBody = z.strictObject({
  ...shapeOf({ collection }),
  ...queryShape,
  ...shapeOf(searchOptions),
});

/** Of the query string, where the query is `q`. */
export const searchParameters = { table: searchRequestFields, renamed: { q: "query" } } as const;

/** Throws INVALID_FIELD, INVALID_TEXT or INVALID_VECTORS naming the field. */
export function searchFromBody(data: z.output<typeof searchBody>, of: string): SearchRequest {
  const { query, like } = data as { readonly query?: QueryBody; readonly like?: unknown };
  const asked = query === undefined && like !== undefined ? likeAlone : queryFrom(query ?? "");
  const request = { ...searchFields(data), ...asked, collection: of };
  checkRequest<SearchRequest>(searchRequestFields, request);
  return request;
}

/** The fields that a query of a session sets; those that it does not set keep their values. */
export function sessionFieldsFromBody(data: object): Partial<SearchRequest> {
  const { query } = data as { readonly query?: QueryBody };
  return { ...searchFields(data), ...(query === undefined ? {} : queryFrom(query)) };
}

function searchFields(data: object): Partial<SearchRequest> {
  const { other_queries: others } = data as { readonly other_queries?: readonly QueryBody[] };
  const fields = fromJson<PlainSearch>(plainSearch, data);
  if (others === undefined) return fields;
  return { ...fields, otherQueries: others.map((one, i) => queryFrom(one, `other_queries[${i}]`)) };
}

/** The query of a search that names a document instead. */
const likeAlone: Query = { text: "", vectors: undefined };

function queryFrom(query: QueryBody, name = "query"): Query {
  const { text, vectors: sent } =
    typeof query === "string" ? { text: query, vectors: undefined } : query;
  const at = { path: `${name}.vectors`, rowCountMax: limits.queryRowsMax };
  const vectors = sent === undefined ? undefined : readVectors(sent, at);
  if (text.trim() === "" && vectors === undefined)
    throw invalidField(name, `${name} is empty; send text or vectors`);
  return { text, vectors };
}

type PlainExplain = Omit<ExplainRequest, "text" | "vectors">;
const {
  text: _explainText,
  vectors: _explainVectors,
  collection: _collection,
  ...plainExplain
} = explainRequestFields;

/** Of proto ExplainRequest, without the collection. */
export const explainBody = z.strictObject({ query: queryBody, ...shapeOf(plainExplain) });

export function explainFromBody(data: z.output<typeof explainBody>, of: string): ExplainRequest {
  const { query } = data as { readonly query: QueryBody };
  const fields = fromJson<Omit<PlainExplain, "collection">>(plainExplain, data);
  const request = { ...fields, ...queryFrom(query), collection: of };
  checkRequest<ExplainRequest>(explainRequestFields, request);
  return request;
}

type PlainRerank = Omit<RerankRequest, "text" | "vectors">;
const { text: _rerankText, vectors: _rerankVectors, ...plainRerank } = rerankRequestFields;

/** Of proto RerankRequest. */
export const rerankItemsBody = z.strictObject({ query: queryBody, ...shapeOf(plainRerank) });

export function rerankFromBody(data: z.output<typeof rerankItemsBody>): RerankRequest {
  const { query } = data as { readonly query: QueryBody };
  const request = { ...fromJson<PlainRerank>(plainRerank, data), ...queryFrom(query) };
  checkRequest<RerankRequest>(rerankRequestFields, request);
  return request;
}
