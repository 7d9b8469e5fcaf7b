// Request and defaults become a plan: every option has a value, every value is in its range.

import type { Analyzer } from "../analysis/analyzer.js";
import { joinLexicalQueries, parseLexicalQuery } from "../analysis/lexical-query.js";
import type { LexicalQuery } from "../analysis/lexical-query.js";
import { SluiceError } from "../core/errors.js";
import { checkFieldName, checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import { limits } from "../core/limits.js";
import type {
  ContextRequest,
  FusionMethod,
  Phrasing,
  SearchRequest,
  StageBudgets,
  WindowPooling,
} from "../contract/search-request.js";
import { createHighlighter } from "./highlights.js";
import type { Cap } from "./caps.js";
import type { Highlighter } from "./highlights.js";
import { unknownRecall, withRecall } from "./pool-choice.js";
import type { KnownRecall } from "./pool-choice.js";

/** The server's defaults; see config/schema.ts for units and meaning. */
export interface SearchDefaults {
  readonly sketchPoolSize: number;
  readonly lexicalPoolSize: number;
  readonly lexicalWeight: number;
  /** Collections up to this many passages are scored whole. */
  readonly exhaustiveBelowPassages: number;
  readonly minUpdateIntervalMs: number;
  /** Passages of one scoring task at most. */
  readonly batchPassages: number;
  /** Model of a search that asks for a cross-encoder without naming one; empty: there is none. */
  readonly rerankModel: string;
  readonly rerankDepth: number;
  readonly rerankWeight: number;
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
}

export interface SearchPlan {
  /** What is asked of the words; when that is empty, there is no lexical stage. */
  readonly lexical: LexicalQuery;
  /** What is encoded: the query and its other phrasings, as the model reads them. */
  readonly phrasings: readonly Phrasing[];
  /** Undefined: every passage is eligible. */
  readonly filter: Filter | undefined;
  readonly k: number;
  /** Score every eligible passage: asked for, or since they are at most this many. */
  readonly exhaustiveBelowPassages: number;
  readonly sketchPoolSize: number;
  readonly lexicalPoolSize: number;
  readonly lexicalWeight: number;
  /** Measured for such a search and its pool, in [0, 1]; undefined: it was not. */
  readonly expectedRecall: number | undefined;
  readonly fusion: FusionMethod;
  readonly minScore: number | undefined;
  /** In (0, 1]. */
  readonly minProbability: number | undefined;
  /** Undefined: no shares are told. */
  readonly softmaxTemperature: number | undefined;
  /** Of groups and of duplicates: at most so many hits with the same value. */
  readonly caps: readonly Cap[];
  readonly stageBudgets: StageBudgets;
  readonly minUpdateIntervalMs: number;
  readonly batchPassages: number;
  /** Undefined: nobody asked for a cross-encoder. */
  readonly rerank: RerankPlan | undefined;
  /** Undefined: nobody asked for a context. */
  readonly context: ContextRequest | undefined;
  readonly payload: SearchRequest["payload"];
  /** Undefined: nobody asked for highlights. */
  readonly highlight: Highlighter | undefined;
}

/** Throws INVALID_FIELD or INVALID_TEXT naming the field, and NOT_CALIBRATED. */
export function planSearch(
  request: SearchRequest,
  {
    defaults,
    analyzer,
    recall = unknownRecall,
  }: {
    readonly defaults: SearchDefaults;
    readonly analyzer: Analyzer;
    readonly recall?: KnownRecall;
  },
): SearchPlan {
  const asked = [request, ...(request.otherQueries ?? [])];
  checkTexts(asked);
  checkTimes(request);
  if (request.filter !== undefined) checkFilter(request.filter);
  const k = inRange("k", request.k ?? limits.hitCountDefault, { min: 1, max: limits.hitCountMax });
  const pool = { min: 0, max: limits.poolSizeMax };
  const words = { lastWordBegins: request.lastWordBegins, misspellings: request.typos };
  const parsed = asked.map(({ text }) => parseLexicalQuery(analyzer, text, words));
  const lexical = joinLexicalQueries(parsed as [LexicalQuery, ...LexicalQuery[]]);
  const phrasings = toPhrasings(parsed, asked);
  const plan = {
    lexical,
    phrasings,
    filter: request.filter,
    k,
    exhaustiveBelowPassages: request.exhaustive ? Infinity : defaults.exhaustiveBelowPassages,
    sketchPoolSize: Math.max(
      k,
      inRange("sketch_pool_size", request.sketchPoolSize ?? defaults.sketchPoolSize, pool),
    ),
    lexicalPoolSize: inRange(
      "lexical_pool_size",
      request.lexicalPoolSize ?? defaults.lexicalPoolSize,
      pool,
    ),
    lexicalWeight: checkWeight(request.lexicalWeight ?? defaults.lexicalWeight, {
      field: "lexical_weight",
      max: 100,
    }),
    fusion: request.fusion ?? "reciprocal_rank",
    ...planThresholds(request),
    caps: toCaps(request),
    stageBudgets: checkBudgets(request.stageBudgets ?? {}),
    minUpdateIntervalMs: inRange(
      "min_update_interval_ms",
      request.minUpdateIntervalMs ?? defaults.minUpdateIntervalMs,
      { min: 0, max: limits.updateIntervalMsMax },
    ),
    batchPassages: defaults.batchPassages,
    rerank: planRerank(request.rerank, defaults),
    context: request.context && checkContext(request.context),
    payload: request.payload,
    highlight:
      request.payload.highlights === true ? createHighlighter(lexical, analyzer) : undefined,
  };
  return withRecall(plan, request, recall);
}

/** What the model reads of each, or the rows that are given. */
function toPhrasings(parsed: readonly LexicalQuery[], asked: readonly Phrasing[]): Phrasing[] {
  return parsed.map(({ plainText }, i) => ({ text: plainText, vectors: asked[i]?.vectors }));
}

function checkTexts(asked: readonly Phrasing[]): void {
  const countMax = 1 + limits.otherQueryCountMax;
  if (asked.length > countMax)
    throw new SluiceError(
      "INVALID_FIELD",
      `${asked.length - 1} other_queries, the limit is ${limits.otherQueryCountMax}`,
      { field: "other_queries" },
    );
  for (const [i, { text, vectors }] of asked.entries()) {
    const name = i === 0 ? "query" : `other_queries[${i - 1}]`;
    const field = `${name}.text`;
    const bytes = Buffer.byteLength(text, "utf8");
    if (bytes > limits.queryBytesMax)
      throw new SluiceError(
        "INVALID_TEXT",
        `${field} has ${bytes} bytes, the limit is ${limits.queryBytesMax}; shorten it`,
        { field },
      );
    if (text.trim() === "" && vectors === undefined)
      throw new SluiceError("INVALID_TEXT", `${name} has neither text nor vectors; send one`, {
        field,
      });
  }
}

function checkBudgets(budgets: StageBudgets): StageBudgets {
  const names: Readonly<Record<keyof StageBudgets, string>> = {
    encodeMs: "encode_ms",
    lexicalMs: "lexical_ms",
    candidatesMs: "candidates_ms",
    lateInteractionMs: "late_interaction_ms",
    crossEncoderMs: "cross_encoder_ms",
  };
  for (const [stage, name] of Object.entries(names) as [keyof StageBudgets, string][]) {
    const ms = budgets[stage];
    if (ms !== undefined) inRange(`stage_budgets.${name}`, ms, { min: 0, max: limits.budgetMsMax });
  }
  return budgets;
}

function toCaps({ groupBy, dedupeField }: SearchRequest): Cap[] {
  if (groupBy !== undefined) {
    checkFieldName(groupBy.field, "group_by.field");
    inRange("group_by.group_size", groupBy.size, { min: 1, max: limits.groupSizeMax });
  }
  if (dedupeField !== undefined) checkFieldName(dedupeField, "dedupe_field");
  return [
    ...(groupBy === undefined ? [] : [groupBy]),
    ...(dedupeField === undefined ? [] : [{ field: dedupeField, size: 1 }]),
  ];
}

/** What waits, and for how long: used by the engine, checked with everything else. */
function checkTimes({ budgetMs, minSequence }: SearchRequest): void {
  if (budgetMs !== undefined) inRange("budget_ms", budgetMs, { min: 1, max: limits.budgetMsMax });
  if (minSequence !== undefined)
    inRange("min_sequence", minSequence, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

function planThresholds(
  request: SearchRequest,
): Pick<SearchPlan, "minScore" | "minProbability" | "softmaxTemperature"> {
  const { minProbability, softmaxTemperature } = request;
  return {
    minScore: checkScore(request.minScore),
    minProbability: checkPositive(minProbability, { field: "min_probability", max: 1 }),
    softmaxTemperature: checkPositive(softmaxTemperature, {
      field: "softmax_temperature",
      max: 1e6,
    }),
  };
}

function checkScore(score: number | undefined): number | undefined {
  if (score === undefined || Number.isFinite(score)) return score;
  throw new SluiceError("INVALID_FIELD", `min_score is ${score}, it must be a finite number`, {
    field: "min_score",
  });
}

function planRerank(
  asked: SearchRequest["rerank"],
  defaults: SearchDefaults,
): RerankPlan | undefined {
  if (asked === undefined) return undefined;
  const { model = "", depth, weight, pooling = "best" } = asked;
  return {
    model: model === "" ? defaults.rerankModel : model,
    depth: inRange("rerank.depth", depth ?? defaults.rerankDepth, {
      min: 1,
      max: limits.hitCountMax,
    }),
    weight: checkWeight(weight ?? defaults.rerankWeight, { field: "rerank.weight", max: 1 }),
    pooling,
  };
}

function checkPositive(
  value: number | undefined,
  { field, max }: { field: string; max: number },
): number | undefined {
  if (value === undefined || (value > 0 && value <= max)) return value;
  throw new SluiceError("INVALID_FIELD", `${field} is ${value}, it may be above 0 to ${max}`, {
    field,
  });
}

function checkContext(context: ContextRequest): ContextRequest {
  const { tokenBudget } = context;
  inRange("context.token_budget", tokenBudget, { min: 1, max: limits.contextTokensMax });
  return context;
}

function checkWeight(weight: number, { field, max }: { field: string; max: number }): number {
  if (Number.isFinite(weight) && weight >= 0 && weight <= max) return weight;
  throw new SluiceError("INVALID_FIELD", `${field} is ${weight}, it may be 0 to ${max}`, { field });
}

function inRange(field: string, value: number, range: { min: number; max: number }): number {
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new SluiceError(
    "INVALID_FIELD",
    `${field} is ${value}, it must be a whole number from ${range.min} to ${range.max}`,
    { field },
  );
}
