// The client's plain values from and to messages.

import type { AssembledContext__Output } from "../gen/proto/sluice/v1/AssembledContext.js";
import type { Collection__Output } from "../gen/proto/sluice/v1/Collection.js";
import type { CollectionSettings__Output } from "../gen/proto/sluice/v1/CollectionSettings.js";
import type { Query } from "../gen/proto/sluice/v1/Query.js";
import type { SearchHit__Output } from "../gen/proto/sluice/v1/SearchHit.js";
import type { SearchRequest } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchUpdate__Output } from "../gen/proto/sluice/v1/SearchUpdate.js";
import type { StageBudgets } from "../gen/proto/sluice/v1/StageBudgets.js";
import type { StageTimings__Output } from "../gen/proto/sluice/v1/StageTimings.js";
import type { StoredDocument__Output } from "../gen/proto/sluice/v1/StoredDocument.js";
import { present } from "../core/assert.js";
import { fieldsFromMessages, vectorsToMessage } from "../wire/document-messages.js";
import { recallFromMessage } from "./calibrate.js";
import { scoreMapFromMessage } from "./score-maps.js";
import { filterToMessage } from "./filter-messages.js";
import type {
  ClientContext,
  ClientCollection,
  ClientCollectionSettings,
  ClientSearchHit,
  ClientSearchRequest,
  ClientSearchUpdate,
  ClientStoredDocument,
  ClientPhrasing,
  ClientTimings,
  SearchCertificate,
  SearchStage,
} from "./types.js";

export function searchRequestToMessage(request: ClientSearchRequest): SearchRequest {
  const { payload, rerank } = request;
  return withoutUndefined({
    collection: request.collection,
    query: queryToMessage(request),
    other_queries: request.otherQueries?.map(queryToMessage),
    filter: request.filter && filterToMessage(request.filter),
    k: request.k,
    exhaustive: request.exhaustive,
    sketch_pool_size: request.sketchPoolSize,
    min_recall: request.minRecall,
    lexical_pool_size: request.lexicalPoolSize,
    lexical_weight: request.lexicalWeight,
    fusion: request.fusion === "min_max" ? "FUSION_MIN_MAX" : "FUSION_UNSPECIFIED",
    min_score: request.minScore,
    min_probability: request.minProbability,
    softmax_temperature: request.softmaxTemperature,
    typos: request.typos,
    last_word_begins: request.lastWordBegins,
    ...(request.groupBy && {
      group_by: { field: request.groupBy.field, group_size: request.groupBy.size ?? 1 },
    }),
    dedupe_field: request.dedupeField ?? "",
    budget_ms: request.budgetMs,
    stage_budgets: request.stageBudgets && budgetsToMessage(request.stageBudgets),
    min_update_interval_ms: request.minUpdateIntervalMs,
    min_sequence: request.minSequence,
    priority: request.priority && priorityNames[request.priority],
    rerank: rerank && rerankToMessage(rerank),
    context: request.context && contextToMessage(request.context),
    payload:
      payload === undefined
        ? undefined
        : withoutUndefined({
            mode:
              payload.mode === "on_first_appearance"
                ? "PAYLOAD_MODE_ON_FIRST_APPEARANCE"
                : "PAYLOAD_MODE_UNSPECIFIED",
            title: payload.title,
            text: payload.text,
            fields: payload.fields,
            highlights: payload.highlights,
          }),
  });
}

function budgetsToMessage(budgets: NonNullable<ClientSearchRequest["stageBudgets"]>): StageBudgets {
  return withoutUndefined({
    encode_ms: budgets.encodeMs,
    lexical_ms: budgets.lexicalMs,
    candidates_ms: budgets.candidatesMs,
    late_interaction_ms: budgets.lateInteractionMs,
    cross_encoder_ms: budgets.crossEncoderMs,
  });
}

function queryToMessage({ text = "", vectors }: ClientPhrasing): Query {
  return { text, ...(vectors === undefined ? {} : { vectors: vectorsToMessage(vectors) }) };
}

const priorityNames = {
  high: "PRIORITY_HIGH",
  normal: "PRIORITY_NORMAL",
  low: "PRIORITY_LOW",
} as const;

/** The encoder takes an undefined property for a value. */
function withoutUndefined(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
}

function contextToMessage(
  context: NonNullable<ClientSearchRequest["context"]>,
): SearchRequest["context"] {
  const { tokenBudget, order, tokenizer = "" } = context;
  const isEdges = order === "edges_first";
  return {
    token_budget: tokenBudget,
    order: isEdges ? "CONTEXT_ORDER_EDGES_FIRST" : "CONTEXT_ORDER_BEST_FIRST",
    tokenizer,
  };
}

function contextFromMessage({
  passages,
  token_count: total,
}: AssembledContext__Output): ClientContext {
  return {
    passages: passages.map(({ key, title, span, text, token_count: tokenCount, score }) => ({
      key,
      title,
      text,
      tokenCount,
      score,
      span: { start: span?.start ?? 0, end: span?.end ?? 0 },
    })),
    tokenCount: total,
  };
}

function rerankToMessage({
  model,
  depth,
  weight,
  windowPooling,
}: NonNullable<ClientSearchRequest["rerank"]>): SearchRequest["rerank"] {
  const isMean = windowPooling === "mean";
  return withoutUndefined({
    model,
    depth,
    weight,
    window_pooling: isMean ? "WINDOW_POOLING_MEAN" : "WINDOW_POOLING_BEST",
  });
}

export function updateFromMessage(message: SearchUpdate__Output): ClientSearchUpdate {
  const coverage = present(message.coverage, "the server sends coverage with every update");
  return {
    sequence: message.sequence,
    final: message.final,
    stage: stageFromMessage(message.stage),
    certificate: withoutPrefix(message.certificate, "CERTIFICATE_") as SearchCertificate,
    ...(message.base_certificate === "CERTIFICATE_UNSPECIFIED"
      ? {}
      : {
          baseCertificate: withoutPrefix(
            message.base_certificate,
            "CERTIFICATE_",
          ) as SearchCertificate,
        }),
    expectedRecall: message.expected_recall,
    coverage: {
      eligible: Number(coverage.eligible),
      sketchScored: Number(coverage.sketch_scored),
      maxSimScored: Number(coverage.maxsim_scored),
      reranked: Number(coverage.reranked),
    },
    settledCount: message.settled_count,
    generation: Number(message.generation),
    timings: timingsFromMessage(message.timings),
    degradations: message.degradations.map((degradation) => ({
      reason: degradation.reason,
      message: degradation.message,
      stages: degradation.stages.map(stageFromMessage),
    })),
    hits: message.hits.map(hitFromMessage),
    ...(message.abstained ? { abstained: true } : {}),
    ...(message.context === null ? {} : { context: contextFromMessage(message.context) }),
  };
}

function stageFromMessage(name: string): SearchStage {
  return withoutPrefix(name, "STAGE_") as SearchStage;
}

/** `STAGE_LATE_INTERACTION` as `late_interaction`. */
function withoutPrefix(name: string, prefix: string): string {
  return name.slice(prefix.length).toLowerCase();
}

function timingsFromMessage(timings: StageTimings__Output | null): ClientTimings {
  return {
    queue: optionalNumber(timings?.queue_us),
    encode: optionalNumber(timings?.encode_us),
    lexical: optionalNumber(timings?.lexical_us),
    candidates: optionalNumber(timings?.candidates_us),
    lateInteraction: optionalNumber(timings?.late_interaction_us),
    crossEncoder: optionalNumber(timings?.cross_encoder_us),
    total: Number(timings?.total_us ?? 0),
  };
}

function optionalNumber(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function hitFromMessage(hit: SearchHit__Output): ClientSearchHit {
  const { parts, payload } = hit;
  return {
    key: hit.key,
    rank: hit.rank,
    score: hit.score,
    parts: {
      bm25: parts?.bm25,
      sketch: parts?.sketch,
      maxsim: parts?.maxsim,
      crossEncoder: parts?.cross_encoder,
      probability: parts?.probability,
      softmax: parts?.softmax,
    },
    passageNumber: hit.passage_number,
    span: { start: hit.span?.start ?? 0, end: hit.span?.end ?? 0 },
    payload:
      payload === null
        ? undefined
        : {
            title: payload.title,
            text: payload.text,
            fields: fieldsFromMessages(payload.fields),
            highlights: payload.highlights.map(({ start, end }) => ({ start, end })),
          },
  };
}

export function storedDocumentFromMessage(message: StoredDocument__Output): ClientStoredDocument {
  const document = present(message.document, "the server sends stored documents whole");
  return {
    key: document.key,
    title: document.title,
    text: document.text,
    fields: fieldsFromMessages(document.fields),
    sequence: Number(message.sequence),
    passageCount: message.passage_count,
  };
}

export function collectionFromMessage(message: Collection__Output | null): ClientCollection {
  const collection = present(message, "the server sends the collection");
  return {
    settings: settingsFromMessage(collection.settings),
    documentCount: Number(collection.document_count),
    passageCount: Number(collection.passage_count),
    tokenCount: Number(collection.token_count),
    generation: Number(collection.generation),
    lastSequence: Number(collection.last_sequence),
    segmentCount: collection.segment_count,
    diskBytes: Number(collection.disk_bytes),
    kernel: collection.kernel,
    recall: collection.recall === null ? undefined : recallFromMessage(collection.recall),
    scoreMaps: collection.score_maps.map(scoreMapFromMessage),
  };
}

export function settingsFromMessage(
  message: CollectionSettings__Output | null,
): ClientCollectionSettings {
  const settings = present(message, "the server sends the settings");
  return {
    name: settings.name,
    modelName: settings.model === "" ? undefined : settings.model,
    modelFingerprint: settings.model_fingerprint === "" ? undefined : settings.model_fingerprint,
    dim: settings.dim,
    bits: settings.bits,
    sketchBits: settings.sketch_bits,
    analyzer: settings.analyzer === "ANALYZER_UNICODE" ? "unicode" : "english",
    analyzerVersion: settings.analyzer_version,
    stemmer: settings.stemmer,
    stopWords: settings.stop_words,
    seed: settings.seed,
  };
}
