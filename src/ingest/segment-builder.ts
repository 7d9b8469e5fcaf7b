// Where segments are made: in a server, in the maintenance worker; without one, right here.

import type { BuildJob, BuildResult } from "../index/segment-build.js";
import { buildSegment } from "../index/segment-build.js";
import { createCodesReader } from "../index/segment-codes.js";
import type { MapTurn } from "../store/map-turn.js";
import { openSegmentStore } from "../store/segment-store.js";
import type { SegmentStore } from "../store/segment-store.js";

export interface SegmentBuilder {
  build(job: BuildJob): Promise<BuildResult>;
  /** Lets go of a folder for which nothing is under way: its collection is being closed. */
  release(folder: string): Promise<void>;
}

/** Keeps a handle of its own on each folder that it was asked for. */
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
