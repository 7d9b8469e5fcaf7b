// The score maps of a collection, to framed bytes and back.

import { Builder, ByteBuffer } from "flatbuffers";

import { SluiceError } from "../core/errors.js";
import { probabilityOf } from "../eval/score-calibration.js";
import type { ScoreMap } from "../eval/score-calibration.js";
import { ScoreMap as DiskMap } from "../gen/fbs/score-map.js";
import { ScoreMaps as DiskMaps } from "../gen/fbs/score-maps.js";
import { valueKinds } from "./format.js";
import { frame, unframe } from "./frame.js";
import type { ScoreCalibration } from "./stored-values.js";

export const scoreMapsName = { what: "the list of score maps", key: "scores" } as const;

const methods = { platt: 0, isotonic: 1 } as const;

export function packScoreMaps(calibrations: readonly ScoreCalibration[]): Buffer {
  const builder = new Builder(1024);
  const offsets = calibrations.map((one) => packOne(builder, one));
  const maps = DiskMaps.createMapsVector(builder, offsets);
  builder.finish(DiskMaps.createScoreMaps(builder, maps));
  return frame(valueKinds.scoreMaps, builder.asUint8Array(), { key: scoreMapsName.key });
}

function packOne(builder: Builder, calibration: ScoreCalibration): number {
  const { map, rerank } = calibration;
  const { slope, intercept } = map.method === "platt" ? map : { slope: 0, intercept: 0 };
  const points = map.method === "isotonic" ? map : { scores: [], probabilities: [] };
  const model = builder.createString(rerank?.model ?? "");
  const scores = DiskMap.createScoresVector(builder, [...points.scores]);
  const probabilities = DiskMap.createProbabilitiesVector(builder, [...points.probabilities]);
  return DiskMap.createScoreMap(
    ...([builder, calibration.lexicalWeight, model, rerank?.weight ?? 0] as const),
    ...([methods[map.method], slope, intercept, scores, probabilities] as const),
    ...([calibration.queryCount, calibration.resultCount] as const),
    ...([calibration.brier, calibration.ece] as const),
  );
}

/** Throws DATA_CORRUPT. */
export function unpackScoreMaps(framed: Buffer): ScoreCalibration[] {
  const bytes = new ByteBuffer(unframe(valueKinds.scoreMaps, framed, scoreMapsName));
  const disk = DiskMaps.getRootAsScoreMaps(bytes);
  return Array.from({ length: disk.mapsLength() }, (_, i) => {
    const one = disk.maps(i);
    if (one === null) throw damaged("one is missing");
    const model = one.rerankModel() ?? "";
    return {
      map: unpackMap(one),
      lexicalWeight: one.lexicalWeight(),
      rerank: model === "" ? undefined : { model, weight: one.rerankWeight() },
      queryCount: one.queryCount(),
      resultCount: one.resultCount(),
      brier: one.brier(),
      ece: one.ece(),
    };
  });
}

function unpackMap(one: DiskMap): ScoreMap {
  if (one.method() === methods.platt)
    return { method: "platt", slope: one.slope(), intercept: one.intercept() };
  const [scores, probabilities] = [one.scoresArray(), one.probabilitiesArray()];
  if (scores === null || probabilities?.length !== scores.length)
    throw damaged("points of one are missing");
  const map = {
    method: "isotonic" as const,
    scores: [...scores],
    probabilities: [...probabilities],
  };
  if (!(probabilityOf(map, 0) >= 0)) throw damaged("one gives no probability");
  return map;
}

function damaged(how: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `${scoreMapsName.what} is damaged: ${how}`);
}
