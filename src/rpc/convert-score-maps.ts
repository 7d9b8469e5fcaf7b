// Converts and validates score maps.

import { searchRequestFields } from "../contract/search-request.js";
import { limits } from "../core/limits.js";
import type { ScoreMap as ScoreMapShape } from "../eval/score-calibration.js";
import type { IsotonicMap__Output } from "../gen/proto/sluice/v1/IsotonicMap.js";
import type { ScoreMap, ScoreMap__Output } from "../gen/proto/sluice/v1/ScoreMap.js";
import type { ScoreCalibration } from "../store/stored-values.js";
import { finiteNumber, invalidField, numberIn, textWithin } from "../contract/validate.js";

/** Throws INVALID_FIELD naming the field. */
export function scoreMapsFromMessages(messages: readonly ScoreMap__Output[]): ScoreCalibration[] {
  if (messages.length > limits.scoreMapsMax)
    throw invalidField(
      "score_maps",
      `${messages.length} score maps, the limit is ${limits.scoreMapsMax}`,
    );
  const seen = new Set<string>();
  return messages.map((message, i) => {
    const field = `score_maps[${i}]`;
    const { lexical_weight: lexical, rerank_model: model, rerank_weight: rerank } = message;
    const searches = JSON.stringify([lexical, model, rerank]);
    if (seen.has(searches))
      throw invalidField(field, `${field} speaks of the same searches as one before it`);
    seen.add(searches);
    return calibrationFromMessage(message, field);
  });
}

function calibrationFromMessage(message: ScoreMap__Output, field: string): ScoreCalibration {
  const share = { min: 0, max: 1 };
  const within = (name: "brier" | "ece" | "rerank_weight"): number =>
    numberIn(message[name], { field: `${field}.${name}`, ...share }) ?? 0;
  const model = textWithin(message.rerank_model, { field: `${field}.rerank_model`, bytesMax: 255 });
  const weight = within("rerank_weight");
  if (model === "" && weight > 0)
    throw invalidField(`${field}.rerank_weight`, `${field}.rerank_weight is set without a model`);
  const { min, max } = searchRequestFields.lexicalWeight;
  const lexical = { field: `${field}.lexical_weight`, min, max };
  return {
    map: mapFromMessage(message, field),
    lexicalWeight: numberIn(message.lexical_weight, lexical) ?? 0,
    rerank: model === "" ? undefined : { model, weight },
    queryCount: message.query_count,
    resultCount: message.result_count,
    brier: within("brier"),
    ece: within("ece"),
  };
}

function mapFromMessage({ platt, isotonic }: ScoreMap__Output, field: string): ScoreMapShape {
  if (isotonic != null) return isotonicFromMessage(isotonic, `${field}.isotonic`);
  if (platt == null) throw invalidField(field, `${field} has no map; set platt or isotonic`);
  const slope = finiteNumber(platt.slope, `${field}.platt.slope`) ?? 0;
  const intercept = finiteNumber(platt.intercept, `${field}.platt.intercept`) ?? 0;
  if (slope < 0)
    throw invalidField(`${field}.platt.slope`, `${field}.platt.slope is ${slope}, below 0`);
  return { method: "platt", slope, intercept };
}

function isotonicFromMessage(
  { scores, probabilities }: IsotonicMap__Output,
  field: string,
): ScoreMapShape {
  const countMax = limits.scoreMapPointsMax;
  if (scores.length === 0 || scores.length > countMax || scores.length !== probabilities.length)
    throw invalidField(
      `${field}.scores`,
      `${field} has ${scores.length} scores and ${probabilities.length} probabilities; as many of both, 1 to ${countMax}`,
    );
  if (!scores.every((score, i) => Number.isFinite(score) && score > (scores[i - 1] ?? -Infinity)))
    throw invalidField(`${field}.scores`, `${field}.scores are not finite and rising`);
  if (!probabilities.every((p, i) => p >= (probabilities[i - 1] ?? 0) && p <= 1))
    throw invalidField(
      `${field}.probabilities`,
      `${field}.probabilities fall, or are not in [0, 1]`,
    );
  return { method: "isotonic", scores, probabilities };
}

export function scoreMapToMessage(calibration: ScoreCalibration): ScoreMap {
  const { map, rerank } = calibration;
  return {
    lexical_weight: calibration.lexicalWeight,
    ...(rerank && { rerank_model: rerank.model, rerank_weight: rerank.weight }),
    ...(map.method === "platt"
      ? { platt: { slope: map.slope, intercept: map.intercept } }
      : { isotonic: { scores: [...map.scores], probabilities: [...map.probabilities] } }),
    query_count: calibration.queryCount,
    result_count: calibration.resultCount,
    brier: calibration.brier,
    ece: calibration.ece,
  };
}
