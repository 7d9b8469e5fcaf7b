// Long jobs that go on without their caller.

import { anyText, count, flag, implicit, list, message, optional, words } from "./fields.js";
import type { FieldTable } from "./fields.js";
import { recallEstimateFields, shownCollectionFields, snapshotFields } from "./collections.js";
import type { ShownCollection, ShownRecallEstimate, ShownSnapshot } from "./collections.js";

const operationKinds = ["optimize", "calibrate", "snapshot", "restore"] as const;
export type OperationKind = (typeof operationKinds)[number];

const operationStates = ["running", "succeeded", "failed", "cancelled"] as const;
export type OperationState = (typeof operationStates)[number];

export interface ShownProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedUs: number;
  readonly finished: boolean;
}

/** Of proto Progress. */
const progressFields = {
  step: anyText,
  done: count,
  total: count,
  elapsedUs: count,
  finished: flag,
} satisfies FieldTable<ShownProgress>;

/** Present as the kind of the operation has it. */
export interface ShownResult {
  readonly diskBytesBefore?: number | undefined;
  readonly diskBytesAfter?: number | undefined;
  readonly estimates?: readonly ShownRecallEstimate[] | undefined;
  readonly snapshot?: ShownSnapshot | undefined;
  readonly collection?: ShownCollection | undefined;
}

const resultFields = {
  diskBytesBefore: optional(count),
  diskBytesAfter: optional(count),
  estimates: implicit(list(message(recallEstimateFields))),
  snapshot: optional(message(snapshotFields)),
  collection: optional(message(shownCollectionFields)),
} satisfies FieldTable<ShownResult>;

export interface ShownOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly collection: string;
  readonly progress: ShownProgress;
  readonly startTimeMs: number;
  readonly endTimeMs?: number | undefined;
  readonly error?: { readonly reason: string; readonly message: string } | undefined;
  readonly result?: ShownResult | undefined;
}

export const operationFields = {
  id: anyText,
  kind: words("OPERATION_KIND_", operationKinds),
  state: words("OPERATION_STATE_", operationStates),
  collection: anyText,
  progress: message(progressFields),
  startTimeMs: count,
  endTimeMs: optional(count),
  error: optional(
    message({
      reason: anyText,
      message: { type: "text", bytesMax: Infinity, hidesFolders: true },
    } satisfies FieldTable<NonNullable<ShownOperation["error"]>>),
  ),
  result: optional(message(resultFields)),
} satisfies FieldTable<ShownOperation>;
