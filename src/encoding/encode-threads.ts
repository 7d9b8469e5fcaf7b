// Threads that execute encoding tasks (piscina), and their priority queue.

import { setTimeout as sleep } from "node:timers/promises";
import { Piscina } from "piscina";

import { SluiceError } from "../core/errors.js";
import { createInFlight } from "../core/in-flight.js";
import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import { workerStats } from "../core/worker-stats.js";
import type { WorkerStats } from "../core/worker-stats.js";
import { toSuccess } from "./encode.protocol.js";
import type { EncodeAnswer, EncodeTask, EncodeWorkerData } from "./encode.protocol.js";

export interface EncodeThreads {
  /** A thread's answer. Throws the task's failure, and NOT_READY once the threads are closing. */
  run(task: EncodeTask): Promise<EncodeAnswer>;
  stats(): WorkerStats;
  /** Waits for running tasks, since a thread must not end inside the model's runtime. */
  close(): Promise<void>;
}

export interface EncodeThreadsOptions {
  readonly workerUrl: URL;
  readonly workerCount: number;
  readonly workerData: Omit<EncodeWorkerData, "started">;
  readonly watch: TaskWatch;
}

/** Polling interval for threads that still load models when the pool is closed. */
const startPollMs = 10;

export function createEncodeThreads(options: EncodeThreadsOptions): EncodeThreads {
  const started = new Int32Array(new SharedArrayBuffer(4));
  const pool = new Piscina({
    filename: options.workerUrl.href,
    minThreads: options.workerCount,
    maxThreads: options.workerCount,
    idleTimeout: Infinity,
    atomics: "disabled",
    taskQueue: createRankedQueue(),
    workerData: { ...options.workerData, started: started.buffer } satisfies EncodeWorkerData,
  });
  const inFlight = createInFlight();
  let isClosing = false;
  return {
    async run(task) {
      // Otherwise a document that is being split would submit its passages.
      if (isClosing) throw new SluiceError("NOT_READY", "the server is stopping; try again later");
      const queueOptions = { rank: taskRanks[task.kind] };
      // The pool gets no abort signal: aborting a running task terminates its thread, and a thread
      // that is terminated inside the model's runtime aborts the process. Tasks carry a cancel flag
      // instead.
      const running = pool.run({
        ...task,
        [Piscina.queueOptionsSymbol]: queueOptions,
      }) as Promise<EncodeAnswer>;
      // Documents have the lowest priority, and may be queued behind many others.
      const limitMs = isDocumentTask(task) ? limits.threadWorkMsMax : limits.threadAnswerMsMax;
      const answer = options.watch.answered(running, { pool: "encoding", limitMs });
      return toSuccess(await inFlight.track(answer));
    },
    stats: () => workerStats(pool),
    async close() {
      isClosing = true;
      await inFlight.settled();
      // A thread that still loads its model must not be terminated either.
      while (Atomics.load(started, 0) < options.workerCount) await sleep(startPollMs);
      await pool.destroy();
    },
  };
}

/** Rank 0 runs on the foreground threads. Among the others, interactive tasks precede documents. */
const taskRanks: Readonly<Record<EncodeTask["kind"], 0 | 1 | 2>> = {
  query: 0,
  trace: 0,
  rows: 0,
  count: 0,
  pairs: 1,
  texts: 1,
  document: 2,
  passage: 2,
  vectors: 2,
};

/** Short tasks that a search depends on. */
export function isForegroundTask({ kind }: EncodeTask): boolean {
  return taskRanks[kind] === 0;
}

function isDocumentTask({ kind }: EncodeTask): boolean {
  return taskRanks[kind] === 2;
}

type TaskQueue = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>["taskQueue"]>;
type QueuedTask = Parameters<TaskQueue["push"]>[0];

/** One FIFO queue per rank; lower ranks are served first. */
function createRankedQueue(): TaskQueue {
  const queues: [QueuedTask[], QueuedTask[], QueuedTask[]] = [[], [], []];
  const queueOf = (task: QueuedTask): QueuedTask[] => {
    const options = (task as unknown as Record<symbol, unknown>)[Piscina.queueOptionsSymbol];
    return queues[(options as { rank: 0 | 1 | 2 } | null)?.rank ?? 2];
  };
  return {
    get size() {
      return queues.reduce((size, queue) => size + queue.length, 0);
    },
    push: (task) => {
      queueOf(task).push(task);
    },
    shift: () => queues.find((queue) => queue.length > 0)?.shift() ?? null,
    remove(task) {
      const queue = queueOf(task);
      const place = queue.indexOf(task);
      if (place >= 0) queue.splice(place, 1);
    },
  };
}
