// What the main thread asks of a segment: which passage has an ordinal.

import type { FieldValue, Span } from "../core/document.js";

/** The passages of a segment by ordinal, which rises with their sequence. */
export interface PassageTable {
  readonly ordinalCount: number;
  /** Token vectors, and terms with repeats, of all passages. */
  readonly tokenTotal: number;
  readonly lengthTotal: number;
  sequenceAt(ordinal: number): number;
  /** Ordinal of the passage with this sequence, or -1. O(log passages). */
  ordinalOf(sequence: number): number;
  keyAt(ordinal: number): string;
  /** From 0, in the document. */
  passageNumberAt(ordinal: number): number;
  spanAt(ordinal: number): Span;
  /** Token vectors of the passage. */
  tokenCountAt(ordinal: number): number;
  /** Terms of the passage, repeats included. */
  lengthAt(ordinal: number): number;
  /**
   * Field of the passage's document. Returns undefined when it has no field of that name. O(log
   * columns).
   */
  fieldAt(ordinal: number, name: string): FieldValue | undefined;
}

/** Binary search over `sequenceAt`, which rises with the ordinal. */
export function findSequence(
  table: Pick<PassageTable, "ordinalCount" | "sequenceAt">,
  sequence: number,
): number {
  let low = 0;
  let high = table.ordinalCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = table.sequenceAt(middle);
    if (found === sequence) return middle;
    if (found < sequence) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
