// Rerank: requests from messages, checked; rankings to messages.

import { publicMessage } from "../core/public-message.js";
import { limits } from "../core/limits.js";
import type { RerankItem, RerankRequest, RerankUpdate } from "../contract/rerank.js";
import type { RerankItem__Output } from "../gen/proto/sluice/v1/RerankItem.js";
import type { RerankRequest__Output } from "../gen/proto/sluice/v1/RerankRequest.js";
import type { RerankResponse } from "../gen/proto/sluice/v1/RerankResponse.js";
import { vectorsFromMessage } from "./convert-documents.js";
import { poolingFromMessage, queryFromMessage } from "./convert-search.js";
import { finiteNumber, integerIn, invalidField, textWithin } from "./validate.js";

export function rerankRequestFromMessage(message: RerankRequest__Output): RerankRequest {
  const { items } = message;
  if (items.length > limits.hitCountMax)
    throw invalidField(
      "items",
      `there are ${items.length} items, the limit is ${limits.hitCountMax}`,
    );
  const count = { min: 1, max: limits.hitCountMax };
  const budget = { field: "budget_ms", min: 1, max: limits.budgetMsMax };
  return {
    query: queryFromMessage(message),
    items: items.map((item, i) => itemFromMessage(item, `items[${i}]`)),
    model: textWithin(message.model, { field: "model", bytesMax: 255 }),
    topN: integerIn(message.top_n, { field: "top_n", ...count }),
    minScore: finiteNumber(message.min_score, "min_score"),
    pooling: poolingFromMessage(message.window_pooling, "window_pooling"),
    budgetMs: integerIn(message.budget_ms, budget),
  };
}

function itemFromMessage(item: RerankItem__Output, field: string): RerankItem {
  const key = textWithin(item.key, { field: `${field}.key`, bytesMax: limits.keyBytesMax });
  const text = textWithin(item.text, { field: `${field}.text`, bytesMax: limits.textBytesMax });
  if (item.vectors === null) return { key, text };
  const rows = { field: `${field}.vectors`, rowCountMax: limits.passageRowsMax };
  return { key, text, vectors: vectorsFromMessage(item.vectors, rows) };
}

export function rerankUpdateToMessage(update: RerankUpdate): RerankResponse {
  return {
    sequence: update.sequence,
    final: update.final,
    hits: update.hits.map(({ index, key, rank, score }) => ({ index, key, rank, score })),
    scored_count: update.scoredCount,
    degradations: update.degradations.map(({ reason, message }) => {
      return { reason, message: publicMessage(message) };
    }),
    total_us: update.totalUs,
  };
}
