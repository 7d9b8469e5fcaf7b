// THREAD ENTRY of encoding: loads kernels and models, then runs tasks one at a time.

import { workerData } from "piscina";

import { loadKernels } from "../kernels/load-kernels.js";
import { createEncodeLoop } from "./encode-loop.js";
import type { EncodeAnswer, EncodeTask, EncodeWorkerData } from "./encode.protocol.js";

const { kernel, models, stages, started } = workerData as EncodeWorkerData;
const loop = createEncodeLoop(loadKernels(kernel).kernels, stages);
// A model that cannot be loaded fails the tasks that need it, not the thread.
for (const model of models) await loop.load(model).catch(() => undefined);
Atomics.add(new Int32Array(started), 0, 1);

// The pool asks for a default export.
export default function encodeTask(task: EncodeTask): Promise<EncodeAnswer> {
  return loop.run(task);
}
