// Search requests from messages, checked; updates to messages.

import { publicMessage } from "../core/public-message.js";
import { fieldsToMessages } from "../wire/document-messages.js";
import { limits } from "../core/limits.js";
import type {
  ContextOrder,
  FusionMethod,
  PayloadMode,
  Phrasing,
  Priority,
  SearchRequest,
  StageBudgets,
  WindowPooling,
} from "../contract/search-request.js";
import type {
  AssembledContext,
  Certificate,
  SearchHit,
  SearchUpdate,
  Stage,
  StageTimings,
} from "../contract/search-update.js";
import type { AssembledContext as ContextMessage } from "../gen/proto/sluice/v1/AssembledContext.js";
import type { ContextOptions__Output } from "../gen/proto/sluice/v1/ContextOptions.js";
import type { PayloadOptions__Output } from "../gen/proto/sluice/v1/PayloadOptions.js";
import type { Query__Output } from "../gen/proto/sluice/v1/Query.js";
import type { SearchHit as SearchHitMessage } from "../gen/proto/sluice/v1/SearchHit.js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchUpdate as SearchUpdateMessage } from "../gen/proto/sluice/v1/SearchUpdate.js";
import type { StageBudgets__Output } from "../gen/proto/sluice/v1/StageBudgets.js";
import type { StageTimings as StageTimingsMessage } from "../gen/proto/sluice/v1/StageTimings.js";
import { vectorsFromMessage } from "./convert-documents.js";
import { filterFromMessage } from "./convert-filter.js";
import {
  collectionName,
  finiteNumber,
  integerIn,
  invalidField,
  numberIn,
  sequenceNumber,
  textWithin,
} from "./validate.js";

export function searchRequestFromMessage(message: SearchRequest__Output): SearchRequest {
  const pool = { min: 0, max: limits.poolSizeMax };
  return {
    collection: collectionName(message.collection, "collection"),
    ...queryFromMessage(message),
    otherQueries: message.other_queries.map((query, i) =>
      phrasingFromMessage(query, `other_queries[${i}]`),
    ),
    filter: message.filter === null ? undefined : filterFromMessage(message.filter, "filter"),
    k: integerIn(message.k, { field: "k", min: 1, max: limits.hitCountMax }),
    exhaustive: message.exhaustive,
    sketchPoolSize: integerIn(message.sketch_pool_size, { field: "sketch_pool_size", ...pool }),
    minRecall: numberIn(message.min_recall, { field: "min_recall", min: 0, max: 1 }),
    lexicalPoolSize: integerIn(message.lexical_pool_size, { field: "lexical_pool_size", ...pool }),
    lexicalWeight: numberIn(message.lexical_weight, { field: "lexical_weight", min: 0, max: 100 }),
    fusion: fusionFromMessage(message.fusion),
    minScore: finiteNumber(message.min_score, "min_score"),
    minProbability: finiteNumber(message.min_probability, "min_probability"),
    softmaxTemperature: finiteNumber(message.softmax_temperature, "softmax_temperature"),
    typos: message.typos,
    lastWordBegins: message.last_word_begins,
    stageBudgets: message.stage_budgets === null ? undefined : budgetsFrom(message.stage_budgets),
    groupBy: groupFromMessage(message.group_by),
    dedupeField: message.dedupe_field === "" ? undefined : message.dedupe_field,
    budgetMs: integerIn(message.budget_ms, { field: "budget_ms", min: 1, max: limits.budgetMsMax }),
    minUpdateIntervalMs: integerIn(message.min_update_interval_ms, {
      field: "min_update_interval_ms",
      min: 0,
      max: limits.updateIntervalMsMax,
    }),
    minSequence:
      message.min_sequence === undefined
        ? undefined
        : sequenceNumber(message.min_sequence, "min_sequence"),
    priority: priorityFromMessage(message.priority),
    rerank: rerankFromMessage(message.rerank),
    context: message.context === null ? undefined : contextFromMessage(message.context),
    payload: payloadFromMessage(message.payload),
  };
}

export function queryFromMessage({ query }: Pick<SearchRequest__Output, "query">): Phrasing {
  if (query === null) throw invalidField("query", "query is missing; send text or vectors");
  return phrasingFromMessage(query, "query");
}

export function phrasingFromMessage(query: Query__Output, name: string): Phrasing {
  const text = textWithin(query.text, { field: `${name}.text`, bytesMax: limits.queryBytesMax });
  if (query.vectors === null) {
    if (text.trim() === "") {
      throw invalidField(`${name}.text`, `${name}.text is empty and no vectors are given`);
    }
    return { text };
  }
  const rowCountMax = limits.queryRowsMax;
  return {
    text,
    vectors: vectorsFromMessage(query.vectors, { field: `${name}.vectors`, rowCountMax }),
  };
}

function budgetsFrom(message: StageBudgets__Output): StageBudgets {
  return {
    encodeMs: message.encode_ms,
    lexicalMs: message.lexical_ms,
    candidatesMs: message.candidates_ms,
    lateInteractionMs: message.late_interaction_ms,
    crossEncoderMs: message.cross_encoder_ms,
  };
}

function groupFromMessage(message: SearchRequest__Output["group_by"]): SearchRequest["groupBy"] {
  return message === null ? undefined : { field: message.field, size: message.group_size ?? 1 };
}

const fusionMethods: Partial<Record<string, FusionMethod>> = {
  FUSION_UNSPECIFIED: "reciprocal_rank",
  FUSION_RECIPROCAL_RANK: "reciprocal_rank",
  FUSION_MIN_MAX: "min_max",
};

function fusionFromMessage(name: string): FusionMethod {
  const fusion = fusionMethods[name];
  if (fusion === undefined) throw invalidField("fusion", "fusion is unknown to this version");
  return fusion;
}

const priorities: Partial<Record<string, Priority>> = {
  PRIORITY_UNSPECIFIED: "normal",
  PRIORITY_NORMAL: "normal",
  PRIORITY_HIGH: "high",
  PRIORITY_LOW: "low",
};

function priorityFromMessage(name: string): Priority {
  const priority = priorities[name];
  if (priority === undefined) throw invalidField("priority", "priority is unknown to this version");
  return priority;
}

function rerankFromMessage(message: SearchRequest__Output["rerank"]): SearchRequest["rerank"] {
  if (message === null) return undefined;
  const model = textWithin(message.model, { field: "rerank.model", bytesMax: 255 });
  const depth = { field: "rerank.depth", min: 1, max: limits.hitCountMax };
  return {
    model,
    depth: integerIn(message.depth, depth),
    weight: numberIn(message.weight, { field: "rerank.weight", min: 0, max: 1 }),
    pooling: poolingFromMessage(message.window_pooling, "rerank.window_pooling"),
  };
}

const contextOrders: Partial<Record<string, ContextOrder>> = {
  CONTEXT_ORDER_UNSPECIFIED: "best_first",
  CONTEXT_ORDER_BEST_FIRST: "best_first",
  CONTEXT_ORDER_EDGES_FIRST: "edges_first",
};

function contextFromMessage(message: ContextOptions__Output): SearchRequest["context"] {
  const order = contextOrders[message.order];
  if (order === undefined) throw invalidField("context.order", "context.order is unknown");
  const field = "context.token_budget";
  integerIn(message.token_budget, { field, min: 1, max: limits.contextTokensMax });
  const tokenizer = textWithin(message.tokenizer, { field: "context.tokenizer", bytesMax: 255 });
  return { tokenBudget: message.token_budget, order, tokenizer };
}

const poolings: Partial<Record<string, WindowPooling>> = {
  WINDOW_POOLING_UNSPECIFIED: "best",
  WINDOW_POOLING_BEST: "best",
  WINDOW_POOLING_MEAN: "mean",
};

export function poolingFromMessage(name: string, field: string): WindowPooling {
  const pooling = poolings[name];
  if (pooling === undefined) throw invalidField(field, `${field} is unknown to this version`);
  return pooling;
}

const payloadModes: Partial<Record<string, PayloadMode>> = {
  PAYLOAD_MODE_UNSPECIFIED: "every_update",
  PAYLOAD_MODE_EVERY_UPDATE: "every_update",
  PAYLOAD_MODE_ON_FIRST_APPEARANCE: "on_first_appearance",
};

function payloadFromMessage(message: PayloadOptions__Output | null): SearchRequest["payload"] {
  if (message === null)
    return { mode: "every_update", title: true, text: true, fields: true, highlights: false };
  const mode = payloadModes[message.mode];
  if (mode === undefined) throw invalidField("payload.mode", "payload.mode is unknown");
  return {
    mode,
    title: message.title ?? true,
    text: message.text ?? true,
    fields: message.fields ?? true,
    highlights: message.highlights,
  };
}

export const stageNames = {
  lexical: "STAGE_LEXICAL",
  candidates: "STAGE_CANDIDATES",
  late_interaction: "STAGE_LATE_INTERACTION",
  cross_encoder: "STAGE_CROSS_ENCODER",
} as const satisfies Record<Stage, string>;

export const certificateNames = {
  lexical: "CERTIFICATE_LEXICAL",
  estimate: "CERTIFICATE_ESTIMATE",
  exact: "CERTIFICATE_EXACT",
  reranked: "CERTIFICATE_RERANKED",
} as const satisfies Record<Certificate, string>;

export function searchUpdateToMessage(update: SearchUpdate): SearchUpdateMessage {
  const { coverage } = update;
  return {
    sequence: update.sequence,
    final: update.final,
    stage: stageNames[update.stage],
    certificate: certificateNames[update.certificate],
    ...(update.baseCertificate === undefined
      ? {}
      : { base_certificate: certificateNames[update.baseCertificate] }),
    ...(update.expectedRecall === undefined ? {} : { expected_recall: update.expectedRecall }),
    coverage: {
      eligible: coverage.eligible,
      sketch_scored: coverage.sketchScored,
      maxsim_scored: coverage.maxSimScored,
      reranked: coverage.reranked,
    },
    settled_count: update.settledCount,
    generation: update.generation,
    timings: timingsToMessage(update.timings),
    degradations: update.degradations.map(({ reason, message, stages }) => ({
      reason,
      message: publicMessage(message),
      stages: stages.map((stage) => stageNames[stage]),
    })),
    hits: update.hits.map(hitToMessage),
    ...(update.abstained === true ? { abstained: true } : {}),
    ...(update.context === undefined ? {} : { context: contextToMessage(update.context) }),
  };
}

function contextToMessage({ passages, tokenCount }: AssembledContext): ContextMessage {
  return {
    passages: passages.map(({ tokenCount: count, ...passage }) => ({
      ...passage,
      token_count: count,
    })),
    token_count: tokenCount,
  };
}

function timingsToMessage(timings: StageTimings): StageTimingsMessage {
  const message: StageTimingsMessage = { total_us: Math.round(timings.total) };
  if (timings.queue !== undefined) message.queue_us = Math.round(timings.queue);
  if (timings.encode !== undefined) message.encode_us = Math.round(timings.encode);
  if (timings.lexical !== undefined) message.lexical_us = Math.round(timings.lexical);
  if (timings.candidates !== undefined) message.candidates_us = Math.round(timings.candidates);
  if (timings.lateInteraction !== undefined) {
    message.late_interaction_us = Math.round(timings.lateInteraction);
  }
  if (timings.crossEncoder !== undefined) {
    message.cross_encoder_us = Math.round(timings.crossEncoder);
  }
  return message;
}

function hitToMessage(hit: SearchHit): SearchHitMessage {
  const { parts, payload } = hit;
  return {
    key: hit.key,
    rank: hit.rank,
    score: hit.score,
    parts: {
      ...(parts.bm25 === undefined ? {} : { bm25: parts.bm25 }),
      ...(parts.sketch === undefined ? {} : { sketch: parts.sketch }),
      ...(parts.maxsim === undefined ? {} : { maxsim: parts.maxsim }),
      ...(parts.crossEncoder === undefined ? {} : { cross_encoder: parts.crossEncoder }),
      ...(parts.probability === undefined ? {} : { probability: parts.probability }),
      ...(parts.softmax === undefined ? {} : { softmax: parts.softmax }),
    },
    passage_number: hit.passageNumber,
    span: { start: hit.span.start, end: hit.span.end },
    ...(payload === undefined
      ? {}
      : {
          payload: {
            ...(payload.title === undefined ? {} : { title: payload.title }),
            ...(payload.text === undefined ? {} : { text: payload.text }),
            fields: payload.fields === undefined ? [] : fieldsToMessages(payload.fields),
            highlights: (payload.highlights ?? []).map(({ start, end }) => ({ start, end })),
          },
        }),
  };
}
