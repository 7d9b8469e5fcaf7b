// THREAD ENTRY. Encoding worker: loads kernels and models, then runs one task at a time.

import { workerData } from "piscina";

import { runInBackground } from "../core/thread-priority.js";
import { openKernels } from "../kernels/load-kernels.js";
import { createEncodeLoop } from "./encode-loop.js";
import type { EncodeAnswer, EncodeTask, EncodeWorkerData } from "./encode.protocol.js";

const { kernel, models, stages, started, isBackground } = workerData as EncodeWorkerData;
if (isBackground) runInBackground();
const loop = createEncodeLoop(openKernels(kernel), stages);
// A model that cannot be loaded fails its tasks, not the thread.
for (const model of models) await loop.load(model).catch(() => undefined);
Atomics.add(new Int32Array(started), 0, 1);

// piscina requires a default export.
export default function encodeTask(task: EncodeTask): Promise<EncodeAnswer> {
  return loop.run(task);
}
