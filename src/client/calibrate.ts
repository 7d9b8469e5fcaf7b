// The client's side of calibrations.

import type { Query } from "../contract/search-request.js";
import type { CollectionServiceCalibrateRequest } from "../gen/proto/sluice/v1/CollectionServiceCalibrateRequest.js";
import type { CollectionServiceCalibrateResponse__Output } from "../gen/proto/sluice/v1/CollectionServiceCalibrateResponse.js";
import type { RecallCalibration__Output } from "../gen/proto/sluice/v1/RecallCalibration.js";
import type { RecallEstimate__Output } from "../gen/proto/sluice/v1/RecallEstimate.js";
import type { CallOptions, Channel } from "./channel.js";
import { definitions } from "../wire/definitions.js";
import { toMessage } from "../wire/field-messages.js";
import { queryFields } from "../contract/search-request.js";
import { followJob } from "./job.js";
import type { ClientProgress, ClientRecall, ClientRecallEstimate } from "./types.js";

/** How recall is measured. */
export interface ClientCalibration {
  /** When absent, queries are drawn from the passages. */
  readonly samples?: readonly Query[] | undefined;
  /** Number of queries to draw. Defaults to 200. */
  readonly sampleCount?: number | undefined;
  /** Share of queries for which the lower bounds must hold. Defaults to 0.95. */
  readonly confidence?: number | undefined;
}

/** What is measured, and how surely. */
export interface CalibrateCallOptions extends CallOptions, ClientCalibration {
  /** Called as the measurement advances. */
  readonly onProgress?: ((progress: ClientProgress) => void) | undefined;
}

/** What was measured, by rising pool size. */
export async function calibrate(
  channel: Channel,
  name: string,
  { onProgress, signal, deadlineMs, ...asked }: CalibrateCallOptions,
): Promise<ClientRecallEstimate[]> {
  const request = calibrationToMessage(name, asked);
  const options = { signal, deadlineMs };
  let estimates: ClientRecallEstimate[] = [];
  const stream = channel.serverStream(definitions().collections.Calibrate, request, options);
  const job = followJob(stream, (last: CollectionServiceCalibrateResponse__Output) => {
    estimates = last.estimates.map(estimateFromMessage);
  });
  for await (const progress of job) onProgress?.(progress);
  return estimates;
}

export function calibrationToMessage(
  name: string,
  { samples = [], sampleCount, confidence }: ClientCalibration,
): CollectionServiceCalibrateRequest {
  return {
    name,
    samples: samples.map((query) => toMessage(queryFields, query)),
    ...(sampleCount === undefined ? {} : { sample_count: sampleCount }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}

export function recallFromMessage(message: RecallCalibration__Output): ClientRecall {
  return {
    estimates: message.estimates.map(estimateFromMessage),
    confidence: message.confidence,
    areSamplesGiven: message.samples_given,
    generation: Number(message.generation),
    passageCount: Number(message.passage_count),
    isStale: message.stale,
  };
}

function estimateFromMessage(message: RecallEstimate__Output): ClientRecallEstimate {
  const { pool_size: poolSize, recall, recall_lower_bound: recallLowerBound } = message;
  return { poolSize, recall, recallLowerBound, sampleCount: message.sample_count };
}
