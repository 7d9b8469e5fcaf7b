// The disk format: its version, and the kinds of value that are stored.

/** Raised by one with every change that older code would misread. */
export const FORMAT_VERSION = 4;

/**
 * What a stored value is; written into its frame, so that a value in the wrong place is noticed.
 */
export const valueKinds = {
  manifest: 1,
  document: 2,
  journalPassage: 3,
  segmentTables: 4,
  segmentCodes: 5,
  tombstones: 6,
  recall: 7,
  feedback: 8,
  feedbackId: 9,
  scoreMaps: 10,
  /** What lies beside a collection's data, in a file of its own. */
  card: 11,
  segmentRefineCodes: 12,
} as const;

export type ValueKind = (typeof valueKinds)[keyof typeof valueKinds];
