// THREAD ENTRY of a test: opens and closes a collection's segments until it is told to stop.

import { workerData } from "node:worker_threads";

import type { MapTurn } from "../../src/store/map-turn.js";
import { openSegmentStore } from "../../src/store/segment-store.js";

export interface OpenHandlesData {
  readonly folder: string;
  readonly turn: MapTurn;
  /** int32: how often it has opened them; below 0: stop. */
  readonly opened: SharedArrayBuffer;
}

const { folder, turn, opened } = workerData as OpenHandlesData;
const count = new Int32Array(opened);
while (Atomics.load(count, 0) >= 0) {
  await openSegmentStore(folder, turn).close();
  Atomics.add(count, 0, 1);
}
