// The client's side of maps from scores to probabilities.

import type { ScoreMap, ScoreMap__Output } from "../gen/proto/sluice/v1/ScoreMap.js";

/** A map, and the searches that it applies to. */
export interface ClientScoreMap {
  readonly map:
    | { readonly method: "platt"; readonly slope: number; readonly intercept: number }
    | {
        readonly method: "isotonic";
        /** Ascending scores. */
        readonly scores: readonly number[];
        /** One per score, non-decreasing, in [0, 1]. */
        readonly probabilities: readonly number[];
      };
  readonly lexicalWeight: number;
  /** The cross-encoder that re-ranked the hits. Absent when the hits were not re-ranked. */
  readonly rerank?: { readonly model: string; readonly weight: number } | undefined;
  /** The data that it was fitted on. */
  readonly queryCount: number;
  readonly resultCount: number;
  /** Mean squared error and expected calibration error, by cross-validation. */
  readonly brier: number;
  readonly ece: number;
}

export function clientScoreMapToMessage({ map, rerank, ...rest }: ClientScoreMap): ScoreMap {
  return {
    lexical_weight: rest.lexicalWeight,
    brier: rest.brier,
    ece: rest.ece,
    query_count: rest.queryCount,
    result_count: rest.resultCount,
    ...(rerank && { rerank_model: rerank.model, rerank_weight: rerank.weight }),
    ...(map.method === "platt"
      ? { platt: { slope: map.slope, intercept: map.intercept } }
      : { isotonic: { scores: [...map.scores], probabilities: [...map.probabilities] } }),
  };
}

export function scoreMapFromMessage(message: ScoreMap__Output): ClientScoreMap {
  const { platt, isotonic, rerank_model: model } = message;
  return {
    map:
      isotonic == null
        ? { method: "platt", slope: platt?.slope ?? 0, intercept: platt?.intercept ?? 0 }
        : { method: "isotonic", ...isotonic },
    lexicalWeight: message.lexical_weight,
    rerank: model === "" ? undefined : { model, weight: message.rerank_weight },
    queryCount: message.query_count,
    resultCount: message.result_count,
    brier: message.brier,
    ece: message.ece,
  };
}
