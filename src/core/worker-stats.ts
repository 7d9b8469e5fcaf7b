// How busy the threads of a worker pool are.

export interface WorkerStats {
  readonly threadCount: number;
  /** Time that the threads did not wait for messages since they started, milliseconds. */
  readonly busyMs: number;
  readonly queuedTasks: number;
}

interface Pool {
  readonly threads: readonly {
    readonly performance: { eventLoopUtilization(): { readonly active: number } };
  }[];
  readonly queueSize: number;
}

/** Of one pool, or of several as if they were one. */
export function workerStats(...pools: readonly Pool[]): WorkerStats {
  let [threadCount, busyMs, queuedTasks] = [0, 0, 0];
  for (const { threads, queueSize } of pools) {
    threadCount += threads.length;
    queuedTasks += queueSize;
    for (const { performance } of threads) busyMs += performance.eventLoopUtilization().active;
  }
  return { threadCount, busyMs, queuedTasks };
}
