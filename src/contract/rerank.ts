// Re-ranking of items that the caller brings: what is asked for, and what is streamed.

import type { GivenVectors } from "../core/document.js";
import type { Phrasing, WindowPooling } from "./search-request.js";
import type { Degradation } from "./search-update.js";

export interface RerankItem {
  /** The caller's name for it; may be empty. */
  readonly key: string;
  readonly text: string;
  readonly vectors?: GivenVectors | undefined;
}

export interface RerankRequest {
  readonly query: Phrasing;
  /** 1 to limits.hitCountMax. */
  readonly items: readonly RerankItem[];
  /** Name of a late-interaction or cross-encoder model; empty: the server's default. */
  readonly model: string;
  /** Items wanted; undefined: all. */
  readonly topN?: number | undefined;
  readonly minScore?: number | undefined;
  readonly pooling: WindowPooling;
  /** Soft limit, milliseconds; undefined: none. */
  readonly budgetMs?: number | undefined;
}

export interface RankedItem {
  /** Place in the request, from 0. */
  readonly index: number;
  readonly key: string;
  /** From 1. */
  readonly rank: number;
  readonly score: number;
}

export interface RerankUpdate {
  /** From 1, rising by 1. */
  readonly sequence: number;
  readonly final: boolean;
  /** Best first. Items that are not scored yet are left out. */
  readonly hits: readonly RankedItem[];
  readonly scoredCount: number;
  readonly degradations: readonly Degradation[];
  /** Microseconds since the request's arrival. */
  readonly totalUs: number;
}
