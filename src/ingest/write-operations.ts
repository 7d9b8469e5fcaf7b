// What the writer of a collection takes: changes whose vectors and terms are already made.

import type { Sequence } from "../core/ids.js";
import type { Fields } from "../core/document.js";
import type { DocumentTest } from "../core/match-filter.js";
import type { PreparedPassage } from "../encoding/prepared-passage.js";

export interface PutOperation {
  readonly kind: "put";
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  readonly passages: readonly PreparedPassage[];
  /** Lowest version of the analyzer that made their terms. Defaults to the collection's. */
  readonly analyzerVersion?: number | undefined;
  /** The stored document must have this sequence, 0: be absent; otherwise SEQUENCE_MISMATCH. */
  readonly ifSequence?: number | undefined;
  /** Sequence of the stored document from which it was made; another one makes it outdated. */
  readonly madeFrom?: Sequence | undefined;
  /**
   * Must be true of the document's fields and of those that it replaces, else the put is refused
   * with PERMISSION_DENIED. Absent when there is no condition.
   */
  readonly isWithin?: DocumentTest | undefined;
}

export interface DeleteOperation {
  readonly kind: "delete";
  readonly key: string;
  /**
   * Restricts the delete to the version of the document that has this sequence. When absent, any
   * version is deleted.
   */
  readonly ifPassage?: Sequence | undefined;
  /** A document whose fields it does not let through counts as not there. */
  readonly isWithin?: DocumentTest | undefined;
}

export type WriteOperation = PutOperation | DeleteOperation;

export interface WriteResult {
  /** Sequence of the write; of the collection's last write when nothing was there to delete. */
  readonly sequence: Sequence;
  readonly passageCount: number;
  /** False: the key of a delete was not there. */
  readonly isChanged: boolean;
  /**
   * True: the put was made from what is replaced since, a document or an analyzer; it is to be
   * prepared anew.
   */
  readonly isOutdated?: boolean;
}

/** Durable: the write is on disk and visible to every search that starts from now on. */
export interface WriteAck {
  readonly key: string;
  /** Sequence of the write in its collection; usable as a search's minSequence. */
  readonly sequence: Sequence;
  /** Passages the document became; 0 for a delete. */
  readonly passageCount: number;
}
