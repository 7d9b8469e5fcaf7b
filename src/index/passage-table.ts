// The passages of a segment by ordinal, for the main thread.

import { toPassageOrdinal } from "../core/ids.js";
import type { PassageOrdinal, Sequence } from "../core/ids.js";
import type { FieldValue, Span } from "../core/document.js";

/** The passages of a segment by ordinal, which rises with their sequence. */
export interface PassageTable {
  readonly ordinalCount: number;
  /** Token vectors, and terms with repeats, of all passages. */
  readonly tokenTotal: number;
  readonly lengthTotal: number;
  sequenceAt(ordinal: PassageOrdinal): Sequence;
  /** Ordinal of the passage with this sequence, or undefined. O(log passages). */
  ordinalOf(sequence: Sequence): PassageOrdinal | undefined;
  keyAt(ordinal: PassageOrdinal): string;
  /** From 0, in the document. */
  passageNumberAt(ordinal: PassageOrdinal): number;
  spanAt(ordinal: PassageOrdinal): Span;
  /** Token vectors of the passage. */
  tokenCountAt(ordinal: PassageOrdinal): number;
  /** Terms of the passage, repeats included. */
  lengthAt(ordinal: PassageOrdinal): number;
  /**
   * Field of the passage's document. Returns undefined when it has no field of that name. O(log
   * columns).
   */
  fieldAt(ordinal: PassageOrdinal, name: string): FieldValue | undefined;
  /** Names of all fields, in no order; also those of deleted passages. O(fields). */
  fieldNames(): ReadonlySet<string>;
}

/** Binary search over `sequenceAt`, which rises with the ordinal. */
export function findSequence(
  table: Pick<PassageTable, "ordinalCount" | "sequenceAt">,
  sequence: Sequence,
): PassageOrdinal | undefined {
  let low = 0;
  let high = table.ordinalCount - 1;
  while (low <= high) {
    const middle = toPassageOrdinal((low + high) >>> 1);
    const found = table.sequenceAt(middle);
    if (found === sequence) return middle;
    if (found < sequence) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
