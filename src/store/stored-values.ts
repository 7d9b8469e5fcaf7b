// The values that a collection's store keeps, as the rest of the program sees them.

import type { Centring } from "../core/centre.js";
import type { Sequence } from "../core/ids.js";
import type { Fields, Span } from "../core/document.js";
import type { ScoreMap } from "../eval/score-calibration.js";

/**
 * What a generation consists of; replaced in the same transaction as the data that it describes.
 */
export interface Manifest {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly modelFingerprint?: string | undefined;
  readonly dim: number;
  readonly bits: number;
  readonly sketchBits: number;
  /** Absent: there is no refine plane. */
  readonly refineBits?: number | undefined;
  readonly analyzer: string;
  readonly analyzerVersion: number;
  /** Absent in data of versions in which the analyzer's name implied the stemmer. */
  readonly stemmer?: string | undefined;
  readonly stopWords?: string | undefined;
  readonly seed: number;
  readonly rotationChecksum: number;
  /** Absent: codes have no centre, as in all collections that older formats began. */
  readonly centring?: Centring | undefined;
  readonly generation: number;
  readonly lastSequence: Sequence;
  readonly nextSegmentId: number;
  readonly segments: readonly SegmentEntry[];
  /** Passages in the journal; absent: not counted, by the version that wrote it. */
  readonly journalCount?: number;
}

export interface SegmentEntry {
  readonly id: number;
  readonly passageCount: number;
  /** Least and greatest sequence of its passages. */
  readonly firstSequence: Sequence;
  readonly lastSequence: Sequence;
  /** Passages of it that are deleted; absent: not counted, by the version that wrote it. */
  readonly deadCount?: number;
}

/** Recall by pool size, as it was measured on sample queries. */
export interface RecallCalibration {
  /** By rising pool size; at least one. */
  readonly estimates: readonly RecallEstimate[];
  /** Sample queries that were measured. */
  readonly sampleCount: number;
  /** Share of queries that reach a lower bound, in (0, 1). */
  readonly confidence: number;
  /** False: they were drawn from the passages. */
  readonly areSamplesGiven: boolean;
  /** Whether the samples had words, so that the best by BM25 were in the pool. */
  readonly hasWords: boolean;
  readonly lexicalPoolSize: number;
  readonly lexicalWeight: number;
  /** What there was when the measuring began. */
  readonly generation: number;
  readonly lastSequence: Sequence;
  readonly passageCount: number;
}

/** A map from scores to probabilities, and the searches that it applies to. */
export interface ScoreCalibration {
  readonly map: ScoreMap;
  readonly lexicalWeight: number;
  /** The cross-encoder that re-ranked the hits. Absent when the hits were not re-ranked. */
  readonly rerank: { readonly model: string; readonly weight: number } | undefined;
  /** What it was fitted on. */
  readonly queryCount: number;
  readonly resultCount: number;
  /** By cross-validation; see eval/reliability.ts. */
  readonly brier: number;
  readonly ece: number;
}

export interface RecallEstimate {
  /** Candidates by sketch; those by words are added. */
  readonly poolSize: number;
  /** Mean share of the exact top 10 that was in the pool, in [0, 1]. */
  readonly recall: number;
  /** As eval/conformal.ts has it, in [0, 1]. */
  readonly recallLowerBound: number;
}

/** A document without its vectors. Its passages have consecutive sequences from the first on. */
export interface DocumentRecord {
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  /** Sequence of the write: that of its last passage. */
  readonly sequence: Sequence;
  readonly firstPassageSequence: Sequence;
  readonly spans: readonly Span[];
}

/** A passage that is in no segment yet. */
export interface JournalPassage {
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  readonly tokenCount: number;
  readonly codes: Uint8Array;
  /** Absent when the collection has no refine plane. */
  readonly refineCodes?: Uint8Array | undefined;
  readonly sketch: Uint8Array;
  /** Its unit rows, from which codes are made again. Absent once the centre is fixed. */
  readonly rows?: Float32Array | undefined;
  /** As in analysis/term-frequencies.ts. */
  readonly joined: Uint8Array;
  readonly counts: Uint32Array;
  readonly positions: Uint32Array;
  /** Terms, repeats included. */
  readonly length: number;
  /** The same as packJournalPassage makes of it, where that is known already. */
  readonly packed?: Uint8Array | undefined;
}

/** The codes of a segment's tokens; the refine plane of those that have one. */
export type CodePlane = "codes" | "refineCodes";

/** A segment's bytes: everything but the codes of its tokens, and these, in pieces. */
export interface SegmentBytes {
  readonly tables: Uint8Array;
  readonly codes: readonly Uint8Array[];
  /** Absent when the collection has no refine plane. */
  readonly refineCodes?: readonly Uint8Array[] | undefined;
}

/** One atomic change. Everything in it becomes durable together, or nothing does. */
export interface WriteBatch {
  readonly manifest: Manifest;
  /** Version in the frame; defaults to the present one. An older one stays until all is migrated. */
  readonly formatVersion?: number;
  readonly documents?: ReadonlyMap<string, DocumentRecord | undefined>;
  readonly journalPuts?: ReadonlyMap<number, JournalPassage>;
  readonly journalDeletes?: Iterable<number>;
  readonly segmentDeletes?: Iterable<number>;
  /** Bitmap a segment, bit set: deleted. */
  readonly tombstonePuts?: ReadonlyMap<number, Uint8Array>;
}

/** What of a store is damaged; "store": lmdb cannot walk through it. */
export type DamagedValue =
  | { readonly kind: "manifest" | "store" | "recall" | "scoreMaps" }
  | { readonly kind: "document"; readonly key: string }
  | { readonly kind: "journal"; readonly sequence: Sequence }
  | { readonly kind: "feedback"; readonly sequence: number }
  | { readonly kind: "feedbackId"; readonly eventId: string }
  | { readonly kind: "segment" | "tombstones"; readonly id: number };

export type Damage = DamagedValue & { readonly message: string };
