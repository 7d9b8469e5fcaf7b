// THREAD ENTRY of scoring: loads kernels, then runs tasks one at a time over shared memory.

import { workerData } from "piscina";

import { loadKernels } from "../kernels/load-kernels.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import { runScoreTask } from "../scoring/score-loop.js";
import type { ScoreAnswer, ScoreTask } from "../scoring/score.protocol.js";

export interface ScoreWorkerData {
  readonly kernel: KernelChoice | undefined;
}

const { kernels } = loadKernels((workerData as ScoreWorkerData).kernel);

// The pool asks for a default export.
export default function scoreTask(task: ScoreTask): ScoreAnswer {
  return runScoreTask(task, kernels);
}
