// Re-ranking of items that the caller brings: what is asked for, and what is streamed.

import type { PrecomputedVectors } from "../core/document.js";
import { limits } from "../core/limits.js";
import {
  anyText,
  count,
  figure,
  flag,
  implicit,
  list,
  message,
  optional,
  wholeNumbers,
} from "./fields.js";
import type { FieldTable } from "./fields.js";
import { budgetMs, modelName, queryFields, windowPooling } from "./search-request.js";
import type { Query, WindowPooling } from "./search-request.js";
import { degradationFields } from "./search-update.js";
import type { Degradation } from "./search-update.js";

/** At least one of text and vectors. */
export interface RerankItem {
  /** The caller's name for it. */
  readonly key?: string | undefined;
  readonly text?: string | undefined;
  readonly vectors?: PrecomputedVectors | undefined;
}

export interface RerankRequest extends Query {
  readonly items: readonly RerankItem[];
  /** Name of a late-interaction or cross-encoder model. Defaults to the server's model. */
  readonly model?: string | undefined;
  /** Maximum number of items in the result. Defaults to all. */
  readonly topN?: number | undefined;
  readonly minScore?: number | undefined;
  readonly windowPooling?: WindowPooling | undefined;
  /** Soft limit in milliseconds. Absent when there is none. */
  readonly budgetMs?: number | undefined;
}

/** An item of the request in the ranking. */
export interface RankedItem {
  /** Place in the request, from 0. */
  readonly index: number;
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  readonly score: number;
  /** Probability of relevance, in [0, 1]. Absent when the model is not calibrated. */
  readonly probability?: number | undefined;
}

/** A ranking of the items that are scored so far. */
export interface RerankUpdate {
  /** From 1, rising by 1. */
  readonly sequence: number;
  readonly final: boolean;
  /** Best first. Items that are not scored yet are left out. */
  readonly hits: readonly RankedItem[];
  readonly scoredCount: number;
  readonly degradations: readonly RerankDegradation[];
  /** Microseconds since the request's arrival. */
  readonly totalUs: number;
}

/** There is one stage, which needs no name. */
export type RerankDegradation = Pick<Degradation, "reason" | "message">;

const itemFields = {
  key: implicit({ type: "text", bytesMax: limits.keyBytesMax }),
  text: implicit({ type: "text", bytesMax: limits.textBytesMax }),
  vectors: optional({ type: "vectors", rowCountMax: limits.passageRowsMax }),
} satisfies FieldTable<RerankItem>;

/** Of proto RerankRequest. */
export const rerankRequestFields = {
  text: { ...queryFields.text, within: "query" },
  vectors: { ...queryFields.vectors, within: "query" },
  items: list(message(itemFields), limits.rerankItemsMax),
  model: implicit(modelName),
  topN: optional(wholeNumbers(1, limits.rerankItemsMax)),
  minScore: optional({ type: "number" }),
  windowPooling: optional(windowPooling),
  budgetMs: optional(budgetMs),
} satisfies FieldTable<RerankRequest>;

/** Of proto RerankResponse. */
export const rerankUpdateFields = {
  sequence: count,
  final: flag,
  hits: list(
    message({
      index: count,
      key: anyText,
      rank: count,
      score: figure,
      probability: optional(figure),
    } satisfies FieldTable<RankedItem>),
  ),
  scoredCount: count,
  degradations: list(
    message({
      reason: degradationFields.reason,
      message: degradationFields.message,
    } satisfies FieldTable<RerankDegradation>),
  ),
  totalUs: count,
} satisfies FieldTable<RerankUpdate>;
