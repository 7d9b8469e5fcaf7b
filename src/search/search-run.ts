// One running search: its dependencies, its results so far, and the stream of its updates.

import { SluiceError } from "../core/errors.js";
import type { Draft } from "./progress.js";
import type { SearchPlan } from "./plan.js";
import { createJudge } from "./probabilities.js";
import { createProgress, noteDraft, noteLateness } from "./progress.js";
import type { ScopedDeps, SearchDeps } from "./search-deps.js";
import { toUpdate } from "./to-update.js";
import type { UnnumberedUpdate, UpdateSource } from "./to-update.js";
import { createUpdateSink } from "./update-stream.js";
import type { Handover, UpdateSink } from "./update-stream.js";
import type { Stage } from "../contract/search-update.js";

/** Who reads the updates of a search. */
export interface UpdateReader {
  readonly handover: Handover<UnnumberedUpdate>;
  readonly sentKeys: UpdateSource["sentKeys"];
  /** The update as it reads places of texts. */
  readonly inUnit: (update: UnnumberedUpdate) => UnnumberedUpdate;
  /** False: an intermediate update would only lie in memory. */
  hasRoom(): boolean;
  /**
   * Resolves when there is room for the final update. Until then the search has given its turn to
   * others. Throws DEADLINE_EXCEEDED for a reader that takes nothing.
   */
  untilRoom(): Promise<void>;
}

export interface SearchRun extends UpdateSource {
  readonly sink: UpdateSink<Draft>;
}

/** The filter is evaluated. */
export interface ScopedRun extends SearchRun {
  readonly deps: ScopedDeps;
}

export function startRun(deps: SearchDeps, plan: SearchPlan, reader: UpdateReader): SearchRun {
  const progress = createProgress(deps, plan);
  const judge = createJudge(deps.scoreMaps, plan);
  const sink = createUpdateSink<Draft, UnnumberedUpdate>(reader.handover, {
    clock: deps.clock,
    deadline: deps.deadline,
    signal: deps.signal,
    minIntervalMs: plan.minUpdateIntervalMs,
    print: (draft) =>
      judge
        .onPage(draft)
        .map(({ key }) => key)
        .join("\n"),
    toUpdate: (draft, atMs) =>
      reader.hasRoom() ? reader.inUnit(toUpdate(run, draft, { isFinal: false, atMs })) : undefined,
  });
  const { sentKeys } = reader;
  const run: SearchRun = { deps, plan, progress, judge, sink, sentKeys, highlights: new Map() };
  return run;
}

/** The newest ranking; it goes out when it is due, or as the final one. */
export function offerDraft({ progress, sink }: SearchRun, draft: Draft): void {
  noteDraft(progress, draft);
  sink.offer(draft);
}

/**
 * Waits for `work` of `stage`. Undefined when it was cancelled or the soft deadline came first; the
 * latter is noted as a degradation.
 */
export async function waitForStage<T>(
  { sink, progress }: SearchRun,
  stage: Stage,
  work: Promise<T | undefined>,
): Promise<T | undefined> {
  const outcome = await sink.waitFor(work);
  if (outcome.kind === "done") return outcome.value;
  noteLateness(progress, stage);
  return undefined;
}

/** Throws DEADLINE_EXCEEDED when there is no ranking because of the caller's deadline. */
export function finalUpdate(run: SearchRun): UnnumberedUpdate {
  const { clock, deadline } = run.deps;
  const { newest } = run.progress;
  if (newest === undefined && deadline.cause === "deadline" && deadline.remainingMs() <= 0)
    throw new SluiceError(
      "DEADLINE_EXCEEDED",
      "the deadline came before any stage had finished; allow more time",
    );
  return toUpdate(run, newest, { isFinal: true, atMs: clock() });
}
