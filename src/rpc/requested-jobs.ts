// The jobs of requests: what they work on, and how.

import { calibrationFields } from "../contract/collections.js";
import type { CalibrationRequest } from "../contract/collections.js";
import { collectionName, invalidField } from "../contract/validate.js";
import type { OperationJob } from "../engine/api.js";
import type { CollectionServiceCalibrateRequest__Output as CalibrateRequest } from "../gen/proto/sluice/v1/CollectionServiceCalibrateRequest.js";
import type { CollectionServiceOptimizeRequest__Output as OptimizeRequest } from "../gen/proto/sluice/v1/CollectionServiceOptimizeRequest.js";
import type { CollectionServiceRestoreRequest__Output as RestoreRequest } from "../gen/proto/sluice/v1/CollectionServiceRestoreRequest.js";
import type { CollectionServiceSnapshotRequest__Output as SnapshotRequest } from "../gen/proto/sluice/v1/CollectionServiceSnapshotRequest.js";
import type { OperationServiceStartRequest__Output as StartRequest } from "../gen/proto/sluice/v1/OperationServiceStartRequest.js";
import { checkedCalibration } from "../service/collections.js";
import { fromMessage } from "../wire/field-messages.js";

type JobOf<Kind extends OperationJob["kind"]> = Extract<OperationJob, { readonly kind: Kind }>;

/** Throws INVALID_FIELD when the request has no job, and for what is wrong in it. */
export function requestedJob({
  optimize,
  calibrate,
  snapshot,
  restore,
}: StartRequest): OperationJob {
  if (optimize) return optimizeJob(optimize);
  if (calibrate) return calibrateJob(calibrate);
  if (snapshot) return snapshotJob(snapshot);
  if (restore) return restoreJob(restore);
  throw invalidField("job", "job is missing; set optimize, calibrate, snapshot or restore");
}

export function optimizeJob({ name, full, reanalyze }: OptimizeRequest): JobOf<"optimize"> {
  const collection = collectionName(name, "name");
  return { kind: "optimize", collection, isFull: full, isReanalyzed: reanalyze };
}

export function calibrateJob(request: CalibrateRequest): JobOf<"calibrate"> {
  const collection = collectionName(request.name, "name");
  const asked = fromMessage<CalibrationRequest>(calibrationFields, request);
  return { kind: "calibrate", collection, options: checkedCalibration(asked) };
}

export function snapshotJob(request: SnapshotRequest): JobOf<"snapshot"> {
  const snapshotName = optionalName(request.snapshot_name, "snapshot_name");
  const collection = collectionName(request.name, "name");
  return { kind: "snapshot", collection, snapshotName, isBackup: request.backup };
}

export function restoreJob(request: RestoreRequest): JobOf<"restore"> {
  const name = optionalName(request.name, "name");
  const snapshotName = collectionName(request.snapshot_name, "snapshot_name");
  return { kind: "restore", snapshotName, name, isBackup: request.backup };
}

function optionalName(name: string, field: string): string | undefined {
  return name === "" ? undefined : collectionName(name, field);
}
