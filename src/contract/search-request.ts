// The request of a search. proto/sluice/v1/search.proto documents each field for callers.

import type { PrecomputedVectors } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import { spanUnits } from "../core/span-units.js";
import type { SpanUnit } from "../core/span-units.js";
import { flag, implicit, list, message, optional, wholeNumbers, words } from "./fields.js";
import type { FieldTable } from "./fields.js";

/** How the lexical and the sketch ranking are merged into the order in which MaxSim scores. */
export const fusionMethods = ["reciprocal_rank", "min_max"] as const;
export type FusionMethod = (typeof fusionMethods)[number];

/** When title, text and fields travel with a hit. */
export const payloadModes = ["every_update", "on_first_appearance"] as const;
export type PayloadMode = (typeof payloadModes)[number];

/** Whose turn is first when searches wait; low is for batches. */
export const priorities = ["high", "normal", "low"] as const;
export type Priority = (typeof priorities)[number];

/** How the scores of a long passage's windows become one. */
export const windowPoolings = ["best", "mean"] as const;
export type WindowPooling = (typeof windowPoolings)[number];

/** Best first, or best at both ends, where language models look first. */
export const contextOrders = ["best_first", "edges_first"] as const;
export type ContextOrder = (typeof contextOrders)[number];

/**
 * Time limits of stages in milliseconds. A stage without a value has no limit of its own; 0 skips
 * it.
 */
export interface StageBudgets {
  readonly encodeMs?: number | undefined;
  readonly lexicalMs?: number | undefined;
  readonly candidatesMs?: number | undefined;
  readonly lateInteractionMs?: number | undefined;
  readonly crossEncoderMs?: number | undefined;
}

/** One query variant: text, or token vectors, or both. */
export interface Query {
  /** Words; without them there is no lexical stage. May be left out when vectors are given. */
  readonly text?: string | undefined;
  /** Token vectors; then the model is not asked. */
  readonly vectors?: PrecomputedVectors | undefined;
}

/** How the top hits are re-ranked by a cross-encoder. */
export interface RerankOptions {
  /** Name of a model. When empty or absent, the server's default is used. */
  readonly model?: string | undefined;
  /** Documents to re-rank. Defaults to the server's setting. */
  readonly depth?: number | undefined;
  /** Weight of the cross-encoder's part, in [0, 1]. Defaults to the server's setting. */
  readonly weight?: number | undefined;
  readonly windowPooling?: WindowPooling | undefined;
}

/** Asks for passages of the final ranking, up to a budget of tokens. */
export interface ContextRequest {
  readonly tokenBudget: number;
  readonly order?: ContextOrder | undefined;
  /**
   * Model whose tokens count. When empty or absent, it is the collection's or else the server's
   * default.
   */
  readonly tokenizer?: string | undefined;
}

/** Limits the hits that have the same value of a field. */
export interface GroupBy {
  readonly field: string;
  /** Hits of each value of the field at most. */
  readonly size?: number | undefined;
}

/** A field whose values are counted. */
export interface FacetOptions {
  readonly field: string;
  /** Values that are listed. */
  readonly valueCount?: number | undefined;
  /** Documents of the final ranking that are counted. When absent, all eligible ones are. */
  readonly top?: number | undefined;
}

/** A document whose like is wanted. */
export interface LikeOptions {
  readonly key: string;
  /** The passage whose vectors are the query. */
  readonly passageNumber?: number | undefined;
}

/** Orders hits by a field instead of by score. */
export interface SortOptions {
  readonly field: string;
  readonly descending?: boolean | undefined;
}

/** What travels with a hit. */
export interface PayloadOptions {
  readonly mode?: PayloadMode | undefined;
  readonly title?: boolean | undefined;
  readonly text?: boolean | undefined;
  readonly fields?: boolean | undefined;
  /** Places in the text that match the query's words. */
  readonly highlights?: boolean | undefined;
}

/** Ranges are in `searchRequestFields`, defaults in `requestDefaults` or the server's configuration. */
export interface SearchRequest extends Query {
  readonly collection: string;
  /** Other phrasings of the same question. Defaults to none. */
  readonly otherQueries?: readonly Query[] | undefined;
  /** Only passages of documents that match it are eligible. When absent, all passages are. */
  readonly filter?: Filter | undefined;
  /** Hits wanted. */
  readonly k?: number | undefined;
  /** Score every eligible passage by MaxSim: the final certificate is EXACT. */
  readonly exhaustive?: boolean | undefined;
  /** Best sketches that become candidates. Defaults to the server's setting. */
  readonly sketchPoolSize?: number | undefined;
  /** Choose the pool whose measured recall reaches this; not with sketchPoolSize. */
  readonly minRecall?: number | undefined;
  /** Passages that the refine plane scores again. Defaults to the server's setting. */
  readonly refinePoolSize?: number | undefined;
  /** Best BM25 passages that become candidates. Defaults to the server's setting. */
  readonly lexicalPoolSize?: number | undefined;
  /** Weight of the lexical part of the score. Defaults to the server's setting. */
  readonly lexicalWeight?: number | undefined;
  readonly fusion?: FusionMethod | undefined;
  /** Hits whose relevance is below this are left out, from late interaction on. */
  readonly minScore?: number | undefined;
  /** Hits whose probability by the collection's score map is below this are left out. */
  readonly minProbability?: number | undefined;
  /** Report each hit's share: softmax of score / temperature over the hits. */
  readonly softmaxTemperature?: number | undefined;
  /** What the places of all spans are counted in. */
  readonly spanUnit?: SpanUnit | undefined;
  /** Also match misspelled words. Defaults to true in sessions and to false elsewhere. */
  readonly typos?: boolean | undefined;
  /** Also match the last word as a prefix. Defaults to true in sessions and to false elsewhere. */
  readonly lastWordBegins?: boolean | undefined;
  /** Absent when hits are not grouped. */
  readonly groupBy?: GroupBy | undefined;
  /** Field of which each value may occur once in a ranking. */
  readonly dedupeField?: string | undefined;
  /** Soft limit in milliseconds. Absent when there is none. */
  readonly budgetMs?: number | undefined;
  /** Limits of single stages. Absent when no stage has one. */
  readonly stageBudgets?: StageBudgets | undefined;
  /** Minimum time between two updates in milliseconds. Defaults to the server's setting. */
  readonly minUpdateIntervalMs?: number | undefined;
  /** Wait until the write with this sequence is visible. */
  readonly minSequence?: number | undefined;
  readonly priority?: Priority | undefined;
  /** Re-ranks the top hits with a cross-encoder. Absent when there is no re-ranking. */
  readonly rerank?: RerankOptions | undefined;
  /** Assembles a context from the final ranking. Absent when no context is wanted. */
  readonly context?: ContextRequest | undefined;
  readonly payload?: PayloadOptions | undefined;
  /** Hits left out at the head of the ranking. */
  readonly offset?: number | undefined;
  readonly countDocuments?: boolean | undefined;
  /** Absent when nothing is counted. */
  readonly facets?: readonly FacetOptions[] | undefined;
  /** Orders the hits by a field. When absent, they are ordered by score. */
  readonly sortBy?: SortOptions | undefined;
  /** Searches with the stored vectors of a document, which is left out; then there are no others. */
  readonly like?: LikeOptions | undefined;
}

/** Of what a request leaves out and the server's configuration does not set. */
export const requestDefaults = {
  k: limits.hitCountDefault,
  fusion: "reciprocal_rank",
  priority: "normal",
  offset: 0,
  facetValues: 10,
  groupSize: 1,
  contextOrder: "best_first",
  spanUnit: "utf16",
  windowPooling: "best",
  payload: { mode: "every_update", title: true, text: true, fields: true, highlights: false },
} as const;

const poolSize = wholeNumbers(0, limits.poolSizeMax);
export const modelName = { type: "text", bytesMax: 255 } as const;
const stageMs = optional(wholeNumbers(0, limits.budgetMsMax));

export const budgetMs = wholeNumbers(1, limits.budgetMsMax);
export const hitCount = wholeNumbers(1, limits.hitCountMax);
export const windowPooling = words("WINDOW_POOLING_", windowPoolings);

export const queryFields = {
  text: implicit({ type: "text", bytesMax: limits.queryBytesMax }),
  vectors: optional({ type: "vectors", rowCountMax: limits.queryRowsMax }),
} satisfies FieldTable<Query>;

const rerankFields = {
  model: implicit(modelName),
  depth: optional(hitCount),
  weight: optional({ type: "number", min: 0, max: 1 }),
  windowPooling: optional(windowPooling),
} satisfies FieldTable<RerankOptions>;

const contextFields = {
  tokenBudget: wholeNumbers(1, limits.contextTokensMax),
  order: optional(words("CONTEXT_ORDER_", contextOrders)),
  tokenizer: implicit(modelName),
} satisfies FieldTable<ContextRequest>;

const facetFields = {
  // As in groups.
  field: { type: "text", bytesMax: Infinity },
  valueCount: optional(wholeNumbers(1, limits.facetValuesMax)),
  top: optional(hitCount),
} satisfies FieldTable<FacetOptions>;

const likeFields = {
  key: { type: "key" },
  passageNumber: optional(wholeNumbers(0, limits.textBytesMax)),
} satisfies FieldTable<LikeOptions>;

const sortFields = {
  // As in groups.
  field: { type: "text", bytesMax: Infinity },
  descending: implicit(flag),
} satisfies FieldTable<SortOptions>;

const groupFields = {
  // The planner checks names of fields, which filters have, too.
  field: { type: "text", bytesMax: Infinity },
  size: optional({ ...wholeNumbers(1, limits.groupSizeMax), wire: "group_size" }),
} satisfies FieldTable<GroupBy>;

const stageBudgetFields = {
  encodeMs: stageMs,
  lexicalMs: stageMs,
  candidatesMs: stageMs,
  lateInteractionMs: stageMs,
  crossEncoderMs: stageMs,
} satisfies FieldTable<StageBudgets>;

const payloadFields = {
  mode: optional(words("PAYLOAD_MODE_", payloadModes)),
  title: optional(flag),
  text: optional(flag),
  fields: optional(flag),
  highlights: implicit(flag),
} satisfies FieldTable<PayloadOptions>;

/** Of proto SearchRequest, and of a search as JSON. */
export const searchRequestFields = {
  collection: { type: "collection" },
  text: { ...queryFields.text, within: "query" },
  vectors: { ...queryFields.vectors, within: "query" },
  otherQueries: implicit(list(message(queryFields), limits.otherQueryCountMax)),
  filter: optional({ type: "filter" }),
  k: optional(hitCount),
  exhaustive: implicit(flag),
  sketchPoolSize: optional(poolSize),
  minRecall: optional({ type: "number", above: 0, max: 1 }),
  lexicalPoolSize: optional(poolSize),
  refinePoolSize: optional(poolSize),
  lexicalWeight: optional({ type: "number", min: 0, max: 100 }),
  fusion: optional(words("FUSION_", fusionMethods)),
  minScore: optional({ type: "number" }),
  minProbability: optional({ type: "number", above: 0, max: 1 }),
  softmaxTemperature: optional({ type: "number", above: 0, max: 1e6 }),
  typos: optional(flag),
  lastWordBegins: optional(flag),
  groupBy: optional(message(groupFields)),
  dedupeField: implicit({ type: "text", bytesMax: Infinity }),
  budgetMs: optional(budgetMs),
  stageBudgets: optional(message(stageBudgetFields)),
  minUpdateIntervalMs: optional(wholeNumbers(0, limits.updateIntervalMsMax)),
  minSequence: optional(wholeNumbers(0, Number.MAX_SAFE_INTEGER)),
  priority: optional(words("PRIORITY_", priorities)),
  rerank: optional(message(rerankFields)),
  context: optional(message(contextFields)),
  payload: optional(message(payloadFields)),
  offset: optional(wholeNumbers(0, limits.offsetMax)),
  countDocuments: implicit(flag),
  facets: implicit(list(message(facetFields), limits.facetCountMax)),
  sortBy: optional(message(sortFields)),
  like: optional(message(likeFields)),
  spanUnit: optional(words("SPAN_UNIT_", spanUnits)),
} satisfies FieldTable<SearchRequest>;
