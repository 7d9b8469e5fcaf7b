// Scoring in worker threads, through piscina.

import { Piscina } from "piscina";

import { toScorer } from "./scorer.js";
import type { Scorer } from "./scorer.js";
import type { ScoreAnswer, ScoreTask } from "./score.protocol.js";

export interface PoolScorer extends Scorer {
  readonly queueSize: number;
  /** Waits for the tasks under way, then ends the threads. No task may come after. */
  close(): Promise<void>;
}

export interface PoolScorerOptions {
  /** The thread's entry: app/score.worker.ts. */
  readonly workerUrl: URL;
  readonly workerCount: number;
  /** Handed to every thread as its workerData. */
  readonly workerData: unknown;
}

export function createPoolScorer(options: PoolScorerOptions): PoolScorer {
  const pool = new Piscina({
    filename: options.workerUrl.href,
    minThreads: options.workerCount,
    maxThreads: options.workerCount,
    idleTimeout: Infinity,
    // Waiting threads would keep a core of the event loop busy for less than a task's hand-over.
    atomics: "disabled",
    workerData: options.workerData,
  });
  const underWay = new Set<Promise<unknown>>();
  const run = async (task: ScoreTask): Promise<ScoreAnswer> => {
    const answer = pool.run(task) as Promise<ScoreAnswer>;
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  return {
    ...toScorer(options.workerCount, run),
    get queueSize() {
      return pool.queueSize;
    },
    async close() {
      // Not pool.close(): it counts finished tasks, not idle threads, and can end a running one.
      await Promise.allSettled([...underWay]);
      await pool.destroy();
    },
  };
}
