// Collections as they are created and described. proto/sluice/v1/collections.proto documents each
// field for callers.

import { findingKinds } from "../core/readiness.js";
import type { FindingKind } from "../core/readiness.js";
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
  words,
} from "./fields.js";
import type { FieldTable } from "./fields.js";
import { modelName, queryFields } from "./search-request.js";
import type { Query } from "./search-request.js";

const analyzers = ["english", "unicode"] as const;
const analyzer = words("ANALYZER_", analyzers);

export interface CollectionToCreate {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly dim?: number | undefined;
  readonly bits?: number | undefined;
  readonly sketchBits?: number | undefined;
  readonly refineBits?: number | undefined;
  readonly analyzer?: (typeof analyzers)[number] | undefined;
  readonly ifNotExists?: boolean | undefined;
  readonly stemmer?: string | undefined;
  readonly stopWords?: string | undefined;
}

const codeBits = optional(wholeNumbers(1, 8));

/** Of proto CollectionServiceCreateRequest. */
export const collectionToCreateFields = {
  name: { type: "collection" },
  modelName: implicit({ ...modelName, wire: "model" }),
  dim: optional(wholeNumbers(limits.dimMin, limits.dimMax)),
  bits: codeBits,
  sketchBits: codeBits,
  refineBits: codeBits,
  analyzer: optional(analyzer),
  ifNotExists: implicit(flag),
  stemmer: implicit(anyText),
  stopWords: implicit(anyText),
} satisfies FieldTable<CollectionToCreate>;

export interface ShownSettings {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly modelFingerprint?: string | undefined;
  readonly dim: number;
  readonly bits: number;
  readonly sketchBits: number;
  readonly refineBits?: number | undefined;
  readonly analyzer: (typeof analyzers)[number];
  /** Unsigned. */
  readonly seed: number;
  readonly analyzerVersion: number;
  readonly stemmer: string;
  readonly stopWords: string;
}

/** Of proto CollectionSettings. */
const shownSettingsFields = {
  name: { type: "collection" },
  modelName: implicit({ ...anyText, wire: "model" }),
  modelFingerprint: implicit(anyText),
  dim: count,
  bits: count,
  sketchBits: count,
  refineBits: optional(count),
  analyzer,
  seed: count,
  analyzerVersion: count,
  stemmer: anyText,
  stopWords: anyText,
} satisfies FieldTable<ShownSettings>;

export interface ShownRecall {
  readonly estimates: readonly ShownRecallEstimate[];
  readonly confidence: number;
  readonly areSamplesGiven: boolean;
  readonly generation: number;
  readonly passageCount: number;
  readonly isStale: boolean;
}

export interface ShownRecallEstimate {
  readonly poolSize: number;
  readonly recall: number;
  readonly recallLowerBound: number;
  readonly sampleCount: number;
}

/** Of proto RecallEstimate. */
export const recallEstimateFields = {
  poolSize: count,
  recall: figure,
  recallLowerBound: figure,
  sampleCount: count,
} satisfies FieldTable<ShownRecallEstimate>;

const recallFields = {
  estimates: list(message(recallEstimateFields)),
  confidence: figure,
  areSamplesGiven: { ...flag, wire: "samples_given" },
  generation: count,
  passageCount: count,
  isStale: { ...flag, wire: "stale" },
} satisfies FieldTable<ShownRecall>;

/** A score map with one of its two forms. */
export interface ShownScoreMap {
  readonly lexicalWeight?: number | undefined;
  readonly rerankModel?: string | undefined;
  readonly rerankWeight?: number | undefined;
  readonly platt?: { readonly slope: number; readonly intercept: number } | undefined;
  readonly isotonic?:
    { readonly scores: readonly number[]; readonly probabilities: readonly number[] } | undefined;
  readonly queryCount?: number | undefined;
  readonly resultCount?: number | undefined;
  readonly brier?: number | undefined;
  readonly ece?: number | undefined;
}

const share = implicit({ type: "number", min: 0, max: 1 });
const points = list(figure, limits.scoreMapPointsMax);

/** Of proto ScoreMap. */
const scoreMapFields = {
  lexicalWeight: implicit({ type: "number", min: 0, max: 100 }),
  rerankModel: implicit(modelName),
  rerankWeight: share,
  platt: optional(
    message({ slope: figure, intercept: figure } satisfies FieldTable<
      NonNullable<ShownScoreMap["platt"]>
    >),
  ),
  isotonic: optional(
    message({ scores: points, probabilities: points } satisfies FieldTable<
      NonNullable<ShownScoreMap["isotonic"]>
    >),
  ),
  queryCount: implicit(count),
  resultCount: implicit(count),
  brier: share,
  ece: share,
} satisfies FieldTable<ShownScoreMap>;

/** Of proto CollectionServiceSetScoreMapsRequest, without the name. */
export const setScoreMapsFields = {
  scoreMaps: list(message(scoreMapFields), limits.scoreMapsMax),
} satisfies FieldTable<{ readonly scoreMaps: readonly ShownScoreMap[] }>;

export interface ShownCollection {
  readonly settings: ShownSettings;
  readonly documentCount: number;
  readonly passageCount: number;
  readonly tokenCount: number;
  readonly generation: number;
  readonly lastSequence: number;
  readonly segmentCount: number;
  readonly diskBytes: number;
  readonly kernel: string;
  readonly recall?: ShownRecall | undefined;
  readonly scoreMaps: readonly ShownScoreMap[];
}

/** Of proto Collection. */
export const shownCollectionFields = {
  settings: message(shownSettingsFields),
  documentCount: count,
  passageCount: count,
  tokenCount: count,
  generation: count,
  lastSequence: count,
  segmentCount: count,
  diskBytes: count,
  kernel: anyText,
  recall: optional(message(recallFields)),
  scoreMaps: list(message(scoreMapFields)),
} satisfies FieldTable<ShownCollection>;

interface ShownFinding {
  readonly place: string;
  readonly kind: FindingKind;
  readonly message: string;
}

const findings = list(
  message({
    place: anyText,
    kind: words("KIND_", findingKinds),
    message: anyText,
  } satisfies FieldTable<ShownFinding>),
);

/** Of proto CollectionServiceListResponse. */
export const collectionListFields = {
  collections: list(message(shownCollectionFields)),
  refused: list(
    message({ name: anyText, reason: anyText, message: anyText } satisfies FieldTable<{
      readonly name: string;
      readonly reason: string;
      readonly message: string;
    }>),
  ),
  findings,
  nextPageToken: anyText,
} satisfies FieldTable<{
  readonly collections: readonly ShownCollection[];
  readonly refused: readonly {
    readonly name: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly findings: readonly ShownFinding[];
  readonly nextPageToken: string;
}>;

/** Of proto CollectionServiceDescribeResponse. */
export const descriptionFields = {
  collection: message(shownCollectionFields),
  findings,
} satisfies FieldTable<{
  readonly collection: ShownCollection;
  readonly findings: readonly ShownFinding[];
}>;

/** Of proto CollectionServiceCreateResponse. */
export const createdFields = {
  settings: message(shownSettingsFields),
} satisfies FieldTable<{ readonly settings: ShownSettings }>;

export interface ShownSnapshot {
  readonly name: string;
  readonly collection: string;
  readonly lastSequence: number;
  readonly bytes: number;
  /** Of a backup, by the clock of the object storage. */
  readonly createdMs?: number | undefined;
}

/** Of proto SnapshotInfo. */
export const snapshotFields = {
  name: anyText,
  collection: anyText,
  lastSequence: count,
  bytes: count,
  createdMs: implicit(count),
} satisfies FieldTable<ShownSnapshot>;

export interface CalibrationRequest {
  readonly sampleQueries?: readonly string[] | undefined;
  readonly sampleCount?: number | undefined;
  readonly samples?: readonly Query[] | undefined;
  readonly confidence?: number | undefined;
}

/** Of proto CollectionServiceCalibrateRequest, without the name. */
export const calibrationFields = {
  sampleQueries: implicit(
    list({ type: "text", bytesMax: limits.queryBytesMax } as const, limits.sampleQueriesMax),
  ),
  sampleCount: optional(wholeNumbers(limits.sampleQueriesMin, limits.sampleQueriesMax)),
  samples: implicit(list(message(queryFields), limits.sampleQueriesMax)),
  confidence: optional({ type: "number", min: 0.5, max: 0.9999 }),
} satisfies FieldTable<CalibrationRequest>;
