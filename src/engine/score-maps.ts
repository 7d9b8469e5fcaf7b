// The maps from scores to probabilities that a collection has: stored, and then in use.

import type { Collection } from "../index/collection.js";
import type { ScoreCalibration } from "../store/stored-values.js";
import { holdOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** Searches that begin after it resolves use them; running ones keep the maps they began with. */
export async function setScoreMaps(
  opened: OpenCollection,
  scoreMaps: readonly ScoreCalibration[],
): Promise<void> {
  const hold = holdOpen(opened);
  try {
    await opened.writer.setScoreMaps(scoreMaps);
  } finally {
    hold.end();
  }
}

/** A line for the log at a start. */
export function scoreMapsWarnings({ scoreMapsDamage, settings }: Collection): string[] {
  if (scoreMapsDamage === undefined) return [];
  return [`${scoreMapsDamage}; run sluice calibrate scores ${settings.name}`];
}
