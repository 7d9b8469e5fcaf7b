// THREAD ENTRY. Encoding worker: loads kernels and models, then runs one task at a time.

import { workerData } from "piscina";

import { runInBackground } from "../core/thread-priority.js";
import type { EncodeLoop } from "./encode-loop.js";
import type { EncodeAnswer, EncodeTask, EncodeWorkerData } from "./encode.protocol.js";

const { kernel, models, stages, started, isBackground } = workerData as EncodeWorkerData;
if (isBackground) runInBackground();

let loop: Promise<EncodeLoop> | undefined;
// A thread for documents loads no code before its first task, so that a start costs less.
if (models.length > 0) await loadModels();
Atomics.add(new Int32Array(started), 0, 1);

async function loadModels(): Promise<void> {
  loop = openLoop();
  // A model that cannot be loaded fails its tasks, not the thread.
  for (const model of models) await (await loop).load(model).catch(() => undefined);
}

async function openLoop(): Promise<EncodeLoop> {
  const { openKernels } = await import("../kernels/load-kernels.js");
  const { createEncodeLoop } = await import("./encode-loop.js");
  return createEncodeLoop(openKernels(kernel), stages);
}

// piscina requires a default export.
export default async function encodeTask(task: EncodeTask): Promise<EncodeAnswer> {
  loop ??= openLoop();
  return (await loop).run(task);
}
