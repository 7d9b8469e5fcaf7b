// What encoding produces for a document before it is written.

import type { PackedTerms } from "../analysis/term-frequencies.js";
import type { Document, Span } from "../core/document.js";
import type { Collection } from "../index/collection.js";

/** A passage after encoding and analysis, without an ordinal. */
export interface PreparedPassage {
  readonly span: Span;
  readonly tokenCount: number;
  readonly codes: Uint8Array;
  readonly refineCodes?: Uint8Array | undefined;
  readonly sketch: Uint8Array;
  /** Of the centre that its codes are relative to (core/centre.ts). Defaults to none. */
  readonly centreId?: number | undefined;
  /** Its unit rows. Absent when the centre was fixed. */
  readonly rows?: Float32Array | undefined;
  readonly terms: PackedTerms;
  /** Its journal record (store/records.ts), when the encoder has already packed it. */
  readonly packed?: Uint8Array | undefined;
}

/** Produces a document's passages: text windows, token vectors, codes and terms. */
export interface PassagePreparer {
  /**
   * Errors concern the document: INVALID_VECTORS, VECTORS_OF_OTHER_MODEL, MODEL_REQUIRED. Costs an
   * encoding of the text, with lower priority than queries.
   */
  prepare(document: Document, collection: Collection): Promise<readonly PreparedPassage[]>;
}
