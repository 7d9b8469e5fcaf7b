// A collection's values on disk, in one interface for each kind of reader; lmdb-store.ts implements
// them all.

import type { Sequence } from "../core/ids.js";
import type { SluiceError } from "../core/errors.js";
import type { Feedback, RecordedFeedback } from "../core/feedback.js";
import type {
  CodePlane,
  Damage,
  DocumentRecord,
  JournalPassage,
  Manifest,
  RecallCalibration,
  ScoreCalibration,
  WriteBatch,
} from "./stored-values.js";

/** The documents of one moment, whatever is written later. Must be released. */
export interface PinnedDocuments {
  readDocument(key: string): DocumentRecord | undefined;
  /** In byte order of the keys, after `afterKey`, at most `countMax`. */
  listDocuments(options: {
    readonly afterKey?: string | undefined;
    readonly countMax: number;
  }): [key: string, record: DocumentRecord][];
  release(): void;
}

/**
 * All reads see everything committed, check checksums and throw DATA_CORRUPT. A list with
 * `onDamage` leaves damaged values out and passes each one's error to it.
 */
export interface DocumentReads {
  readDocument(key: string): DocumentRecord | undefined;
  documentCount(): number;
  /** In byte order of the keys. */
  documents(
    onDamage?: (error: SluiceError) => void,
  ): IterableIterator<[key: string, record: DocumentRecord]>;
  /** Passages in no segment, by rising sequence; all, or those of [start, end). */
  journal(
    onDamage?: (error: SluiceError) => void,
    within?: { readonly start: number; readonly end: number },
  ): IterableIterator<[sequence: Sequence, passage: JournalPassage]>;
  /** Pins the documents as they are now. Held long, it keeps replaced pages from being reused. */
  pin(): PinnedDocuments;
}

export interface SegmentReads {
  /** Path of the collection's folder, by which threads open it for themselves. */
  readonly folder: string;
  /** Into shared memory. */
  readTables(id: number): SharedArrayBuffer;
  /** Into shared memory: for codes of up to `mappedBytesMin` (segment-store.ts). */
  readCodes(id: number, plane: CodePlane): SharedArrayBuffer;
  readTombstones(id: number): Uint8Array | undefined;
  /** Ids of all stored segments, those that no manifest names included. */
  segmentIds(): Set<number>;
  /** Format version of a segment's tables. Returns undefined when they are unreadable. */
  tablesVersion(id: number): number | undefined;
}

/** Measurements of the collection, each in its own transaction. */
export interface CalibrationRecords {
  /** Absent when recall was never measured. */
  readRecall(): RecallCalibration | undefined;
  /** Undefined removes the record. Durable when it resolves; rejects as `commit`. */
  writeRecall(calibration: RecallCalibration | undefined): Promise<void>;
  /** Empty: there are none. */
  readScoreMaps(): readonly ScoreCalibration[];
  /** Replaces all of them. Durable when it resolves; rejects as `commit`. */
  writeScoreMaps(calibrations: readonly ScoreCalibration[]): Promise<void>;
}

export interface FeedbackAppend {
  readonly event: Feedback;
  /** Milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Events that are kept; the oldest are dropped beyond it. At least 1. */
  readonly eventsMax: number;
}

/** What users did with hits. */
export interface FeedbackRecords {
  /**
   * Durable when it resolves; false: an event of its id exists already, and nothing was written. A
   * smaller `eventsMax` than before is reached over several appends. Rejects as `commit`.
   */
  appendFeedback(append: FeedbackAppend): Promise<boolean>;
  /** Removes events and ids that are damaged, for a repair. Rejects as `commit`. */
  removeFeedback(removed: {
    readonly sequences: readonly number[];
    readonly eventIds: readonly string[];
  }): Promise<void>;
  /** By rising sequence, after `afterSequence`. Must be read within one turn of the event loop. */
  feedback(afterSequence: number): IterableIterator<RecordedFeedback>;
}

/** Writes and administration, for the collection's writer and for the code that opens the store. */
export interface CollectionStore
  extends DocumentReads, SegmentReads, CalibrationRecords, FeedbackRecords {
  readManifest(): Manifest;
  /** Oldest format version of the stored data. Returns undefined when it is unreadable. */
  formatVersion(): number | undefined;
  /**
   * Resolves when the whole batch is on disk; rejects with nothing of it visible: DISK_FULL, or
   * STORAGE_FAILED, then and ever after: once a write failed, only reading the disk anew shows what
   * is on it (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
   */
  commit(batch: WriteBatch): Promise<void>;
  /** Throws DATA_FOLDER_UNAVAILABLE where a write would. */
  checkWritable(): void;
  /** Makes every later commit fail: the disk failed under another handle. */
  fail(error: SluiceError): void;
  /** Reads and checks every stored value; one entry a damaged value, which it names. O(data). */
  check(): { readonly valueCount: number; readonly damages: Damage[] };
  /**
   * Copies everything committed into `folder`, which is empty, without free pages. Writes go on;
   * the event loop is not blocked. Rejects with DISK_FULL.
   */
  copyTo(folder: string): Promise<void>;
  diskBytes(): number;
  /** Of the file, what holds nothing: later writes use it. O(1). */
  freeBytes(): number;
  close(): Promise<void>;
}
