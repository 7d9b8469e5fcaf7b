// Scoring in worker threads, through piscina.

import { Piscina } from "piscina";

import { present } from "../core/assert.js";
import { createInFlight } from "../core/in-flight.js";
import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import { workerStats } from "../core/worker-stats.js";
import type { WorkerStats } from "../core/worker-stats.js";
import type { SegmentPart } from "../index/segment-parts.js";
import { toReferences } from "./part-cache.js";
import { PartRetirement } from "./part-ids.js";
import { toScorer } from "./scorer.js";
import type { Scorer } from "./scorer.js";
import type { ScoreAnswer, ScoreTask, WireAnswer, WireTask } from "./score.protocol.js";

export interface PoolScorer extends Scorer {
  stats(): WorkerStats;
  /** Calls `tell` from now on for each segment whose codes a task finds damaged. */
  watchDamages(tell: (damage: CodesDamage) => void): void;
  /**
   * Releases the folder and the parts of a closed collection. Resolves when no thread has
   * a handle on it any more.
   */
  release(folder: string, parts: readonly SegmentPart[]): Promise<void>;
  /** Resolves when no task is in flight. */
  drained(): Promise<void>;
  /** The same, then ends the threads. No task may be posted afterwards, and no thread may be inside lmdb. */
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
  /** Name of the channel that tells workers which parts to release; unique in the process. */
  readonly retireChannel: string;
  readonly watch: TaskWatch;
  /** Defaults to limits.threadAnswerMsMax. */
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
    // The second task waits in the thread, which starts it also while the main thread is busy.
    concurrentTasksPerWorker: 2,
    // A thread that waits on atomics would not receive the messages that release parts.
    atomics: "disabled",
    workerData: options.workerData,
  });
  const retirement = new PartRetirement(options.retireChannel, options.workerCount);
  let tellDamage: (damage: CodesDamage) => void = () => undefined;
  const limitMs = options.answerMsMax ?? limits.threadAnswerMsMax;
  const inFlight = createInFlight();
  const answerOf = async (task: ScoreTask): Promise<ScoreAnswer> => {
    const answer = await post(pool, retirement, task);
    tellDamages(task, answer, tellDamage);
    return answer;
  };
  const run = (task: ScoreTask): Promise<ScoreAnswer> =>
    inFlight.track(options.watch.answered(answerOf(task), { pool: "scoring", limitMs }));
  return {
    ...toScorer(options.workerCount, run),
    watchDamages(tell) {
      tellDamage = tell;
    },
    release: (folder, parts) => retirement.release(folder, parts),
    stats: () => workerStats(pool),
    drained: () => inFlight.settled(),
    async close() {
      // Not pool.close(): it counts finished tasks, not idle threads, and can end a running one.
      await inFlight.settled();
      await pool.destroy();
      retirement.close();
    },
  };
}

/** Sends the parts that the thread lacks with a further try. */
async function post(
  pool: Piscina,
  retirement: PartRetirement,
  task: ScoreTask,
): Promise<ScoreAnswer> {
  const bodies = new Map<number, SegmentPart>();
  for (;;) {
    // Numbered anew: a search of another generation may have had them renumbered meanwhile.
    const references = toReferences(task.parts, (part) => retirement.idOf(part));
    const parts = bodies.size > 0 ? { ...references, bodies } : references;
    const answer = (await pool.run({ ...task, parts } satisfies WireTask)) as WireAnswer;
    if (answer.kind === "answer") return answer.answer;
    // Another thread may take the task this time, and lack other parts: those are added.
    for (const place of answer.places) {
      const body = task.parts[place];
      if (body !== undefined) bodies.set(place, body);
    }
  }
}

function tellDamages(
  task: ScoreTask,
  answer: ScoreAnswer,
  tell: (damage: CodesDamage) => void,
): void {
  if (answer === undefined || !("damages" in answer)) return;
  for (const { part, message } of answer.damages) {
    // Codes in shared memory were checked when their segment was opened.
    const { codes, refineCodes } = present(task.parts[part], "a damage names a part of the task");
    const mapped = codes instanceof SharedArrayBuffer ? refineCodes : codes;
    if (mapped === undefined || mapped instanceof SharedArrayBuffer) continue;
    tell({ folder: mapped.folder, segmentId: mapped.segmentId, message });
  }
}
