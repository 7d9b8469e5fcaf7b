// What the writer of a collection takes: changes whose vectors and terms are already made.

import type { PackedTerms } from "../analysis/term-frequencies.js";
import type { Fields, Span } from "../core/document.js";

/** A passage as a preparer gives it back: coded, analyzed, not yet numbered. */
export interface PreparedPassage {
  readonly span: Span;
  readonly rowCount: number;
  readonly codes: Uint8Array;
  readonly sketch: Uint8Array;
  readonly terms: PackedTerms;
  /** Its journal record (store/records.ts), where the preparer has packed it already. */
  readonly packed?: Uint8Array | undefined;
}

export interface PutOperation {
  readonly kind: "put";
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly fields: Fields;
  readonly passages: readonly PreparedPassage[];
}

export interface DeleteOperation {
  readonly kind: "delete";
  readonly key: string;
  /** Only the version of the document that has the passage with this sequence; undefined: any. */
  readonly ifPassage?: number | undefined;
}

export type WriteOperation = PutOperation | DeleteOperation;

export interface WriteResult {
  /** Sequence of the write; of the collection's last write when nothing was there to delete. */
  readonly sequence: number;
  readonly passageCount: number;
  /** False: the key of a delete was not there. */
  readonly isChanged: boolean;
}
