// Request and defaults become a plan: every option has a value, every value is in its range.

import type { Analyzer } from "../analysis/query-words.js";
import { joinLexicalQueries, parseLexicalQuery } from "../analysis/lexical-query.js";
import type { LexicalQuery } from "../analysis/lexical-query.js";
import { SluiceError } from "../core/errors.js";
import { checkFieldName, checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import { checkRequest } from "../contract/check-fields.js";
import { requestDefaults, searchRequestFields } from "../contract/search-request.js";
import type {
  ContextRequest,
  FusionMethod,
  PayloadOptions,
  Query,
  SearchRequest,
  StageBudgets,
  WindowPooling,
} from "../contract/search-request.js";
import type { PrecomputedVectors } from "../core/document.js";
import { wireName } from "../contract/fields.js";
import type { FieldOrder } from "./field-order.js";
import { createHighlighter } from "./highlights.js";
import type { Highlighter } from "./highlights.js";
import type { Cap } from "./ranking.js";
import { unknownRecall, withRecall } from "./pool-choice.js";
import type { KnownRecall } from "./pool-choice.js";

/** One query variant, as the model reads it. */
export interface QueryVariant {
  readonly text: string;
  readonly vectors?: PrecomputedVectors | undefined;
}

/** The server's defaults; see config/schema.ts for units and meaning. */
export interface SearchDefaults {
  readonly sketchPoolSize: number;
  readonly lexicalPoolSize: number;
  readonly refinePoolSize: number;
  readonly lexicalWeight: number;
  /** Collections up to this many passages are scored whole. */
  readonly exhaustiveBelowPassages: number;
  readonly minUpdateIntervalMs: number;
  /** Passages of one scoring task at most. */
  readonly batchPassages: number;
  /** Model of a search that requests re-ranking without a model name; empty: there is none. */
  readonly rerankModel: string;
  readonly rerankDepth: number;
  readonly rerankWeight: number;
  readonly rerankWindowTokens: number;
}

/** A cross-encoder over the top. */
export interface RerankPlan {
  /** Empty: none was named, and the server has no default. */
  readonly model: string;
  /** Documents to re-rank, best first. */
  readonly depth: number;
  /** Of its part of the score, in [0, 1]. */
  readonly weight: number;
  readonly pooling: WindowPooling;
  /** Tokens of a long passage that are read; 0: all. */
  readonly windowTokens: number;
}

/** A field whose values are counted. */
export interface FacetPlan {
  readonly field: string;
  readonly valueCount: number;
  /** Documents of the final ranking that are counted; undefined: all eligible ones. */
  readonly top: number | undefined;
}

/** What travels with a hit. */
export type PayloadPlan = {
  readonly [Name in keyof PayloadOptions]-?: NonNullable<PayloadOptions[Name]>;
};

export interface SearchPlan {
  /** What is asked of the words; when that is empty, there is no lexical stage. */
  readonly lexical: LexicalQuery;
  /** What is encoded: the query and its variants, as the model reads them. */
  readonly variants: readonly QueryVariant[];
  /** Absent when every passage is eligible. */
  readonly filter: Filter | undefined;
  /** The caller sees only documents within a filter of its own, which `filter` contains. */
  readonly isRestricted: boolean;
  /** Document that is left out. */
  readonly exceptKey: string | undefined;
  /** Documents that are ranked: those shown, those left out before them, those of facets. */
  readonly k: number;
  /** Hits [offset, end) of the ranking are shown. */
  readonly page: { readonly offset: number; readonly end: number };
  readonly countDocuments: boolean;
  readonly facets: readonly FacetPlan[];
  /** Score every eligible passage: asked for, or since they are at most this many. */
  readonly exhaustiveBelowPassages: number;
  readonly sketchPoolSize: number;
  readonly lexicalPoolSize: number;
  /** Best passages that are scored again by the refine plane; 0: none. */
  readonly refinePoolSize: number;
  readonly lexicalWeight: number;
  /** As measured for such a search and its pool, in [0, 1]. Absent when it was not measured. */
  readonly expectedRecall: number | undefined;
  readonly fusion: FusionMethod;
  readonly minScore: number | undefined;
  /** In (0, 1]. */
  readonly minProbability: number | undefined;
  /** Absent when hits get no softmax share. */
  readonly softmaxTemperature: number | undefined;
  /** Of groups and of duplicates: at most so many hits with the same value. */
  readonly caps: readonly Cap[];
  /** Absent when hits are ordered by score. */
  readonly order: FieldOrder | undefined;
  readonly stageBudgets: StageBudgets;
  readonly minUpdateIntervalMs: number;
  readonly batchPassages: number;
  /** Absent when the request has no cross-encoder. */
  readonly rerank: RerankPlan | undefined;
  /** Absent when the request has no context. */
  readonly context: ContextRequest | undefined;
  readonly payload: PayloadPlan;
  /** Absent when the request has no highlights. */
  readonly highlight: Highlighter | undefined;
}

/** Throws INVALID_FIELD or INVALID_TEXT naming the field, and NOT_CALIBRATED. */
export function planSearch(
  request: SearchRequest,
  {
    defaults,
    analyzer,
    recall = unknownRecall,
    isRestricted = false,
    hasRefinePlane = false,
  }: {
    readonly defaults: SearchDefaults;
    readonly analyzer: Analyzer;
    readonly recall?: KnownRecall;
    readonly isRestricted?: boolean | undefined;
    readonly hasRefinePlane?: boolean | undefined;
  },
): SearchPlan {
  checkRequest<SearchRequest>(searchRequestFields, request);
  const asked = [request, ...(request.otherQueries ?? [])];
  checkQueries(asked);
  if (request.filter !== undefined) checkFilter(request.filter);
  const { offset = requestDefaults.offset } = request;
  const page = { offset, end: offset + (request.k ?? requestDefaults.k) };
  const facets = planFacets(request.facets);
  const k = Math.max(page.end, ...facets.map(({ top = 0 }) => top));
  const words = { lastWordBegins: request.lastWordBegins, misspellings: request.typos };
  const parsed = asked.map(({ text }) => parseLexicalQuery(analyzer, text ?? "", words));
  const lexical = joinLexicalQueries(parsed as [LexicalQuery, ...LexicalQuery[]]);
  const variants = toVariants(parsed, asked);
  const payload = planPayload(request.payload);
  const plan = {
    lexical,
    variants,
    filter: request.filter,
    isRestricted,
    exceptKey: request.like?.key,
    k,
    page,
    countDocuments: request.countDocuments === true,
    facets,
    exhaustiveBelowPassages:
      request.exhaustive === true ? Infinity : defaults.exhaustiveBelowPassages,
    ...planPools(request, { defaults, k, hasRefinePlane }),
    lexicalWeight: request.lexicalWeight ?? defaults.lexicalWeight,
    fusion: request.fusion ?? requestDefaults.fusion,
    minScore: request.minScore,
    minProbability: request.minProbability,
    softmaxTemperature: request.softmaxTemperature,
    caps: toCaps(request),
    order: planOrder(request),
    stageBudgets: request.stageBudgets ?? {},
    minUpdateIntervalMs: request.minUpdateIntervalMs ?? defaults.minUpdateIntervalMs,
    batchPassages: defaults.batchPassages,
    rerank: planRerank(request.rerank, defaults),
    context: request.context,
    payload,
    highlight: payload.highlights ? createHighlighter(lexical, analyzer) : undefined,
  };
  return withRecall(plan, request, recall);
}

/** What the model reads of each, or its precomputed vectors. */
function toVariants(parsed: readonly LexicalQuery[], asked: readonly Query[]): QueryVariant[] {
  return parsed.map(({ plainText }, i) => ({ text: plainText, vectors: asked[i]?.vectors }));
}

function checkQueries(asked: readonly Query[]): void {
  for (const [i, { text = "", vectors }] of asked.entries()) {
    const name = i === 0 ? "query" : `other_queries[${i - 1}]`;
    if (text.trim() === "" && vectors === undefined)
      throw new SluiceError("INVALID_TEXT", `${name} has neither text nor vectors; send one`, {
        field: `${name}.text`,
      });
  }
}

function planPayload({ mode, title, text, fields, highlights }: PayloadOptions = {}): PayloadPlan {
  const { payload: defaults } = requestDefaults;
  return {
    mode: mode ?? defaults.mode,
    title: title ?? defaults.title,
    text: text ?? defaults.text,
    fields: fields ?? defaults.fields,
    highlights: highlights ?? defaults.highlights,
  };
}

function toCaps({ groupBy, dedupeField }: SearchRequest): Cap[] {
  if (groupBy !== undefined) checkFieldName(groupBy.field, "group_by.field");
  if (dedupeField !== undefined) checkFieldName(dedupeField, "dedupe_field");
  return [
    ...(groupBy === undefined
      ? []
      : [{ field: groupBy.field, size: groupBy.size ?? requestDefaults.groupSize }]),
    ...(dedupeField === undefined ? [] : [{ field: dedupeField, size: 1 }]),
  ];
}

function planFacets(facets: SearchRequest["facets"] = []): FacetPlan[] {
  return facets.map(({ field, valueCount = requestDefaults.facetValues, top }, i) => {
    checkFieldName(field, `facets[${i}].field`);
    return { field, valueCount, top };
  });
}

function planOrder(request: SearchRequest): FieldOrder | undefined {
  const { sortBy } = request;
  if (sortBy === undefined) return undefined;
  checkFieldName(sortBy.field, "sort_by.field");
  for (const name of ["rerank", "groupBy", "dedupeField", "minProbability"] as const) {
    if (request[name] === undefined) continue;
    const field = wireName(name, searchRequestFields[name]);
    const message = `sort_by and ${field} do not go together; leave one out`;
    throw new SluiceError("INVALID_FIELD", message, { field: "sort_by" });
  }
  return { field: sortBy.field, isDescending: sortBy.descending === true };
}

function planPools(
  { sketchPoolSize, lexicalPoolSize, refinePoolSize }: SearchRequest,
  {
    defaults,
    k,
    hasRefinePlane,
  }: {
    readonly defaults: SearchDefaults;
    readonly k: number;
    readonly hasRefinePlane: boolean;
  },
): Pick<SearchPlan, "sketchPoolSize" | "lexicalPoolSize" | "refinePoolSize"> {
  if (!hasRefinePlane && refinePoolSize !== undefined && refinePoolSize > 0)
    throw new SluiceError(
      "INVALID_FIELD",
      `refine_pool_size is ${refinePoolSize}, and the collection was created without refine_bits; leave it out`,
      { field: "refine_pool_size" },
    );
  return {
    sketchPoolSize: Math.max(k, sketchPoolSize ?? defaults.sketchPoolSize),
    lexicalPoolSize: lexicalPoolSize ?? defaults.lexicalPoolSize,
    refinePoolSize: hasRefinePlane ? (refinePoolSize ?? defaults.refinePoolSize) : 0,
  };
}

function planRerank(
  asked: SearchRequest["rerank"],
  defaults: SearchDefaults,
): RerankPlan | undefined {
  if (asked === undefined) return undefined;
  const { model = "", depth, weight, windowPooling } = asked;
  return {
    model: model === "" ? defaults.rerankModel : model,
    depth: depth ?? defaults.rerankDepth,
    weight: weight ?? defaults.rerankWeight,
    pooling: windowPooling ?? requestDefaults.windowPooling,
    windowTokens: defaults.rerankWindowTokens,
  };
}
