// The state of an operation as both ports show it.

import type { ShownOperation, ShownResult } from "../contract/operations.js";
import type { Operation, OperationResult } from "../engine/api.js";
import { shownCollection, shownEstimates } from "./collections.js";

export function shownOperation(operation: Operation): ShownOperation {
  const { progress, error, result } = operation;
  const { step, done, total, elapsedMs } = progress;
  return {
    ...operation,
    progress: {
      step,
      done,
      total,
      elapsedUs: Math.max(0, 1000 * elapsedMs),
      finished: operation.state === "succeeded",
    },
    error: error && { reason: error.reason, message: error.message },
    result: result && shownResult(result),
  };
}

function shownResult({ optimized, recall, snapshot, restored }: OperationResult): ShownResult {
  return {
    diskBytesBefore: optimized?.bytesBefore,
    diskBytesAfter: optimized?.bytesAfter,
    estimates: recall && shownEstimates(recall),
    snapshot,
    collection: restored && shownCollection(restored),
  };
}
