// Spans of the stages of one search, for a call that is traced.

import type { TraceSpan } from "../core/trace-span.js";
import type {
  Certificate,
  Coverage,
  Degradation,
  Stage,
  StageTimings,
} from "../contract/search-update.js";

export type TimedStage = Exclude<keyof StageTimings, "total" | "queue">;

/** What the stages came to. */
export interface StagesOutcome {
  /** When the search arrived, by its clock, and how long it was queued. */
  readonly startMs: number;
  readonly queuedMs: number;
  /** Microseconds of each stage that has run. */
  readonly micros: Readonly<Partial<Record<TimedStage, number>>>;
  readonly coverage: Coverage;
  readonly degradations: readonly Degradation[];
}

export interface StageSpans {
  begin(stage: TimedStage): void;
  /** A stage offered a ranking with this certificate. */
  ranked(stage: Stage, certificate: Certificate): void;
  /** Span of a stage that has begun, for what is called from within it. */
  of(stage: TimedStage): TraceSpan | undefined;
  /** Ends all of them when the search has ended. */
  end(outcome: StagesOutcome): void;
}

/** Names of the stages in updates; encoding is none of their own and belongs to the candidates. */
const stageNames: Readonly<Record<TimedStage, Stage | "encode">> = {
  encode: "encode",
  lexical: "lexical",
  candidates: "candidates",
  lateInteraction: "late_interaction",
  crossEncoder: "cross_encoder",
};

/** Returns undefined unless the call is sampled: then a search records nothing. */
export function createStageSpans(
  search: TraceSpan | undefined,
  clock: () => number,
): StageSpans | undefined {
  if (search?.isSampled !== true) return undefined;
  const spans = new Map<TimedStage, { readonly span: TraceSpan; readonly startMs: number }>();
  const certificates = new Map<Stage | "encode", Certificate>();
  return {
    begin(stage) {
      const startMs = clock();
      spans.set(stage, { span: search.child(stageNames[stage], { startMs }), startMs });
    },
    ranked: (stage, certificate) => void certificates.set(stage, certificate),
    of: (stage) => spans.get(stage)?.span,
    end({ startMs: arrivedMs, queuedMs, micros, coverage, degradations }) {
      search.child("queue", { startMs: arrivedMs }).end({ endMs: arrivedMs + queuedMs });
      for (const [stage, { span, startMs }] of spans) {
        const name = stageNames[stage];
        const lost = degradations.filter(({ stages }) => stages.some((one) => one === name));
        span.set({
          "sluice.certificate": certificates.get(name),
          "sluice.degradations": lost.map(({ reason }) => reason),
          ...coverageOf(stage, coverage),
        });
        const ranMicros = micros[stage];
        // A stage that was cut off has no time of its own.
        span.end(ranMicros === undefined ? {} : { endMs: startMs + ranMicros / 1000 });
      }
    },
  };
}

/** Passages or documents that a stage has looked at. */
function coverageOf(
  stage: TimedStage,
  { eligible, sketchScored, maxSimScored, reranked }: Coverage,
): Readonly<Record<string, number>> {
  switch (stage) {
    case "encode":
      return {};
    case "lexical":
      return { "sluice.coverage.eligible": eligible };
    case "candidates":
      return { "sluice.coverage.sketch_scored": sketchScored };
    case "lateInteraction":
      return { "sluice.coverage.maxsim_scored": maxSimScored };
    case "crossEncoder":
      return { "sluice.coverage.reranked": reranked };
  }
}
