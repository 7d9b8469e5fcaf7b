/** What a delete by filter did. */
export interface FilteredDelete {
  readonly deletedCount: number;
  /** Of the collection, when all of them were durably gone. */
  readonly sequence: number;
  /**
   * Conditions on fields, or on kinds of values, that no document had when it began, in words with
   * the nearest name. At most 8; none for callers whose key has a filter.
   */
  readonly unmatched: readonly string[];
}
