// Builds segments: in the maintenance worker of a server, otherwise on the calling thread.

import type { BuildJob, BuildResult } from "../index/segment-build.js";
import { buildSegment } from "../index/segment-build.js";
import { createCodesReader } from "../index/segment-codes.js";
import type { MapTurn } from "../store/map-turn.js";
import { openSegmentStore } from "../store/segment-store.js";
import type { SegmentStore } from "../store/segment-store.js";

export interface SegmentBuilder {
  build(job: BuildJob): Promise<BuildResult>;
  /** Closes the handle on a folder for which nothing is running, when its collection is closed. */
  release(folder: string): Promise<void>;
}

/** Keeps its own handle on each folder for which it has built a segment. */
export function createSegmentBuilder(turn: MapTurn): SegmentBuilder {
  const stores = new Map<string, SegmentStore>();
  const reader = createCodesReader(turn);
  return {
    build(job) {
      let store = stores.get(job.folder);
      if (store === undefined) {
        store = openSegmentStore(job.folder, turn);
        stores.set(job.folder, store);
      }
      store.renew();
      return buildSegment(job, { store, reader });
    },
    async release(folder) {
      const store = stores.get(folder);
      stores.delete(folder);
      await reader.release(folder);
      await store?.close();
    },
  };
}
