// Whether a measured recall still describes the collection as it is now.

import type { RecallCalibration } from "../store/stored-values.js";
import type { Generation } from "./generation.js";

/** Share of the passages that may have been written or deleted since the measuring. */
const changedShareMax = 0.2;

/**
 * True when more passages may have changed than the share allows. Counted by sequences: a passage
 * that is written counts once, a replaced one once, a deleted one twice at most, so that it is
 * never too few.
 */
export function isRecallStale(
  measured: RecallCalibration,
  { lastSequence, totals }: Pick<Generation, "lastSequence" | "totals">,
): boolean {
  const written = lastSequence - measured.lastSequence;
  const removed = measured.passageCount + written - totals.passageCount;
  return Math.max(written, removed) > changedShareMax * measured.passageCount;
}
