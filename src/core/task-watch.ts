// Detects tasks that worker threads do not answer: their callers get an error, readiness reports
// it.

import { SluiceError } from "./errors.js";

export type WatchedPool = "scoring" | "encoding" | "maintenance";

export interface TaskWatch {
  /**
   * Resolves with the task's answer; throws THREAD_STUCK once it is overdue. The thread keeps
   * running: terminating it inside ONNX Runtime or LMDB would abort the process.
   */
  answered<T>(
    answer: Promise<T>,
    task: { readonly pool: WatchedPool; readonly limitMs: number },
  ): Promise<T>;
  close(): void;
}

interface WatchedTask {
  readonly ticksMax: number;
  ticks: number;
  readonly giveUp: () => void;
}

export interface TaskWatchOptions {
  /**
   * Time is counted in steps, so that tasks are not overdue merely because the process was
   * suspended.
   */
  readonly stepMs: number;
  /** Called when the number of overdue tasks of a pool changes. */
  readonly onStuck: (pool: WatchedPool, overdueCount: number) => void;
}

export function createTaskWatch({ stepMs, onStuck }: TaskWatchOptions): TaskWatch {
  const tasks = new Set<WatchedTask>();
  const overdue: Record<WatchedPool, number> = { scoring: 0, encoding: 0, maintenance: 0 };
  const timer = setInterval(() => {
    for (const task of tasks) {
      task.ticks += 1;
      if (task.ticks > task.ticksMax) task.giveUp();
    }
  }, stepMs);
  timer.unref();
  const change = (pool: WatchedPool, by: 1 | -1): void => {
    overdue[pool] += by;
    onStuck(pool, overdue[pool]);
  };
  return {
    answered(answer, { pool, limitMs }) {
      return new Promise((resolve, reject) => {
        let isOverdue = false;
        const task: WatchedTask = {
          ticksMax: Math.ceil(limitMs / stepMs),
          ticks: 0,
          giveUp() {
            tasks.delete(task);
            isOverdue = true;
            change(pool, 1);
            const message = `a ${pool} thread has not answered for ${limitMs} ms`;
            reject(new SluiceError("THREAD_STUCK", message));
          },
        };
        tasks.add(task);
        const settle = (): void => {
          tasks.delete(task);
          // The answer arrived after all: the thread was slow, not stuck.
          if (isOverdue) change(pool, -1);
        };
        answer.then(resolve, reject).finally(settle);
      });
    },
    close: () => clearInterval(timer),
  };
}
