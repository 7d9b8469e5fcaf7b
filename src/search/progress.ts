// What one search has so far: its newest ranking, what was scored, where time went and what was
// lost.

import type { Clock } from "../core/clock.js";
import type { DeadlineCause, SoftDeadline } from "../core/soft-deadline.js";
import type { SearchPlan } from "./plan.js";
import type { RankedPassage } from "./ranking.js";
import type { SearchDeps } from "./search-deps.js";
import { createStageSpans } from "./stage-spans.js";
import type { StageSpans, TimedStage } from "./stage-spans.js";
import type {
  Certificate,
  Coverage,
  Degradation,
  DegradationReason,
  ScoreParts,
  Stage,
  StageTimings,
} from "../contract/search-update.js";

/** A ranking as a stage offers it. */
export interface Draft {
  readonly stage: Stage;
  readonly ranked: readonly RankedPassage[];
  partsOf(passage: RankedPassage): ScoreParts;
  /** Leading hits that no remaining work of this stream can change. Defaults to 0. */
  readonly settledCount?: number;
  /**
   * False for a lexical ranking that is not proved exact, and for one of late interaction that the
   * refine plane is still to order. Defaults to the exactness of the stage.
   */
  readonly isExact?: boolean;
  /** Counts that grew; the others stay. */
  readonly coverage: Partial<Coverage>;
}

/** Changed by the functions of this file alone. */
export interface SearchProgress {
  readonly clock: Clock;
  readonly deadline: SoftDeadline;
  /** When the search arrived, by its clock. */
  readonly startMs: number;
  readonly queuedMs: number;
  /** Stages that this search goes through. */
  readonly stages: readonly Stage[];
  coverage: Coverage;
  newest: Draft | undefined;
  /** Certificate of the newest ranking before the cross-encoder. */
  baseCertificate: Certificate | undefined;
  /** Microseconds of each stage that has run. */
  readonly micros: Partial<Record<TimedStage, number>>;
  readonly degradations: Degradation[];
  /** Documents that could not be read for a payload. */
  readonly damagedKeys: Set<string>;
  /** Absent unless the call is traced. */
  readonly spans: StageSpans | undefined;
}

const baseStages: readonly Stage[] = ["lexical", "candidates", "late_interaction"];

export function createProgress(
  { generation, clock, deadline, queuedMs, span }: SearchDeps,
  { rerank, filter }: SearchPlan,
): SearchProgress {
  const progress: SearchProgress = {
    clock,
    deadline,
    startMs: clock() - queuedMs,
    queuedMs,
    stages: rerank === undefined ? baseStages : [...baseStages, "cross_encoder"],
    coverage: {
      eligible: generation.totals.passageCount,
      sketchScored: 0,
      maxSimScored: 0,
      reranked: 0,
    },
    newest: undefined,
    baseCertificate: undefined,
    micros: {},
    degradations: [],
    damagedKeys: new Set(),
    spans: createStageSpans(span, clock),
  };
  const damages = [...generation.damages, ...(filter === undefined ? [] : generation.fieldDamages)];
  if (damages.length > 0)
    degrade(progress, "CORRUPT_PASSAGES", {
      message: damages.join("; "),
      stages: [...progress.stages],
    });
  return progress;
}

export function noteDraft(progress: SearchProgress, draft: Draft): void {
  progress.newest = draft;
  progress.coverage = { ...progress.coverage, ...draft.coverage };
  const certificate = certificateOf(draft, progress.coverage);
  progress.spans?.ranked(draft.stage, certificate);
  if (draft.stage !== "cross_encoder") progress.baseCertificate = certificate;
}

/** Passages that the search may return, once the filter is evaluated. */
export function noteEligible(progress: SearchProgress, eligible: number): void {
  progress.coverage = { ...progress.coverage, eligible };
}

export function degrade(
  progress: SearchProgress,
  reason: DegradationReason,
  loss: Omit<Degradation, "reason">,
): void {
  progress.degradations.push({ reason, ...loss });
}

/** The stage has used up a budget of its own. */
export function noteOverrun(progress: SearchProgress, stage: Stage, budgetMs = 0): void {
  degrade(progress, "BUDGET_EXHAUSTED", {
    message: `${stage} did not finish within the ${budgetMs} ms of its stage budget`,
    stages: [stage],
  });
}

/** Records that the soft deadline passed before `stage` and the following ones were finished. */
export function noteLateness(progress: SearchProgress, stage: Stage): void {
  const stages = progress.stages.slice(progress.stages.indexOf(stage));
  const { reason, cause } = lateness[progress.deadline.cause];
  const message = `${cause} before ${stages.join(" and ")} finished`;
  degrade(progress, reason, { message, stages });
}

const timeRanOut = "time ran out";
const lateness: Readonly<
  Record<DeadlineCause, { readonly reason: DegradationReason; readonly cause: string }>
> = {
  budget: { reason: "BUDGET_EXHAUSTED", cause: timeRanOut },
  deadline: { reason: "DEADLINE_REACHED", cause: timeRanOut },
  none: { reason: "DEADLINE_REACHED", cause: timeRanOut },
  generation: {
    reason: "GENERATION_EXPIRED",
    cause: "the search had read the same state of the collection as long as it may",
  },
};

/**
 * Whether the stage is worth beginning; if not, it is noted that it and what follows were not run.
 */
export function hasTimeFor(
  progress: SearchProgress,
  stage: Stage,
  expectedMs: number | undefined = 0,
): boolean {
  // Without any answer yet, everything is tried.
  if (progress.newest === undefined || progress.deadline.remainingMs() >= expectedMs) return true;
  noteLateness(progress, stage);
  return false;
}

/** Begins to measure a stage; the call that it returns notes the time so far. */
export function startTimer(
  { clock, micros, spans }: SearchProgress,
  stage: TimedStage,
): () => void {
  spans?.begin(stage);
  const from = clock();
  return () => {
    micros[stage] = Math.round(1000 * (clock() - from));
  };
}

/** Measures the time until `work` settles as that of a stage. */
export function timed<T>(
  progress: SearchProgress,
  stage: TimedStage,
  work: Promise<T>,
): Promise<T> {
  return work.finally(startTimer(progress, stage));
}

export function timingsAt(
  { queuedMs, startMs, micros }: SearchProgress,
  atMs: number,
): StageTimings {
  return {
    queue: Math.round(1000 * queuedMs),
    ...micros,
    total: Math.round(1000 * (atMs - startMs)),
  };
}

export function certificateOf({ stage, isExact }: Draft, coverage: Coverage): Certificate {
  if (stage === "cross_encoder") return "reranked";
  if (stage === "lexical") return isExact === false ? "estimate" : "lexical";
  const isExhaustive = coverage.maxSimScored === coverage.eligible;
  return stage === "late_interaction" && isExact !== false && isExhaustive ? "exact" : "estimate";
}
