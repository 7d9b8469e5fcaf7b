// What stages, certificates and degradations are called on the page.

import type { CertificateName, ScoreKindName, StageName, Timing } from "../browser/types.js";

export const stageWords: Readonly<Record<StageName, string>> = {
  lexical: "words",
  candidates: "candidates",
  late_interaction: "late interaction",
  cross_encoder: "cross-encoder",
};

export const certificateNames: Readonly<Record<CertificateName, string>> = {
  lexical: "by words",
  estimate: "estimate",
  exact: "exact",
  reranked: "re-ranked",
};

export const certificateTexts: Readonly<Record<CertificateName, string>> = {
  lexical: "The best documents by BM25: by words alone.",
  estimate: "The best of the candidates: a document outside of them may be better.",
  exact:
    "Every eligible passage was scored, or provably cannot be among these, by the stored codes.",
  reranked: "A cross-encoder has re-ordered the top of the ranking before.",
};

/** Beside a score; that of late interaction is the usual one and has no name. */
export const scoreNames: Readonly<Record<ScoreKindName, string>> = {
  bm25: "BM25",
  fusion: "fusion",
  relevance: "",
  reranked: "re-ranked",
};

export const scoreTexts: Readonly<Record<ScoreKindName, string>> = {
  bm25: "BM25: by words alone",
  fusion: "the merged rankings by words and by sketches",
  relevance: "late interaction and words",
  reranked: "late interaction, words and the cross-encoder",
};

export const timingNames: Readonly<Record<Timing, string>> = {
  queue_us: "queue",
  encode_us: "encode the query",
  lexical_us: "words",
  candidates_us: "candidates",
  late_interaction_us: "late interaction",
  cross_encoder_us: "cross-encoder",
};

const degradationTexts: Readonly<Record<string, string>> = {
  BUDGET_EXHAUSTED: "The time budget ran out before the last stage ended.",
  DEADLINE_REACHED: "The deadline came before the last stage ended.",
  GENERATION_EXPIRED: "The collection changed too much during the search.",
  ENCODER_FAILED: "The query could not be encoded: the ranking is by words alone.",
  NO_QUERY_VECTORS: "The query has no vectors: the ranking is by words alone.",
  CROSS_ENCODER_ABSENT: "There is no cross-encoder: nothing was re-ranked.",
  CROSS_ENCODER_FAILED: "The cross-encoder failed: the ranking is the one before it.",
  CORRUPT_PASSAGES: "Some passages are damaged and were left out.",
  PRESSURE_REDUCED: "The server is busy: it did less than was asked for.",
  QUERY_CUT: "The query is too long: its end was not read.",
  FILTER_MATCHES_NO_FIELD: "The filter names a field that no document has.",
};

/** The server's own message for reasons that this page does not know. */
export function degradationText({
  reason,
  message,
}: {
  readonly reason: string;
  readonly message: string;
}): string {
  const known = degradationTexts[reason];
  return known === undefined ? message : `${known} (${message})`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString("en")} ms`;
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString("en")} ${value === 1 ? one : many}`;
}
