// Requests, results and values that the engine and the gRPC client share.

export { fieldsFromJson } from "../core/fields-from-json.js";
export { parseFilter } from "../core/parse-filter.js";
export type { Fields, FieldValue, PrecomputedVectors, Span, VectorType } from "../core/document.js";
export type { Filter } from "../core/filter.js";
export type { CalibrateCallOptions } from "../client/calibrate.js";
export type { ClientDocumentPage, DocumentCalls } from "../client/document-calls.js";
export type { ClientScoreMap } from "../client/score-maps.js";
export type {
  ClientCollection,
  ClientCollectionSettings,
  ClientCreateCollection,
  ClientDescription,
  ClientFinding,
  ClientIngestAck,
  ClientIngestError,
  ClientIngestSummary,
  ClientOptimizeProgress,
  ClientProgress,
  ClientRecall,
  ClientRecallEstimate,
  ClientStoredDocument,
} from "../client/types.js";
export type { DocumentToWrite } from "../contract/documents.js";
export type {
  ExplainedPassage,
  ExplainRequest,
  TermMatch,
  TokenMatch,
} from "../contract/explain.js";
export type { FilteredDelete } from "../contract/filtered-delete.js";
export type { RankedItem, RerankItem, RerankRequest, RerankUpdate } from "../contract/rerank.js";
export type {
  ContextRequest,
  FacetOptions,
  GroupBy,
  LikeOptions,
  PayloadOptions,
  Query,
  RerankOptions,
  SearchRequest,
  SortOptions,
  StageBudgets,
} from "../contract/search-request.js";
export type {
  AssembledContext,
  Certificate,
  ContextPassage,
  Coverage,
  Degradation,
  DegradationReason,
  Facet,
  FacetValue,
  HitPayload,
  ScoreKind,
  ScoreParts,
  SearchHit,
  SearchUpdate,
  Stage,
  StageTimings,
} from "../contract/search-update.js";
