// The engine's public face: what the network edges, rpc/ and http/, call.

import type { BackupInfo } from "../backup/backup.protocol.js";
import type { Document, FieldUpdate, PassageVectors } from "../core/document.js";
import type { SluiceError } from "../core/errors.js";
import type { Feedback, RecordedFeedback } from "../core/feedback.js";
import type { Filter } from "../core/filter.js";
import type { QuotaHolder } from "../core/quota.js";
import type { Readiness, RefusedCollection } from "../core/readiness.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { Query } from "../contract/search-request.js";
import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { SlowSearch } from "../contract/slow-searches.js";
import type { ExplainRequest, ExplainedPassage } from "../contract/explain.js";
import type { ExportRequest } from "../contract/export.js";
import type { FilteredDelete } from "../contract/filtered-delete.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type {
  CollectionSettings,
  CollectionStatus,
  RecallStatus,
} from "../index/collection-settings.js";
import type { Generation } from "../index/generation.js";
import type { WriteAck } from "../ingest/write-operations.js";
import type { SearchPlan } from "../search/plan.js";
import type { SnapshotInfo } from "../store/snapshot-folder.js";
import type { ScoreCalibration } from "../store/stored-values.js";

/** All methods throw SluiceError for what the caller or the world got wrong. */
export interface EngineApi {
  /**
   * Streams updates; ends after the final one. The search does not wait for its reader: who asks
   * for the next update late gets the newest one.
   */
  search(request: SearchRequest, options: SearchCall): AsyncGenerator<SearchUpdate, void, void>;

  /** Streams rankings of the request's items in the same way. */
  rerank(request: RerankRequest, options: SearchCall): AsyncGenerator<RerankUpdate, void, void>;

  /** How one passage of a document gets its score. */
  explain(
    request: ExplainRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<ExplainedPassage>;

  /** Resolves once the document is durable and visible. Rejects for this document alone. */
  put(collection: string, document: Document, scope?: PutScope): Promise<WriteAck>;
  /**
   * Changes fields of a stored document; resolves once that is durable and visible. Nothing is
   * encoded. Rejects with DOCUMENT_NOT_FOUND, SEQUENCE_MISMATCH, or as a put for what the fields
   * become.
   */
  update(collection: string, update: FieldUpdate, scope?: WriteScope): Promise<WriteAck>;
  /** Resolves once the deletes are durable; keys that do not exist are counted, not errors. */
  delete(
    collection: string,
    keys: readonly string[],
    scope?: WriteScope,
  ): Promise<{
    readonly deletedCount: number;
    readonly missingCount: number;
    readonly sequence: number;
  }>;
  /**
   * Deletes every document that the filter lets through now; resolves once that is durable. When it
   * rejects, or `signal` aborts, some may be deleted.
   */
  deleteWhere(
    collection: string,
    filter: Filter,
    options: { readonly signal: AbortSignal },
  ): Promise<FilteredDelete>;
  /** Documents in the order of `keys`; undefined where a key is unknown. */
  get(collection: string, keys: readonly string[]): Promise<(StoredDocument | undefined)[]>;
  /** A page of documents in byte order of their keys, after `afterKey`. */
  list(collection: string, page: PageRequest): Promise<StoredDocumentPage>;
  /**
   * The same of documents that the filter lets through, in O(passages of the collection) a page.
   * Rejects with DATA_CORRUPT while it cannot be known which these are.
   */
  listWhere(collection: string, filter: Filter, page: PageRequest): Promise<StoredDocumentPage>;
  /**
   * Streams documents in byte order of their keys, from one generation, which is held until the
   * stream ends. The first batch comes at once and may be empty. Throws DATA_CORRUPT at a damaged
   * document, COLLECTION_NOT_FOUND when the collection is dropped meanwhile.
   */
  exportDocuments(
    request: ExportRequest,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<ExportedBatch, void, void>;

  /** Resolves once the event is on disk. */
  sendFeedback(collection: string, event: Feedback): Promise<FeedbackAck>;
  /** A page of recorded events, oldest first. Throws DATA_CORRUPT at a damaged one. */
  listFeedback(collection: string, page: FeedbackPageRequest): Promise<FeedbackPage>;

  createCollection(request: CreateCollection): Promise<CollectionSettings>;
  dropCollection(name: string): Promise<void>;
  listCollections(): CollectionStatus[];
  /**
   * Collections that are known by name and cannot be served, by name; each call gets their error.
   */
  refusedCollections(): readonly RefusedCollection[];
  /** Of a collection that is not open: as it was when it was closed. */
  describeCollection(name: string): CollectionStatus;
  /**
   * Flushes the journal and merges segments; never changes a score, unless `isReanalyzed`: then all
   * terms are made anew by the latest version of the collection's analyzer. With `isFull` the file
   * then gives its free space back to the disk, for which it is closed once nobody uses it. The last
   * progress has the result. Throws OVERLOADED when it stays in use, with everything else done.
   */
  optimize(
    name: string,
    options: {
      readonly isFull: boolean;
      readonly isReanalyzed?: boolean | undefined;
      readonly signal: AbortSignal;
    },
  ): AsyncGenerator<OptimizeJobProgress, void, void>;
  /** Measures recall by pool size and keeps it. The last progress has the result. */
  calibrate(name: string, options: CalibrateOptions): AsyncGenerator<CalibrateProgress, void, void>;
  /** Replaces the maps from scores to probabilities. Durable when it resolves. */
  setScoreMaps(name: string, scoreMaps: readonly ScoreCalibration[]): Promise<void>;
  /** Without `snapshotName` the server chooses a name. The last progress has the result. */
  snapshot(
    name: string,
    snapshotName: string | undefined,
  ): AsyncGenerator<SnapshotProgress, void, void>;
  /** Without `name` the collection keeps the name it had. The last progress has the result. */
  restore(
    snapshotName: string,
    name: string | undefined,
    holder?: QuotaHolder,
  ): AsyncGenerator<RestoreProgress, void, void>;
  listSnapshots(): SnapshotInfo[];
  deleteSnapshot(snapshotName: string): void;
  /**
   * Uploads a verified copy to the object storage. Without `backupName` the server chooses a name,
   * and retention may delete it later. The last progress has the result.
   */
  backup(
    name: string,
    backupName: string | undefined,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<BackupProgress, void, void>;
  /** Without `name` the collection keeps the name it had. The last progress has the result. */
  restoreBackup(
    backupName: string,
    name: string | undefined,
    options: { readonly signal: AbortSignal; readonly holder?: QuotaHolder | undefined },
  ): AsyncGenerator<RestoreProgress, void, void>;
  /** Newest first. */
  listBackups(options: { readonly signal: AbortSignal }): Promise<BackupInfo[]>;
  deleteBackup(backupName: string, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Starts a job that goes on without its caller, and returns its first state. Throws
   * COLLECTION_NOT_FOUND, SNAPSHOT_NOT_FOUND, and LIMIT_EXCEEDED while too many run. A repeated
   * `idempotencyKey` returns the operation that it started.
   */
  startOperation(job: OperationJob, idempotencyKey?: string, holder?: QuotaHolder): Operation;
  /** Running operations, and the last ones that ended; the newest first. */
  listOperations(): readonly Operation[];
  /** Throws OPERATION_NOT_FOUND. */
  getOperation(id: string): Operation;
  /**
   * The present state, then each change; ends after the last. A slow reader misses intermediate
   * changes. Throws OPERATION_NOT_FOUND.
   */
  watchOperation(
    id: string,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<Operation, void, void>;
  /** Asks a running operation to end; has no effect on others. Throws OPERATION_NOT_FOUND. */
  cancelOperation(id: string): void;
  /** The last searches of a server that took long, the newest first. */
  listSlowSearches(): readonly SlowSearch[];
  /** Cheap: called by every health check. */
  readiness(): Readiness;
}

/** The caller of a search and its deadline. */
export interface SearchCall {
  /** The caller's cancel. */
  readonly signal: AbortSignal;
  /** Milliseconds to the caller's deadline. Absent when the call has none. */
  readonly deadlineMs?: number | undefined;
  /**
   * Address of the caller, by which queued searches are scheduled round-robin. Absent when unknown.
   */
  readonly peer?: string | undefined;
  /** The caller sees only what the filter of its key lets through, which the request's contains. */
  readonly isRestricted?: boolean | undefined;
  /** Name that the caller gives himself; the clients of each peer take turns. */
  readonly client?: string | undefined;
  /** Flow control of the caller's stream. Absent when the transport does not report it. */
  readonly reader?: ReaderRoom | undefined;
  /** Ids of the call, for the log of slow searches. */
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  /** Span of the call. Absent while tracing is off. */
  readonly span?: TraceSpan | undefined;
  /** Called when the search has its turn, for the log of slow searches. */
  readonly onTurn?: ((turn: PlannedSearch) => void) | undefined;
}

/** What a search does, and in which state of its collection. */
export interface PlannedSearch {
  readonly plan: SearchPlan;
  readonly generation: Generation;
}

/** Which documents a write may touch. */
export interface WriteScope {
  /**
   * A document that it does not let through is not written, and one that is stored is neither
   * replaced (PERMISSION_DENIED) nor deleted (it counts as missing). Looked at as the write
   * commits.
   */
  readonly within?: Filter | undefined;
  /** Whose quota the write counts against, besides those of server and collection. */
  readonly holder?: QuotaHolder | undefined;
}

export interface PutScope extends WriteScope {
  /** The stored document must have this sequence, 0: be absent; otherwise SEQUENCE_MISMATCH. */
  readonly ifSequence?: number | undefined;
}

export interface PageRequest {
  readonly pageSize: number;
  readonly afterKey?: string | undefined;
}

export interface StoredDocumentPage {
  readonly documents: readonly StoredDocument[];
  /** Absent on the last page. */
  readonly nextAfterKey?: string | undefined;
}

export interface ExportedBatch {
  readonly documents: readonly ExportedDocument[];
  /** Sequence of the last write in the exported generation. */
  readonly lastSequence: number;
}

export interface ExportedDocument extends StoredDocument {
  /** One for each passage; absent unless asked for. */
  readonly passages?: readonly PassageVectors[] | undefined;
}

export interface FeedbackAck {
  /** An event of the same id was stored before. */
  readonly isRepeated: boolean;
  /** The collection holds no document of that key now. */
  readonly isUnknownKey: boolean;
}

export interface FeedbackPageRequest {
  readonly pageSize: number;
  readonly afterSequence: number;
  /** Milliseconds since 1970 UTC. */
  readonly sinceMs: number;
}

export interface FeedbackPage {
  readonly events: readonly RecordedFeedback[];
  /** Absent on the last page. */
  readonly nextAfterSequence?: number | undefined;
}

export interface OptimizeJobProgress extends JobProgress {
  /** Bytes of the collection's file before and after. */
  readonly result?: { readonly bytesBefore: number; readonly bytesAfter: number } | undefined;
}

export interface SnapshotProgress extends JobProgress {
  readonly result?: SnapshotInfo;
}

export interface BackupProgress extends JobProgress {
  readonly result?: BackupInfo;
}

export interface CalibrateOptions {
  /** Sample queries. When absent, they are drawn from the passages. */
  readonly samples?: readonly Query[] | undefined;
  /** Number of queries to draw. Defaults to limits.sampleQueriesDefault. */
  readonly sampleCount?: number | undefined;
  /** Share of queries for which the lower bounds must hold, in (0, 1). Defaults to 0.95. */
  readonly confidence?: number | undefined;
  readonly signal: AbortSignal;
}

export interface CalibrateProgress extends JobProgress {
  readonly result?: RecallStatus;
}

export interface RestoreProgress extends JobProgress {
  readonly result?: CollectionStatus;
}

/** Progress of a long job. */
export interface JobProgress {
  readonly step: string;
  /** Units of work done in this step. */
  readonly done: number;
  /** Units of work in this step; 0: not known. */
  readonly total: number;
}

/** What an operation does. */
export type OperationJob =
  | {
      readonly kind: "optimize";
      readonly collection: string;
      readonly isFull: boolean;
      readonly isReanalyzed: boolean;
    }
  | {
      readonly kind: "calibrate";
      readonly collection: string;
      readonly options: Omit<CalibrateOptions, "signal">;
    }
  | {
      readonly kind: "snapshot";
      readonly collection: string;
      readonly snapshotName: string | undefined;
      /** The copy goes to the object storage. */
      readonly isBackup: boolean;
    }
  | {
      readonly kind: "restore";
      readonly snapshotName: string;
      readonly name: string | undefined;
      /** The copy is in the object storage. */
      readonly isBackup: boolean;
    };

/** The state of a job that goes on without its caller. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationJob["kind"];
  readonly state: "running" | "succeeded" | "failed" | "cancelled";
  /**
   * The collection that is worked on; of a restore the one that is made, or the backup when no name
   * was given.
   */
  readonly collection: string;
  readonly progress: JobProgress & { readonly elapsedMs: number };
  /** Milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly endTimeMs?: number | undefined;
  /** Present when it failed. */
  readonly error?: SluiceError | undefined;
  /** Present when it succeeded. */
  readonly result?: OperationResult | undefined;
}

/** One property, by the kind of the operation. */
export interface OperationResult {
  readonly optimized?: OptimizeJobProgress["result"];
  readonly recall?: RecallStatus | undefined;
  readonly snapshot?: SnapshotInfo | BackupInfo | undefined;
  readonly restored?: CollectionStatus | undefined;
}

export interface CreateCollection {
  readonly name: string;
  /**
   * Name of a model folder. When absent, the server's default model is used unless dim is given.
   */
  readonly modelName?: string | undefined;
  /** For collections of given vectors only; then no model is used. */
  readonly dim?: number | undefined;
  readonly bits?: number | undefined;
  readonly sketchBits?: number | undefined;
  /** Bits a coordinate of the refine plane, 4 or 8. Defaults to none. */
  readonly refineBits?: number | undefined;
  readonly analyzer?: string | undefined;
  /** A language or "none". Defaults to the language of the analyzer. */
  readonly stemmer?: string | undefined;
  readonly stopWords?: string | undefined;
  /** Do nothing when a collection of this name and the same settings is there. */
  readonly ifNotExists: boolean;
  /** Whose quota the collection counts against. */
  readonly holder?: QuotaHolder | undefined;
}

export interface StoredDocument extends Omit<Document, "vectors"> {
  readonly sequence: number;
  readonly passageCount: number;
}
