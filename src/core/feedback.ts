// User feedback on hits: the kinds, and one event.

/** The indices of these names are stored on disk: append only. */
export const feedbackKinds = ["click", "relevant", "not_relevant", "copied", "dwell"] as const;
export const feedbackStages = [
  "lexical",
  "candidates",
  "late_interaction",
  "cross_encoder",
] as const;
export const feedbackCertificates = ["lexical", "estimate", "exact", "reranked"] as const;

export type FeedbackKind = (typeof feedbackKinds)[number];
export type FeedbackStage = (typeof feedbackStages)[number];
export type FeedbackCertificate = (typeof feedbackCertificates)[number];

export interface Feedback {
  readonly queryText: string;
  readonly key: string;
  /** Rank of the hit, from 1; 0 when unknown. */
  readonly rank: number;
  readonly kind: FeedbackKind;
  /** Dwell time in milliseconds; 0 for all other kinds. */
  readonly dwellMs: number;
  /** Generation of the search; 0 when unknown. */
  readonly generation: number;
  /** Deduplicates the event; empty when it has none. */
  readonly eventId: string;
  readonly score?: number | undefined;
  readonly stage?: FeedbackStage | undefined;
  readonly certificate?: FeedbackCertificate | undefined;
}

/** An event as it was recorded. */
export interface RecordedFeedback extends Feedback {
  /** Increases with each event of a collection, from 1. */
  readonly sequence: number;
  /** Time of receipt, milliseconds since 1970 UTC. */
  readonly timeMs: number;
}
