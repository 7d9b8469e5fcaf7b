// Validates search requests in JSON or query strings; unknown fields are rejected.

import { z } from "zod";
import { checkRequest } from "../contract/check-fields.js";
import { searchRequestFields } from "../contract/search-request.js";
import type { Query, SearchRequest } from "../contract/search-request.js";
import { invalidField } from "../contract/validate.js";
import type { PrecomputedVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { fromJson, shapeOf } from "./field-json.js";
import { parseBody, parseValue } from "./json-body.js";
import { objectFromParameters } from "./parameters.js";

const vectors = z.strictObject({
  type: z.enum(["float32", "float16", "int8"]),
  dim: z.int().min(limits.dimMin).max(limits.dimMax).multipleOf(16),
  /** Rows as in the proto's `rows`. */
  base64: z.base64().min(1),
  model_fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

const queryBody = z.union([
  z.string(),
  z.strictObject({ text: z.string().default(""), vectors: vectors.optional() }),
]);

// In JSON a query may be a plain string and vectors are base64, so queries are parsed here and all
// other fields by their table.
type PlainRequest = Omit<SearchRequest, "text" | "vectors" | "otherQueries">;
const { text: _text, vectors: _vectors, otherQueries, ...plainFields } = searchRequestFields;
const { collection, ...optionFields } = plainFields;

/** The names, ranges and units of proto/sluice/v1/search.proto. */
export const searchBody = z.strictObject({
  ...shapeOf({ collection }),
  query: queryBody.optional(),
  other_queries: z.array(queryBody).max(otherQueries.countMax).optional(),
  ...shapeOf(optionFields),
});

/** From the text of a JSON body. Throws INVALID_FIELD or INVALID_TEXT naming the field. */
export function searchRequestFromJson(text: string): SearchRequest {
  return toRequest(parseBody(searchBody, text));
}

/** From a query string: `q`, and the plain options of the JSON body by their names. */
export function searchRequestFromQuery(parameters: URLSearchParams): SearchRequest {
  const body = objectFromParameters(searchRequestFields, parameters, { q: "query" });
  return toRequest(parseValue(searchBody, body));
}

function toRequest(data: z.output<typeof searchBody>): SearchRequest {
  const options = fromJson<PlainRequest>(plainFields, data);
  const hasQuery = data.query !== undefined || options.like === undefined;
  const { text, vectors: rows } = hasQuery ? queryFrom(data.query ?? "", "query") : likeAlone;
  const request = {
    ...options,
    text,
    vectors: rows,
    otherQueries: data.other_queries?.map((one, i) => queryFrom(one, `other_queries[${i}]`)),
  };
  checkRequest<SearchRequest>(searchRequestFields, request);
  return request;
}

/** The query of a search that names a document instead. */
const likeAlone: Query = { text: "", vectors: undefined };

const valueBytes = { float32: 4, float16: 2, int8: 1 } as const;

function queryFrom(query: z.infer<typeof queryBody>, name: string): Query {
  const given = typeof query === "string" ? { text: query } : query;
  const rows = "vectors" in given ? vectorsFrom(given.vectors, name) : undefined;
  if (given.text.trim() === "" && rows === undefined)
    throw invalidField(name, `${name} is empty; send text or vectors`);
  return { text: given.text, vectors: rows };
}

function vectorsFrom(
  given: z.infer<typeof vectors> | undefined,
  name: string,
): PrecomputedVectors | undefined {
  if (given === undefined) return undefined;
  const bytes = Buffer.from(given.base64, "base64");
  const rowCount = bytes.length / (given.dim * valueBytes[given.type]);
  if (!Number.isInteger(rowCount) || rowCount < 1 || rowCount > limits.queryRowsMax) {
    throw new SluiceError(
      "INVALID_VECTORS",
      `${name}.vectors has ${bytes.length} bytes, which are not 1 to ${limits.queryRowsMax} rows`,
      { field: `${name}.vectors.base64` },
    );
  }
  const { type, dim, model_fingerprint: modelFingerprint } = given;
  return { type, dim, bytes, modelFingerprint };
}
