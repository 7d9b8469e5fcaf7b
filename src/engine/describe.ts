// What a collection says of itself.

import type { CollectionStatus } from "../index/collection-settings.js";
import { isRecallStale } from "../index/stale-recall.js";
import type { Kernels } from "../kernels/kernels.js";
import type { OpenCollection } from "./collections.js";

export function describe({ collection }: OpenCollection, kernels: Kernels): CollectionStatus {
  const { settings, generation, flushed, store, recall, scoreMaps } = collection;
  return {
    settings,
    documentCount: generation.documentCount,
    passageCount: generation.totals.passageCount,
    tokenCount: generation.totals.tokenCount,
    generation: generation.number,
    lastSequence: generation.lastSequence,
    segmentCount: flushed.size,
    diskBytes: store.diskBytes(),
    kernel: kernels.name,
    scoreMaps,
    ...(recall && { recall: { ...recall, isStale: isRecallStale(recall, generation) } }),
  };
}
