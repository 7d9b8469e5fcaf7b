// Turns what the stages offer into the updates of one stream: numbered, timed, with what they are worth.

import type { DeadlineCause } from "../core/soft-deadline.js";
import { isEmptyQuery } from "../analysis/lexical-query.js";
import { SluiceError, asDamage } from "../core/errors.js";
import type {
  Certificate,
  Coverage,
  Degradation,
  DegradationReason,
  SearchHit,
  SearchUpdate,
  Stage,
  StageTimings,
} from "../contract/search-update.js";
import type { GenerationSegment } from "../index/generation.js";
import type { SearchPlan } from "./plan.js";
import type { Draft } from "./draft.js";
import { createJudge } from "./probabilities.js";
import type { RankedPassage } from "./ranking.js";
import type { SearchContext } from "./search-context.js";
import { createUpdateGate } from "./update-gate.js";
import { rankingPrint } from "./update.js";

type TimedStage = Exclude<keyof StageTimings, "total" | "queue">;

export interface UpdateStream {
  /** The newest ranking; it goes out when it is due, or as the final one. */
  offer(draft: Draft): void;
  /** Passages that the search may return, once the filter is evaluated. */
  noteEligible(passageCount: number): void;
  degrade(reason: DegradationReason, loss: Omit<Degradation, "reason">): void;
  /** The stage has used up a budget of its own. */
  overrun(stage: Stage, budgetMs: number | undefined): void;
  /** Whether the stage is worth beginning; if not, it is said that it and what follows were not. */
  fits(stage: Stage, expectedMs: number | undefined): boolean;
  /** Measures the time until `work` settles as a stage's. */
  clocked<T>(timing: TimedStage, work: Promise<T>): Promise<T>;
  /** Begins to measure a stage of several pieces; the call that it returns notes the time so far. */
  startClock(timing: TimedStage): () => void;
  /**
   * Waits for `work`, yielding updates that become due. Undefined when the work was cancelled or the
   * soft deadline came first; the latter is said as a degradation naming `stage` and what follows.
   */
  timed<T>(
    timing: TimedStage | undefined,
    work: Promise<T | undefined>,
    stage: Stage,
  ): AsyncGenerator<SearchUpdate, T | undefined, void>;
  /** Throws DEADLINE_EXCEEDED when there is no ranking because of the caller's deadline. */
  final(): SearchUpdate;
}

const baseStages: readonly Stage[] = ["lexical", "candidates", "late_interaction"];

export function createUpdateStream(context: SearchContext, plan: SearchPlan): UpdateStream {
  const { generation, clock, deadline } = context;
  const startMs = clock() - context.queuedMs;
  const micros: Partial<Record<TimedStage, number>> = {};
  const degradations: Degradation[] = [];
  let coverage: Coverage = {
    eligible: generation.totals.passageCount,
    sketchScored: 0,
    maxSimScored: 0,
    reranked: 0,
  };
  const stageOrder: readonly Stage[] =
    plan.rerank === undefined ? baseStages : [...baseStages, "cross_encoder"];
  let newest: Draft | undefined;
  /** What the newest before the cross-encoder was worth. */
  let baseCertificate: Certificate | undefined;
  let sequence = 0;
  const judge = createJudge(context.scoreMaps, plan);
  const gate = createUpdateGate<Draft>({
    clock,
    minIntervalMs: plan.minUpdateIntervalMs,
    deadline,
    signal: context.signal,
    fingerprint: (draft) => rankingPrint(judge.passing(draft)),
  });

  const degrade = (reason: DegradationReason, loss: Omit<Degradation, "reason">): void => {
    degradations.push({ reason, ...loss });
  };
  const { damages } = generation;
  const filterDamages = plan.filter === undefined ? [] : generation.fieldDamages;
  if (damages.length + filterDamages.length > 0)
    degrade("CORRUPT_PASSAGES", {
      message: [...damages, ...filterDamages].join("; "),
      stages: [...stageOrder],
    });

  const startClock = (timing: TimedStage): (() => void) => {
    const from = clock();
    return () => {
      micros[timing] = Math.round(1000 * (clock() - from));
    };
  };
  const clocked = async <T>(timing: TimedStage, work: Promise<T>): Promise<T> => {
    const note = startClock(timing);
    try {
      return await work;
    } finally {
      note();
    }
  };

  const damagedKeys = new Set<string>();
  /** A hit whose document is damaged comes without it: the others are worth as much as before. */
  const readablePayload = (key: string, span: SearchHit["span"]): SearchHit["payload"] => {
    try {
      return payloadOf({ key, span }, context, plan);
    } catch (error) {
      const { message } = asDamage(error);
      if (!damagedKeys.has(key)) degrade("CORRUPT_PASSAGES", { message, stages: [] });
      damagedKeys.add(key);
      return undefined;
    }
  };

  // Without terms the exact lexical ranking is the empty one; else it was not computed.
  const certificateOfNothing = isEmptyQuery(plan.lexical) ? "lexical" : "estimate";
  const toUpdate = (
    draft: Draft | undefined,
    { isFinal, atMs }: { readonly isFinal: boolean; readonly atMs: number },
  ): SearchUpdate => {
    sequence += 1;
    const { shown, settledCount } =
      draft === undefined ? { shown: [], settledCount: 0 } : judge.judge(draft);
    const hits = shown.map(({ ranked, parts }, i) => {
      const span = spanOf(generation.segments, ranked);
      const payload = readablePayload(ranked.key, span);
      return toHit(ranked, { rank: i + 1, parts, span, payload });
    });
    const stage = draft?.stage ?? "lexical";
    return {
      sequence,
      final: isFinal,
      stage,
      certificate: draft === undefined ? certificateOfNothing : certificateOf(draft, coverage),
      ...(draft?.stage === "cross_encoder" && baseCertificate !== undefined
        ? { baseCertificate }
        : {}),
      ...recallOf(draft?.stage, { plan, degradations, coverage, baseCertificate }),
      coverage,
      settledCount: isFinal ? hits.length : settledCount,
      generation: generation.number,
      timings: {
        queue: Math.round(1000 * context.queuedMs),
        ...micros,
        total: Math.round(1000 * (atMs - startMs)),
      },
      degradations: [...degradations],
      hits,
      ...(isFinal && hasAbstained(hits, { plan, coverage }) ? { abstained: true } : {}),
    };
  };

  async function* timed<T>(
    timing: TimedStage | undefined,
    work: Promise<T | undefined>,
    stage: Stage,
  ): AsyncGenerator<SearchUpdate, T | undefined, void> {
    const waiting = gate.waitFor(timing === undefined ? work : clocked(timing, work));
    for (;;) {
      const step = await waiting.next();
      if (step.done !== true) {
        // Payloads are read for those only who take them.
        if (context.reader.hasRoom())
          yield toUpdate(step.value.draft, { isFinal: false, atMs: step.value.atMs });
        continue;
      }
      if (step.value.kind === "done") return step.value.value;
      degradations.push(lateness(stageOrder, stage, deadline.cause));
      return undefined;
    }
  }

  return {
    offer(draft) {
      newest = draft;
      coverage = { ...coverage, ...draft.coverage };
      if (draft.stage !== "cross_encoder") baseCertificate = certificateOf(draft, coverage);
      gate.offer(draft);
    },
    noteEligible(eligible) {
      coverage = { ...coverage, eligible };
    },
    degrade,
    overrun(stage, budgetMs = 0) {
      const message = `${stage} did not finish within the ${budgetMs} ms of its stage budget`;
      degrade("BUDGET_EXHAUSTED", { message, stages: [stage] });
    },
    fits(stage, expectedMs = 0) {
      // Without any answer yet, everything is tried.
      if (newest === undefined || deadline.remainingMs() >= expectedMs) return true;
      degradations.push(lateness(stageOrder, stage, deadline.cause));
      return false;
    },
    clocked,
    startClock,
    timed,
    final() {
      if (newest === undefined && deadline.cause === "deadline" && deadline.remainingMs() <= 0)
        throw new SluiceError(
          "DEADLINE_EXCEEDED",
          "the deadline came before any stage had finished; allow more time",
        );
      return toUpdate(newest, { isFinal: true, atMs: clock() });
    },
  };
}

function lateness(stageOrder: readonly Stage[], stage: Stage, cause: DeadlineCause): Degradation {
  const stages = stageOrder.slice(stageOrder.indexOf(stage));
  return {
    reason: latenessReasons[cause],
    message: `${latenessCauses[cause]} before ${stages.join(" and ")} finished`,
    stages,
  };
}

const latenessReasons = {
  budget: "BUDGET_EXHAUSTED",
  deadline: "DEADLINE_REACHED",
  generation: "GENERATION_EXPIRED",
  none: "DEADLINE_REACHED",
} as const;

const latenessCauses = {
  budget: "time ran out",
  deadline: "time ran out",
  generation: "the search had read the same state of the collection as long as it may",
  none: "time ran out",
} as const;

function certificateOf({ stage, isExact }: Draft, coverage: Coverage): Certificate {
  if (stage === "cross_encoder") return "reranked";
  if (stage === "lexical") return isExact === false ? "estimate" : "lexical";
  return stage === "late_interaction" && coverage.maxSimScored === coverage.eligible
    ? "exact"
    : "estimate";
}

/** Told while the pool is whole: not for an exact ranking, nor once something was left out. */
function recallOf(
  stage: Stage | undefined,
  by: {
    readonly plan: SearchPlan;
    readonly degradations: readonly Degradation[];
    readonly coverage: Coverage;
    readonly baseCertificate: Certificate | undefined;
  },
): Pick<SearchUpdate, "expectedRecall"> {
  const { expectedRecall, exhaustiveBelowPassages } = by.plan;
  const hasPool = stage !== undefined && stage !== "lexical" && by.baseCertificate === "estimate";
  const isWhole = by.coverage.eligible <= exhaustiveBelowPassages;
  const isPoorer = by.degradations.some(({ stages }) =>
    stages.some((one) => one !== "cross_encoder"),
  );
  if (expectedRecall === undefined || !hasPool || isWhole || isPoorer) return {};
  return { expectedRecall };
}

/** A threshold has left nothing of what was scored. */
function hasAbstained(
  hits: readonly SearchHit[],
  { plan, coverage }: { readonly plan: SearchPlan; readonly coverage: Coverage },
): boolean {
  const hasThreshold = plan.minScore !== undefined || plan.minProbability !== undefined;
  return hasThreshold && hits.length === 0 && coverage.maxSimScored > 0;
}

function toHit(
  { key, score, passageNumber }: RankedPassage,
  shown: Pick<SearchHit, "rank" | "parts" | "span" | "payload">,
): SearchHit {
  const { rank, parts, span, payload } = shown;
  return { key, rank, score, parts, passageNumber, span, payload };
}

function spanOf(segments: readonly GenerationSegment[], ranked: RankedPassage): SearchHit["span"] {
  return segments[ranked.segment]?.table.spanAt(ranked.row) ?? { start: 0, end: 0 };
}

function payloadOf(
  { key, span }: Pick<SearchHit, "key" | "span">,
  context: SearchContext,
  plan: SearchPlan,
): SearchHit["payload"] {
  const { title, text, fields } = plan.payload;
  const { highlight } = plan;
  if (!title && !text && !fields && highlight === undefined) return undefined;
  const record = context.generation.documents.readDocument(key);
  // Passages and documents are of one moment: a passage without its document was not written so.
  if (record === undefined)
    throw new SluiceError("DATA_CORRUPT", `document "${key}" is missing, its passages are there`);
  return {
    ...(title ? { title: record.title } : {}),
    ...(text ? { text: record.text } : {}),
    ...(fields ? { fields: record.fields } : {}),
    ...(highlight === undefined ? {} : { highlights: highlight(record.text, span) }),
  };
}
