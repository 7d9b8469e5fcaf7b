// Checks and converts maps from scores to probabilities, for both ports.

import type { ShownScoreMap } from "../contract/collections.js";
import { searchRequestFields } from "../contract/search-request.js";
import { limits } from "../core/limits.js";
import type { ScoreMap } from "../eval/score-calibration.js";
import type { ScoreCalibration } from "../store/stored-values.js";
import { finiteNumber, invalidField, numberIn, textWithin } from "../contract/validate.js";

/** Throws INVALID_FIELD naming the field. */
export function checkedScoreMaps(maps: readonly ShownScoreMap[]): ScoreCalibration[] {
  if (maps.length > limits.scoreMapsMax)
    throw invalidField(
      "score_maps",
      `${maps.length} score maps, the limit is ${limits.scoreMapsMax}`,
    );
  const seen = new Set<string>();
  return maps.map((shown, i) => {
    const field = `score_maps[${i}]`;
    const { lexicalWeight = 0, rerankModel = "", rerankWeight = 0 } = shown;
    const searches = JSON.stringify([lexicalWeight, rerankModel, rerankWeight]);
    if (seen.has(searches))
      throw invalidField(field, `${field} speaks of the same searches as one before it`);
    seen.add(searches);
    return toCalibration(shown, field);
  });
}

function toCalibration(shown: ShownScoreMap, field: string): ScoreCalibration {
  const share = { min: 0, max: 1 };
  const within = (value: number | undefined, name: string): number =>
    numberIn(value, { field: `${field}.${name}`, ...share }) ?? 0;
  const model = textWithin(shown.rerankModel ?? "", {
    field: `${field}.rerank_model`,
    bytesMax: 255,
  });
  const weight = within(shown.rerankWeight, "rerank_weight");
  if (model === "" && weight > 0)
    throw invalidField(`${field}.rerank_weight`, `${field}.rerank_weight is set without a model`);
  const { min, max } = searchRequestFields.lexicalWeight;
  const lexical = { field: `${field}.lexical_weight`, min, max };
  return {
    map: toMap(shown, field),
    lexicalWeight: numberIn(shown.lexicalWeight, lexical) ?? 0,
    rerank: model === "" ? undefined : { model, weight },
    queryCount: shown.queryCount ?? 0,
    resultCount: shown.resultCount ?? 0,
    brier: within(shown.brier, "brier"),
    ece: within(shown.ece, "ece"),
  };
}

function toMap({ platt, isotonic }: ShownScoreMap, field: string): ScoreMap {
  if (isotonic !== undefined) return toIsotonic(isotonic, `${field}.isotonic`);
  if (platt === undefined) throw invalidField(field, `${field} has no map; set platt or isotonic`);
  const slope = finiteNumber(platt.slope, `${field}.platt.slope`) ?? 0;
  const intercept = finiteNumber(platt.intercept, `${field}.platt.intercept`) ?? 0;
  if (slope < 0)
    throw invalidField(`${field}.platt.slope`, `${field}.platt.slope is ${slope}, below 0`);
  return { method: "platt", slope, intercept };
}

function toIsotonic(
  { scores, probabilities }: NonNullable<ShownScoreMap["isotonic"]>,
  field: string,
): ScoreMap {
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

export function shownScoreMap({
  map,
  rerank,
  ...rest
}: Omit<ScoreCalibration, "rerank"> & Partial<Pick<ScoreCalibration, "rerank">>): ShownScoreMap {
  const { lexicalWeight, queryCount, resultCount, brier, ece } = rest;
  const form =
    map.method === "platt"
      ? { platt: { slope: map.slope, intercept: map.intercept } }
      : { isotonic: { scores: map.scores, probabilities: map.probabilities } };
  return {
    lexicalWeight,
    rerankModel: rerank?.model,
    rerankWeight: rerank?.weight,
    ...form,
    queryCount,
    resultCount,
    brier,
    ece,
  };
}
