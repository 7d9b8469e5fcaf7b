// Converts and validates Calibrate requests, and converts measurements to messages.

import { limits } from "../core/limits.js";
import type { CollectionServiceCalibrateRequest__Output } from "../gen/proto/sluice/v1/CollectionServiceCalibrateRequest.js";
import type { RecallCalibration as RecallCalibrationMessage } from "../gen/proto/sluice/v1/RecallCalibration.js";
import type { RecallEstimate as RecallEstimateMessage } from "../gen/proto/sluice/v1/RecallEstimate.js";
import type { RecallStatus } from "../index/collection-settings.js";
import { queryFromMessage } from "./requests.js";
import type { CalibrateOptions } from "../engine/api.js";
import { integerIn, invalidField, numberIn } from "../contract/validate.js";

export function calibrateFromMessage(
  message: CollectionServiceCalibrateRequest__Output,
): Omit<CalibrateOptions, "signal"> {
  const { sample_queries: texts, samples: queries } = message;
  if (texts.length > 0 && queries.length > 0)
    throw invalidField("samples", "samples and sample_queries are both set; leave one out");
  const count = texts.length + queries.length;
  if (count > limits.sampleQueriesMax)
    throw invalidField(
      texts.length > 0 ? "sample_queries" : "samples",
      `${count} sample queries, the limit is ${limits.sampleQueriesMax}`,
    );
  const samples = [
    ...texts.map((text, i) => queryFromMessage({ text, vectors: null }, `sample_queries[${i}]`)),
    ...queries.map((query, i) => queryFromMessage(query, `samples[${i}]`)),
  ];
  return {
    samples: samples.length === 0 ? undefined : samples,
    sampleCount: integerIn(message.sample_count, {
      field: "sample_count",
      min: limits.sampleQueriesMin,
      max: limits.sampleQueriesMax,
    }),
    // A confidence of 1 cannot be established from a sample.
    confidence: numberIn(message.confidence, { field: "confidence", min: 0.5, max: 0.9999 }),
  };
}

export function recallToMessage(recall: RecallStatus): RecallCalibrationMessage {
  return {
    estimates: estimatesToMessages(recall),
    confidence: recall.confidence,
    samples_given: recall.areSamplesGiven,
    generation: recall.generation,
    passage_count: recall.passageCount,
    stale: recall.isStale,
  };
}

export function estimatesToMessages({
  estimates,
  sampleCount,
}: RecallStatus): RecallEstimateMessage[] {
  return estimates.map(({ poolSize, recall, recallLowerBound }) => ({
    pool_size: poolSize,
    recall,
    recall_lower_bound: recallLowerBound,
    sample_count: sampleCount,
  }));
}
