// Search requests as JSON or as a query string: checked, nothing unknown let through.

import { z } from "zod";
import type { GivenVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { Phrasing, SearchRequest } from "../contract/search-request.js";
import { filterFromJson } from "./filter-json.js";
import { invalid, parseBody, parseValue } from "./json-body.js";

const pool = z.int().min(0).max(limits.poolSizeMax);

const stageMs = z.int().min(0).max(limits.budgetMsMax).optional();

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

/** The names, units, ranges and defaults of proto/sluice/v1/search.proto. */
export const searchBody = z.strictObject({
  collection: z.string(),
  query: queryBody,
  other_queries: z.array(queryBody).max(limits.otherQueryCountMax).default([]),
  /** See filter-json.ts. */
  filter: z.unknown().optional(),
  k: z.int().min(1).max(limits.hitCountMax).optional(),
  exhaustive: z.boolean().default(false),
  sketch_pool_size: pool.optional(),
  min_recall: z.number().gt(0).max(1).optional(),
  lexical_pool_size: pool.optional(),
  lexical_weight: z.number().min(0).max(100).optional(),
  fusion: z.enum(["reciprocal_rank", "min_max"]).optional(),
  min_score: z.number().optional(),
  min_probability: z.number().gt(0).max(1).optional(),
  softmax_temperature: z.number().gt(0).max(1e6).optional(),
  typos: z.boolean().optional(),
  last_word_begins: z.boolean().optional(),
  group_by: z
    .strictObject({
      field: z.string(),
      group_size: z.int().min(1).max(limits.groupSizeMax).default(1),
    })
    .optional(),
  dedupe_field: z.string().optional(),
  stage_budgets: z
    .strictObject({
      encode_ms: stageMs,
      lexical_ms: stageMs,
      candidates_ms: stageMs,
      late_interaction_ms: stageMs,
      cross_encoder_ms: stageMs,
    })
    .optional(),
  budget_ms: z.int().min(1).max(limits.budgetMsMax).optional(),
  min_update_interval_ms: z.int().min(0).max(limits.updateIntervalMsMax).optional(),
  min_sequence: z.int().min(0).optional(),
  rerank: z
    .strictObject({
      model: z.string().max(255).default(""),
      depth: z.int().min(1).max(limits.hitCountMax).optional(),
      weight: z.number().min(0).max(1).optional(),
      window_pooling: z.enum(["best", "mean"]).default("best"),
    })
    .optional(),
  context: z
    .strictObject({
      token_budget: z.int().min(1).max(limits.contextTokensMax),
      order: z.enum(["best_first", "edges_first"]).default("best_first"),
      tokenizer: z.string().max(255).default(""),
    })
    .optional(),
  payload: z
    .strictObject({
      mode: z.enum(["every_update", "on_first_appearance"]).default("every_update"),
      title: z.boolean().default(true),
      text: z.boolean().default(true),
      fields: z.boolean().default(true),
      highlights: z.boolean().default(false),
    })
    .prefault({}),
});

/** From the text of a JSON body. Throws INVALID_FIELD or INVALID_TEXT naming the field. */
export function searchRequestFromJson(text: string): SearchRequest {
  return toRequest(parseBody(searchBody, text));
}

const numberParameters = new Set([
  ...["k", "sketch_pool_size", "lexical_pool_size", "lexical_weight", "min_score", "budget_ms"],
  ...[
    "min_update_interval_ms",
    "min_sequence",
    "min_recall",
    "min_probability",
    "softmax_temperature",
    "typos",
    "last_word_begins",
  ],
]);

/** From a query string: `q`, and the plain options of the JSON body by their names. */
export function searchRequestFromQuery(parameters: URLSearchParams): SearchRequest {
  const body: Record<string, unknown> = {};
  for (const [name, value] of parameters) {
    if (name in body || (name === "q" && "query" in body)) {
      throw invalid(name, `${name} is given twice`);
    }
    if (name === "q") body["query"] = value;
    else if (numberParameters.has(name)) body[name] = value.trim() === "" ? NaN : Number(value);
    else if (name === "exhaustive") body[name] = value === "" || value === "true" || value === "1";
    else body[name] = value;
  }
  return toRequest(parseValue(searchBody, body));
}

function toRequest(data: z.output<typeof searchBody>): SearchRequest {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(data.collection)) {
    throw invalid("collection", "collection is no name: 1 to 63 of a-z, 0-9, _ and -");
  }
  return {
    collection: data.collection,
    ...phrasingFrom(data.query, "query"),
    otherQueries: data.other_queries.map((one, i) => phrasingFrom(one, `other_queries[${i}]`)),
    filter: data.filter === undefined ? undefined : filterFromJson(data.filter),
    k: data.k,
    exhaustive: data.exhaustive,
    sketchPoolSize: data.sketch_pool_size,
    minRecall: data.min_recall,
    lexicalPoolSize: data.lexical_pool_size,
    lexicalWeight: data.lexical_weight,
    fusion: data.fusion,
    minScore: data.min_score,
    minProbability: data.min_probability,
    softmaxTemperature: data.softmax_temperature,
    typos: data.typos,
    lastWordBegins: data.last_word_begins,
    groupBy: data.group_by && { field: data.group_by.field, size: data.group_by.group_size },
    dedupeField: data.dedupe_field,
    stageBudgets: data.stage_budgets && {
      encodeMs: data.stage_budgets.encode_ms,
      lexicalMs: data.stage_budgets.lexical_ms,
      candidatesMs: data.stage_budgets.candidates_ms,
      lateInteractionMs: data.stage_budgets.late_interaction_ms,
      crossEncoderMs: data.stage_budgets.cross_encoder_ms,
    },
    budgetMs: data.budget_ms,
    minUpdateIntervalMs: data.min_update_interval_ms,
    minSequence: data.min_sequence,
    rerank: data.rerank && rerankFrom(data.rerank),
    context: data.context && contextFrom(data.context),
    payload: data.payload,
  };
}

function contextFrom(
  context: NonNullable<z.infer<typeof searchBody>["context"]>,
): SearchRequest["context"] {
  const { token_budget: tokenBudget, ...options } = context;
  return { tokenBudget, ...options };
}

function rerankFrom(
  rerank: NonNullable<z.infer<typeof searchBody>["rerank"]>,
): SearchRequest["rerank"] {
  const { window_pooling: pooling, ...options } = rerank;
  return { ...options, pooling };
}

const valueBytes = { float32: 4, float16: 2, int8: 1 } as const;

function phrasingFrom(query: z.infer<typeof queryBody>, name: string): Phrasing {
  const given = typeof query === "string" ? { text: query } : query;
  if (Buffer.byteLength(given.text) > limits.queryBytesMax) {
    const message = `${name}.text is longer than ${limits.queryBytesMax} bytes; shorten it`;
    throw new SluiceError("INVALID_TEXT", message, { field: `${name}.text` });
  }
  const rows = "vectors" in given ? vectorsFrom(given.vectors, name) : undefined;
  if (given.text.trim() === "" && rows === undefined) {
    throw invalid(name, `${name} is empty; send text or vectors`);
  }
  return { text: given.text, vectors: rows };
}

function vectorsFrom(
  given: z.infer<typeof vectors> | undefined,
  name: string,
): GivenVectors | undefined {
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
