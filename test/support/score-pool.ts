// The server's scoring threads without the server.

import { createTaskWatch } from "../../src/core/task-watch.js";
import type { TaskWatch } from "../../src/core/task-watch.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createPoolScorer } from "../../src/scoring/pool-scorer.js";
import type { PoolScorer } from "../../src/scoring/pool-scorer.js";
import { createMapTurn } from "../../src/store/map-turn.js";
import type { ScoreWorkerData } from "../../src/scoring/score.worker.js";

let poolCount = 0;

/** A task watch that never reports a task as stuck. */
export function quietWatch(): TaskWatch {
  return createTaskWatch({ stepMs: 60_000, onStuck: () => undefined });
}

export function openScorePool(workerCount: number): PoolScorer {
  poolCount += 1;
  const retireChannel = `sluice-test-${process.pid}-${poolCount}`;
  return createPoolScorer({
    workerUrl: new URL("../../src/scoring/score.worker.js", import.meta.url),
    workerCount,
    retireChannel,
    watch: quietWatch(),
    workerData: {
      kernel: loadKernels().choice,
      retireChannel,
      mapTurn: createMapTurn(),
    } satisfies ScoreWorkerData,
  });
}

export async function withScorePool(
  workerCount: number,
  use: (scorer: PoolScorer) => Promise<void>,
): Promise<void> {
  const scorer = openScorePool(workerCount);
  try {
    await use(scorer);
  } finally {
    await scorer.close();
  }
}
