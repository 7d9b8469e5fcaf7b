// What users tell of hits: the kinds of feedback, and one event.

/** Places in these lists are on disk: names are added at their end. */
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
  /** From 1; 0: not known. */
  readonly rank: number;
  readonly kind: FeedbackKind;
  /** Milliseconds; 0 unless the kind is dwell. */
  readonly dwellMs: number;
  /** 0: not known. */
  readonly generation: number;
  /** Names the event; empty: it has no name. */
  readonly eventId: string;
  readonly score?: number | undefined;
  readonly stage?: FeedbackStage | undefined;
  readonly certificate?: FeedbackCertificate | undefined;
}

export interface RecordedFeedback extends Feedback {
  /** Rises with each event of a collection, from 1. */
  readonly sequence: number;
  /** When it was received, milliseconds since 1970 UTC. */
  readonly timeMs: number;
}
