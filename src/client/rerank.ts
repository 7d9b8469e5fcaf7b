// Rerank as the client gives it: plain values.

import type { GivenVectors } from "../core/document.js";
import type { RerankRequest } from "../gen/proto/sluice/v1/RerankRequest.js";
import type { RerankResponse__Output } from "../gen/proto/sluice/v1/RerankResponse.js";
import { vectorsToMessage } from "../wire/document-messages.js";
import type { ClientPhrasing } from "./types.js";

/** Items of the caller's own; proto/sluice/v1/search.proto tells units, ranges and defaults. */
export interface ClientRerankRequest extends ClientPhrasing {
  readonly items: readonly {
    readonly key?: string | undefined;
    readonly text?: string | undefined;
    readonly vectors?: GivenVectors | undefined;
  }[];
  /** Name of a model; undefined: the server's default. */
  readonly model?: string | undefined;
  readonly topN?: number | undefined;
  readonly minScore?: number | undefined;
  /** Default best. */
  readonly windowPooling?: "best" | "mean" | undefined;
  readonly budgetMs?: number | undefined;
}

/** A ranking of the items that are scored so far. */
export interface ClientRerankUpdate {
  readonly sequence: number;
  readonly final: boolean;
  readonly hits: readonly {
    /** Place in the request, from 0. */
    readonly index: number;
    readonly key: string;
    /** From 1. */
    readonly rank: number;
    readonly score: number;
  }[];
  readonly scoredCount: number;
  readonly degradations: readonly { readonly reason: string; readonly message: string }[];
  /** Microseconds since the request's arrival. */
  readonly totalUs: number;
}

export function rerankRequestToMessage(request: ClientRerankRequest): RerankRequest {
  const { text, vectors, items, model, topN, minScore, windowPooling, budgetMs } = request;
  return {
    query: phrasingToMessage({ text, vectors }),
    items: items.map(({ key = "", ...item }) => ({ key, ...phrasingToMessage(item) })),
    model: model ?? "",
    ...(topN === undefined ? {} : { top_n: topN }),
    ...(minScore === undefined ? {} : { min_score: minScore }),
    window_pooling: windowPooling === "mean" ? "WINDOW_POOLING_MEAN" : "WINDOW_POOLING_BEST",
    ...(budgetMs === undefined ? {} : { budget_ms: budgetMs }),
  };
}

function phrasingToMessage({ text = "", vectors }: ClientPhrasing): {
  text: string;
  vectors?: ReturnType<typeof vectorsToMessage>;
} {
  return { text, ...(vectors === undefined ? {} : { vectors: vectorsToMessage(vectors) }) };
}

export function rerankUpdateFromMessage(message: RerankResponse__Output): ClientRerankUpdate {
  return {
    sequence: message.sequence,
    final: message.final,
    hits: message.hits.map(({ index, key, rank, score }) => ({ index, key, rank, score })),
    scoredCount: message.scored_count,
    degradations: message.degradations.map(({ reason, message: text }) => ({
      reason,
      message: text,
    })),
    totalUs: Number(message.total_us),
  };
}
