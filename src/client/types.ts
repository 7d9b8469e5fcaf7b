// Plain values of the client besides requests and updates, which are in src/contract/.

import type { FieldValue } from "../core/document.js";
import type { ClientScoreMap } from "./score-maps.js";

/** A document as it is stored. */
export interface ClientStoredDocument {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly sequence: number;
  readonly passageCount: number;
}

/** What a collection was created with. */
export interface ClientCollectionSettings {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly modelFingerprint?: string | undefined;
  readonly dim: number;
  readonly bits: number;
  readonly sketchBits: number;
  /** Of the refine plane. Absent when there is none. */
  readonly refineBits?: number | undefined;
  readonly analyzer: "english" | "unicode";
  readonly analyzerVersion: number;
  /** A language, or "none". */
  readonly stemmer: string;
  /** A language, or "none". */
  readonly stopWords: string;
  /** Unsigned. */
  readonly seed: number;
}

/** Progress of a long job on the server. */
export interface ClientProgress {
  readonly step: string;
  /** Units of work done in this step. */
  readonly done: number;
  /** Units of work in this step; 0 when unknown. */
  readonly total: number;
  /** True in the last message of a successful job. */
  readonly isFinished: boolean;
}

/** The last one has the bytes of the collection's file before and after. */
export interface ClientOptimizeProgress extends ClientProgress {
  readonly bytesBefore?: number | undefined;
  readonly bytesAfter?: number | undefined;
}

/** A collection as the server has it now. */
export interface ClientCollection {
  readonly settings: ClientCollectionSettings;
  readonly documentCount: number;
  readonly passageCount: number;
  readonly tokenCount: number;
  readonly generation: number;
  readonly lastSequence: number;
  readonly segmentCount: number;
  readonly diskBytes: number;
  readonly kernel: string;
  /** Absent when recall was never measured. */
  readonly recall?: ClientRecall | undefined;
  /** From scores to probabilities. */
  readonly scoreMaps: readonly ClientScoreMap[];
}

/** An entry in the server's data folder that is not served and was neither changed nor deleted. */
export interface ClientFinding {
  /** Relative to the data folder. */
  readonly place: string;
  readonly kind: "damaged" | "duplicate" | "unfinished" | "foreign" | "link" | "unknown";
  readonly message: string;
}

/** A collection that is not served; every call that names it gets this error. */
export interface ClientRefusedCollection {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** Everything in the data folder. */
export interface ClientSurvey {
  readonly collections: readonly ClientCollection[];
  readonly refused: readonly ClientRefusedCollection[];
  readonly findings: readonly ClientFinding[];
}

/** A collection, and what was found beside it in the data folder. */
export interface ClientDescription extends ClientCollection {
  /** In the whole data folder. */
  readonly findings: readonly ClientFinding[];
}

/** Recall by pool size, as `calibrate` measured it. */
export interface ClientRecall {
  /** By rising pool size. */
  readonly estimates: readonly ClientRecallEstimate[];
  /** Share of queries for which the lower bounds hold. */
  readonly confidence: number;
  /** False when the queries were drawn from the passages. */
  readonly areSamplesGiven: boolean;
  readonly generation: number;
  readonly passageCount: number;
  /** The collection has changed too much since; calibrate again. */
  readonly isStale: boolean;
}

/** Measured recall of one pool size. */
export interface ClientRecallEstimate {
  /** Candidates by sketch. */
  readonly poolSize: number;
  /** Mean share of the exact top 10 that was in the pool. */
  readonly recall: number;
  /** Lower bound that holds for the share `confidence` of queries like the samples. */
  readonly recallLowerBound: number;
  readonly sampleCount: number;
}

/** A collection to create. What is absent takes the server's default. */
export interface ClientCreateCollection {
  readonly name: string;
  readonly modelName?: string | undefined;
  readonly dim?: number | undefined;
  readonly bits?: number | undefined;
  readonly sketchBits?: number | undefined;
  /** Bits per dimension of a refine plane, 4 or 8, more than `bits`. Defaults to none. */
  readonly refineBits?: number | undefined;
  readonly analyzer?: "english" | "unicode" | undefined;
  /** A language or "none". Defaults to the language of the analyzer. */
  readonly stemmer?: string | undefined;
  readonly stopWords?: string | undefined;
  readonly ifNotExists?: boolean | undefined;
}

/** A verified copy of a collection. */
export interface ClientSnapshot {
  readonly name: string;
  /** Name of the copied collection. */
  readonly collection: string;
  readonly lastSequence: number;
  readonly bytes: number;
  /** Of a backup, by the clock of the object storage: milliseconds since 1970. */
  readonly createdMs?: number | undefined;
}

/** A document that is durable and visible. */
export interface ClientIngestAck {
  /** Number of the document in the input, from 1. */
  readonly clientSequence: number;
  readonly key: string;
  readonly sequence: number;
  readonly passageCount: number;
}

/** A document that was rejected or failed; the others continue. */
export interface ClientIngestError {
  readonly clientSequence: number;
  readonly key: string;
  readonly reason: string;
  readonly message: string;
  readonly field: string | undefined;
  readonly retryable: boolean;
}

/** What became of the documents of an ingest. */
export interface ClientIngestSummary {
  readonly acknowledgedCount: number;
  readonly failedCount: number;
  /** Highest sequence of the acks; 0 when there is none. Usable as a search's minSequence. */
  readonly lastSequence: number;
}
