// THREAD ENTRY of scoring: loads kernels, then runs tasks one at a time over shared memory.

import { BroadcastChannel } from "node:worker_threads";
import { workerData } from "piscina";

import { openKernels } from "../kernels/load-kernels.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import { createCodesReader } from "../index/segment-codes.js";
import { createPartCache } from "./part-cache.js";
import { runScoreTask } from "./score-loop.js";
import type { RetireMessage, WireAnswer, WireTask } from "./score.protocol.js";
import type { MapTurn } from "../store/map-turn.js";

export interface ScoreWorkerData {
  readonly kernel: KernelChoice;
  /** See scoring/pool-scorer.ts. */
  readonly retireChannel: string;
  readonly mapTurn: MapTurn;
}

const { kernel, retireChannel, mapTurn } = workerData as ScoreWorkerData;
const kernels = openKernels(kernel);
const cache = createPartCache();
const reader = createCodesReader(mapTurn);
const retiring = new BroadcastChannel(retireChannel);
retiring.onmessage = (message) => {
  const told = (message as MessageEvent).data as RetireMessage;
  if ("retired" in told) cache.retire(told.retired);
  else if ("closedFolder" in told) release(told.closedFolder).catch(() => undefined);
};
retiring.unref();

async function release(folder: string): Promise<void> {
  try {
    await reader.release(folder);
  } finally {
    retiring.postMessage({ releasedFolder: folder } satisfies RetireMessage);
  }
}

// The pool requires a default export.
export default function scoreTask(task: WireTask): WireAnswer {
  const resolved = cache.resolve(task.parts);
  if (resolved.kind === "missing") return resolved;
  return {
    kind: "answer",
    answer: runScoreTask({ ...task, parts: resolved.parts }, kernels, reader),
  };
}
