// What a collection's calibrations are worth now: measured recall that has become stale, and
// records that cannot be read.

import type { Collection } from "../index/collection.js";
import { isRecallStale } from "../index/stale-recall.js";
import type { KnownRecall } from "../search/pool-choice.js";
import type { RecallCalibration } from "../store/stored-values.js";

const reportedStale = new WeakSet<RecallCalibration>();

/** `onStale` is called once for each measurement that has become stale. */
export function knownRecall(
  collection: Collection,
  onStale: ((message: string) => void) | undefined,
): KnownRecall {
  const { recall: measured, generation } = collection;
  const isStale = measured !== undefined && isRecallStale(measured, generation);
  if (isStale && !reportedStale.has(measured)) {
    reportedStale.add(measured);
    onStale?.(staleMessage(collection));
  }
  return { measured, isStale, passageCount: generation.totals.passageCount };
}

/** Warnings for the log when the collection is opened. */
export function calibrationWarnings(collection: Collection): string[] {
  const { scoreMapsDamage, settings } = collection;
  const ofRecall = recallWarning(collection);
  const ofScores =
    scoreMapsDamage && `${scoreMapsDamage}; run sluice calibrate scores ${settings.name}`;
  return [ofRecall, ofScores].filter((warning) => warning !== undefined);
}

function recallWarning(collection: Collection): string | undefined {
  const { recall, recallDamage, generation, settings } = collection;
  if (recallDamage !== undefined)
    return `${recallDamage}; run sluice calibrate recall ${settings.name}`;
  if (recall === undefined || !isRecallStale(recall, generation)) return undefined;
  reportedStale.add(recall);
  return staleMessage(collection);
}

function staleMessage({ settings: { name } }: Collection): string {
  return `much of ${name} has changed since its recall was measured, so it is not told any more; run sluice calibrate recall ${name}`;
}
