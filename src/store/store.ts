// The port to a collection's bytes on disk. The one implementation is lmdb-store.ts.

import type { SluiceError } from "../core/errors.js";
import type { RecordedFeedback } from "../core/feedback.js";
import type { FeedbackAppend } from "./feedback-log.js";
import type {
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

/** Reads see everything committed. All reads check checksums and throw DATA_CORRUPT. */
export interface CollectionStore {
  readonly folder: string;
  readManifest(): Manifest;
  readDocument(key: string): DocumentRecord | undefined;
  documentCount(): number;
  /** Pins the documents as they are now. Held long, it keeps replaced pages from being reused. */
  pin(): PinnedDocuments;
  /** In byte order of the keys. With `onDamage` damaged ones are left out and told. */
  documents(
    onDamage?: (error: SluiceError) => void,
  ): IterableIterator<[key: string, record: DocumentRecord]>;
  /** Passages in no segment, by rising sequence. With `onDamage` damaged ones are left out and told. */
  journal(
    onDamage?: (error: SluiceError) => void,
  ): IterableIterator<[sequence: number, passage: JournalPassage]>;
  /** Oldest format version of what is stored; undefined: unreadable. */
  formatVersion(): number | undefined;
  /** Format version that a segment's tables were written in; undefined: unreadable. */
  tablesVersion(id: number): number | undefined;
  /** Into shared memory. */
  readTables(id: number): SharedArrayBuffer;
  /** Into shared memory: for codes of up to `mappedBytesMin` (segment-store.ts). */
  readCodes(id: number): SharedArrayBuffer;
  /** Ids of all stored segments, those that no manifest names included. */
  segmentIds(): Set<number>;
  readTombstones(id: number): Uint8Array | undefined;
  /**
   * Resolves when the whole batch is on disk; rejects with nothing of it visible: DISK_FULL, or
   * STORAGE_FAILED, then and ever after. What is on a disk that failed to write is known only to who
   * reads it anew (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
   */
  commit(batch: WriteBatch): Promise<void>;
  /** Undefined: it was never measured. */
  readRecall(): RecallCalibration | undefined;
  /** In a transaction of its own; undefined: what was measured is forgotten. Rejects as `commit`. */
  writeRecall(calibration: RecallCalibration | undefined): Promise<void>;
  /** Empty: there are none. Throws DATA_CORRUPT. */
  readScoreMaps(): readonly ScoreCalibration[];
  /** Replaces what was there before. Durable when it resolves. */
  writeScoreMaps(calibrations: readonly ScoreCalibration[]): Promise<void>;
  /** As `appendFeedback` and `removeFeedback` in feedback-log.ts. */
  appendFeedback(append: FeedbackAppend): Promise<boolean>;
  removeFeedback(removed: {
    readonly sequences: readonly number[];
    readonly eventIds: readonly string[];
  }): Promise<void>;
  /** By rising sequence, after `afterSequence`. Read at once, or not across turns. */
  feedback(afterSequence: number): IterableIterator<RecordedFeedback>;
  /** Throws DATA_FOLDER_UNAVAILABLE where a write would. */
  checkWritable(): void;
  /** No commit succeeds from now on: the disk failed under another handle. */
  fail(error: SluiceError): void;
  /** Reads and checks every stored value; one entry a damaged value, which it names. O(data). */
  check(): { readonly valueCount: number; readonly damages: Damage[] };
  /**
   * Copies everything committed into `folder`, which is empty, without free pages. Writes go on; the
   * event loop is not held. Rejects with DISK_FULL.
   */
  copyTo(folder: string): Promise<void>;
  diskBytes(): number;
  close(): Promise<void>;
}
