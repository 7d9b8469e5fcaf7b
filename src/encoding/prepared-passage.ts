// What encoding makes of a document before it is written.

import type { PackedTerms } from "../analysis/term-frequencies.js";
import type { Document, Span } from "../core/document.js";
import type { Collection } from "../index/collection.js";

/** A passage of a document: coded and analyzed, not yet numbered. */
export interface PreparedPassage {
  readonly span: Span;
  readonly rowCount: number;
  readonly codes: Uint8Array;
  readonly sketch: Uint8Array;
  readonly terms: PackedTerms;
  /** Its journal record (store/records.ts), where the encoder has packed it already. */
  readonly packed?: Uint8Array | undefined;
}

/** Makes a document's passages: windows of its text, token rows, codes and terms. */
export interface PassagePreparer {
  /**
   * Errors are the document's own: INVALID_VECTORS, VECTORS_OF_OTHER_MODEL, MODEL_REQUIRED. Costs
   * an encoding of the text; documents wait behind queries.
   */
  prepare(document: Document, collection: Collection): Promise<readonly PreparedPassage[]>;
}
