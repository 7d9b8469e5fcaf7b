// Scoring in worker threads, through piscina.

import { BroadcastChannel } from "node:worker_threads";
import { Piscina } from "piscina";

import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import type { SegmentPart } from "../index/segment-parts.js";
import { toReferences } from "./part-cache.js";
import { createPartIds } from "./part-ids.js";
import { toScorer } from "./scorer.js";
import type { Scorer } from "./scorer.js";
import type {
  RetireMessage,
  ScoreAnswer,
  ScoreTask,
  WireAnswer,
  WireTask,
} from "./score.protocol.js";

export interface PoolScorer extends Scorer {
  readonly queueSize: number;
  /** From now on `tell` hears of each segment whose codes a task finds damaged. */
  watchDamages(tell: (damage: CodesDamage) => void): void;
  /**
   * Lets go of a folder whose collection was closed, and of its parts. Resolves when no thread has a
   * handle on it any more.
   */
  release(folder: string, parts: readonly SegmentPart[]): Promise<void>;
  /** Resolves when no task is under way. */
  drained(): Promise<void>;
  /** The same, then ends the threads. No task may come after, and no thread may be inside lmdb. */
  close(): Promise<void>;
}

export interface CodesDamage {
  /** Of the collection. */
  readonly folder: string;
  readonly segmentId: number;
  readonly message: string;
}

export interface PoolScorerOptions {
  /** The thread's entry: scoring/score.worker.ts. */
  readonly workerUrl: URL;
  readonly workerCount: number;
  /** Name of the channel on which workers hear which parts to let go; unique in the process. */
  readonly retireChannel: string;
  readonly watch: TaskWatch;
  /** Undefined: limits.threadAnswerMsMax. */
  readonly answerMsMax?: number | undefined;
  /** Handed to every thread as its workerData. */
  readonly workerData: unknown;
}

export function createPoolScorer(options: PoolScorerOptions): PoolScorer {
  const pool = new Piscina({
    filename: options.workerUrl.href,
    minThreads: options.workerCount,
    maxThreads: options.workerCount,
    idleTimeout: Infinity,
    // The second waits in the thread, which so goes on at once also while the main thread is busy.
    concurrentTasksPerWorker: 2,
    // A thread that waits on atomics would not hear which parts to let go.
    atomics: "disabled",
    workerData: options.workerData,
  });
  const retiring = new BroadcastChannel(options.retireChannel);
  let isClosed = false;
  const ids = createPartIds((retired) => {
    // The garbage collector finds parts also when their workers are gone.
    if (!isClosed) retiring.postMessage({ retired } satisfies RetireMessage);
  });
  const releases = createReleases(options.workerCount);
  retiring.onmessage = (message) => {
    const told = (message as MessageEvent).data as RetireMessage;
    if ("releasedFolder" in told) releases.count(told.releasedFolder);
  };
  retiring.unref();
  let tellDamage: (damage: CodesDamage) => void = () => undefined;
  const limitMs = options.answerMsMax ?? limits.threadAnswerMsMax;
  const underWay = new Set<Promise<unknown>>();
  const post = async (task: ScoreTask): Promise<ScoreAnswer> => {
    const bodies = new Map<number, SegmentPart>();
    for (;;) {
      // Numbered anew: a search of another generation may have had them renumbered meanwhile.
      const references = toReferences(task.parts, (part) => ids.idOf(part));
      const parts = bodies.size > 0 ? { ...references, bodies } : references;
      const answer = (await pool.run({ ...task, parts } satisfies WireTask)) as WireAnswer;
      if (answer.kind === "answer") {
        tellDamages(task, answer.answer, tellDamage);
        return answer.answer;
      }
      // Another worker may take the task this time, and lack other parts: those are added.
      for (const place of answer.places) {
        const body = task.parts[place];
        if (body !== undefined) bodies.set(place, body);
      }
    }
  };
  const run = async (task: ScoreTask): Promise<ScoreAnswer> => {
    const answer = options.watch.answered(post(task), { pool: "scoring", limitMs });
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  const drained = async (): Promise<void> => {
    // Not pool.close(): it counts finished tasks, not idle threads, and can end a running one.
    await Promise.allSettled([...underWay]);
  };
  return {
    ...toScorer(options.workerCount, run),
    watchDamages(tell) {
      tellDamage = tell;
    },
    async release(folder, parts) {
      for (const part of parts) ids.retire(part);
      // Only codes in the map make a thread open a handle.
      if (parts.every(({ codes }) => codes instanceof SharedArrayBuffer)) return;
      const released = releases.expect(folder);
      retiring.postMessage({ closedFolder: folder } satisfies RetireMessage);
      await released;
    },
    get queueSize() {
      return pool.queueSize;
    },
    drained,
    async close() {
      await drained();
      await pool.destroy();
      isClosed = true;
      retiring.close();
    },
  };
}

/** A thread that does not answer in this time is taken to have no handle: it may have ended. */
const releaseMsMax = 10_000;

/** Waits for the answers of all threads about a folder. */
function createReleases(workerCount: number): {
  expect(folder: string): Promise<void>;
  count(folder: string): void;
} {
  const expected = new Map<string, () => void>();
  return {
    expect: (folder) =>
      new Promise((resolve) => {
        let missing = workerCount;
        const done = (): void => {
          clearTimeout(timer);
          expected.delete(folder);
          resolve();
        };
        const timer = setTimeout(done, releaseMsMax);
        expected.set(folder, () => {
          missing -= 1;
          if (missing === 0) done();
        });
      }),
    count: (folder) => expected.get(folder)?.(),
  };
}

function tellDamages(
  task: ScoreTask,
  answer: ScoreAnswer,
  tell: (damage: CodesDamage) => void,
): void {
  if (answer === undefined || !("damages" in answer)) return;
  for (const { part, message } of answer.damages) {
    const codes = task.parts[part]?.codes;
    if (codes === undefined || codes instanceof SharedArrayBuffer) continue;
    tell({ folder: codes.folder, segmentId: codes.segmentId, message });
  }
}
