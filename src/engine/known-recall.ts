// What is known of a collection's recall, and the word about it when it is known no more.

import type { Collection } from "../index/collection.js";
import { isRecallStale } from "../index/stale-recall.js";
import type { KnownRecall } from "../search/pool-choice.js";
import type { RecallCalibration } from "../store/stored-values.js";

const toldStale = new WeakSet<RecallCalibration>();

/** `onStale` hears once of figures that have grown stale. */
export function knownRecall(
  collection: Collection,
  onStale: ((message: string) => void) | undefined,
): KnownRecall {
  const { recall: measured, generation } = collection;
  const isStale = measured !== undefined && isRecallStale(measured, generation);
  if (isStale && !toldStale.has(measured)) {
    toldStale.add(measured);
    onStale?.(staleMessage(collection));
  }
  return { measured, isStale, passageCount: generation.totals.passageCount };
}

/** Lines for the log at a start. */
export function recallWarnings(collection: Collection): string[] {
  const { recall, recallDamage, generation, settings } = collection;
  if (recallDamage !== undefined)
    return [`${recallDamage}; run sluice calibrate recall ${settings.name}`];
  if (recall === undefined || !isRecallStale(recall, generation)) return [];
  toldStale.add(recall);
  return [staleMessage(collection)];
}

function staleMessage({ settings: { name } }: Collection): string {
  return `much of ${name} has changed since its recall was measured, so it is not told any more; run sluice calibrate recall ${name}`;
}
