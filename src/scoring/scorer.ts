// The interface to scoring, on worker threads (pool-scorer.ts) or on the calling thread.

import { createCodesReader } from "../index/segment-codes.js";
import type { NearPlaces } from "../index/bm25/query.js";
import type { Kernels } from "../kernels/kernels.js";
import { createMapTurn } from "../store/map-turn.js";
import { runScoreTask } from "./score-loop.js";
import type {
  DocumentCountAnswer,
  DocumentCountTask,
  ExplainAnswer,
  ExplainTask,
  FilterAnswer,
  FilterTask,
  LexicalAnswer,
  LexicalTask,
  MaxSimAnswer,
  MaxSimTask,
  RefineAnswer,
  RefineTask,
  NearTask,
  ScanAnswer,
  ScanTask,
  ScoreAnswer,
  ScoreTask,
  WindowsAnswer,
  WindowsTask,
} from "./score.protocol.js";

/** Answers are undefined when the task's cancel flag was raised first. */
export interface Scorer {
  /** Number of tasks that run at the same time; a stage is split into at most as many. */
  readonly parallelism: number;
  filter(task: FilterTask): Promise<FilterAnswer | undefined>;
  count(task: DocumentCountTask): Promise<DocumentCountAnswer | undefined>;
  near(task: NearTask): Promise<NearPlaces | undefined>;
  lexical(task: LexicalTask): Promise<LexicalAnswer | undefined>;
  scan(task: ScanTask): Promise<ScanAnswer | undefined>;
  maxSim(task: MaxSimTask): Promise<MaxSimAnswer | undefined>;
  refine(task: RefineTask): Promise<RefineAnswer | undefined>;
  windows(task: WindowsTask): Promise<WindowsAnswer | undefined>;
  explain(task: ExplainTask): Promise<ExplainAnswer | undefined>;
}

/** A scorer over anything that runs tasks. */
export function toScorer(
  parallelism: number,
  run: (task: ScoreTask) => Promise<ScoreAnswer>,
): Scorer {
  // The answer's kind follows the task's: see runScoreTask.
  return {
    parallelism,
    filter: async (task) => (await run(task)) as FilterAnswer | undefined,
    count: async (task) => (await run(task)) as DocumentCountAnswer | undefined,
    near: async (task) => (await run(task)) as NearPlaces | undefined,
    lexical: async (task) => (await run(task)) as LexicalAnswer | undefined,
    scan: async (task) => (await run(task)) as ScanAnswer | undefined,
    maxSim: async (task) => (await run(task)) as MaxSimAnswer | undefined,
    refine: async (task) => (await run(task)) as RefineAnswer | undefined,
    windows: async (task) => (await run(task)) as WindowsAnswer | undefined,
    explain: async (task) => (await run(task)) as ExplainAnswer | undefined,
  };
}

/** Scores on the calling thread, for tests and comparisons. */
export function createInlineScorer(
  kernels: Kernels,
): Scorer & { release(folder: string): Promise<void> } {
  const reader = createCodesReader(createMapTurn());
  return {
    ...toScorer(1, (task) => Promise.resolve(runScoreTask(task, kernels, reader))),
    release: (folder) => reader.release(folder),
  };
}
