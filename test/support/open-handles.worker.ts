// THREAD ENTRY. Opens and closes a collection's segments until it is stopped.

import { workerData } from "node:worker_threads";

import type { MapTurn } from "../../src/store/map-turn.js";
import { openSegmentStore } from "../../src/store/segment-store.js";

export interface OpenHandlesData {
  readonly folder: string;
  readonly turn: MapTurn;
  /** int32: number of times it has opened them; negative to stop. */
  readonly opened: SharedArrayBuffer;
}

const { folder, turn, opened } = workerData as OpenHandlesData;
const count = new Int32Array(opened);
while (Atomics.load(count, 0) >= 0) {
  await openSegmentStore(folder, turn).close();
  Atomics.add(count, 0, 1);
}
