// The measured recall of a collection, to framed bytes and back.

import { toSequence } from "../core/ids.js";
import { Builder, ByteBuffer } from "flatbuffers";

import { SluiceError } from "../core/errors.js";
import { RecallCalibration as DiskRecall } from "../gen/fbs/recall-calibration.js";
import { valueKinds } from "./format.js";
import { frame, unframe } from "./frame.js";
import type { RecallCalibration } from "./stored-values.js";

export const recallName = { what: "the measured recall", key: "recall" } as const;

export function packRecall(calibration: RecallCalibration): Buffer {
  const { estimates } = calibration;
  const builder = new Builder(1024);
  const poolSizes = estimates.map(({ poolSize }) => poolSize);
  const sizes = DiskRecall.createPoolSizesVector(builder, poolSizes);
  const recalls = DiskRecall.createRecallsVector(
    builder,
    estimates.map(({ recall }) => recall),
  );
  const bounds = DiskRecall.createRecallLowerBoundsVector(
    builder,
    estimates.map(({ recallLowerBound }) => recallLowerBound),
  );
  DiskRecall.startRecallCalibration(builder);
  DiskRecall.addPoolSizes(builder, sizes);
  DiskRecall.addRecalls(builder, recalls);
  DiskRecall.addRecallLowerBounds(builder, bounds);
  DiskRecall.addSampleCount(builder, calibration.sampleCount);
  DiskRecall.addConfidence(builder, calibration.confidence);
  DiskRecall.addAreSamplesGiven(builder, calibration.areSamplesGiven);
  DiskRecall.addHasWords(builder, calibration.hasWords);
  DiskRecall.addLexicalPoolSize(builder, calibration.lexicalPoolSize);
  DiskRecall.addLexicalWeight(builder, calibration.lexicalWeight);
  DiskRecall.addGeneration(builder, BigInt(calibration.generation));
  DiskRecall.addLastSequence(builder, BigInt(calibration.lastSequence));
  DiskRecall.addPassageCount(builder, BigInt(calibration.passageCount));
  builder.finish(DiskRecall.endRecallCalibration(builder));
  return frame(valueKinds.recall, builder.asUint8Array(), { key: recallName.key });
}

/** Throws DATA_CORRUPT. */
export function unpackRecall(framed: Buffer): RecallCalibration {
  const disk = DiskRecall.getRootAsRecallCalibration(
    new ByteBuffer(unframe(valueKinds.recall, framed, recallName)),
  );
  const count = disk.poolSizesLength();
  if (count === 0 || disk.recallsLength() !== count || disk.recallLowerBoundsLength() !== count)
    throw new SluiceError("DATA_CORRUPT", `${recallName.what} is damaged: figures are missing`);
  return {
    estimates: Array.from({ length: count }, (_, i) => ({
      poolSize: disk.poolSizes(i) ?? 0,
      recall: disk.recalls(i) ?? 0,
      recallLowerBound: disk.recallLowerBounds(i) ?? 0,
    })),
    sampleCount: disk.sampleCount(),
    confidence: disk.confidence(),
    areSamplesGiven: disk.areSamplesGiven(),
    hasWords: disk.hasWords(),
    lexicalPoolSize: disk.lexicalPoolSize(),
    lexicalWeight: disk.lexicalWeight(),
    generation: Number(disk.generation()),
    lastSequence: toSequence(Number(disk.lastSequence())),
    passageCount: Number(disk.passageCount()),
  };
}
