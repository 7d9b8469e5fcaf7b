// What the main thread asks of a segment: whose passage lies in a row.

import type { FieldValue, Span } from "../core/document.js";

/** Rows of passages, by rising sequence. */
export interface PassageTable {
  readonly rowCount: number;
  /** Token rows, and terms with repeats, of all rows. */
  readonly tokenTotal: number;
  readonly lengthTotal: number;
  sequenceAt(row: number): number;
  /** Row of the passage with this sequence, or -1. O(log rows). */
  rowOf(sequence: number): number;
  keyAt(row: number): string;
  /** From 0, in the document. */
  passageNumberAt(row: number): number;
  spanAt(row: number): Span;
  /** Token rows of the passage. */
  tokenCountAt(row: number): number;
  /** Terms of the passage, repeats included. */
  lengthAt(row: number): number;
  /** Field of the passage's document; undefined: it has none of that name. O(log columns). */
  fieldAt(row: number, name: string): FieldValue | undefined;
}

/** Binary search over `sequenceAt`, which rises with the row. */
export function findSequence(
  table: Pick<PassageTable, "rowCount" | "sequenceAt">,
  sequence: number,
): number {
  let low = 0;
  let high = table.rowCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = table.sequenceAt(middle);
    if (found === sequence) return middle;
    if (found < sequence) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
