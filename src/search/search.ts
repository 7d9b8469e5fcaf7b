// THE PIPELINE. A search reads top to bottom here: lexical, candidates, late interaction, final.

import { isEmptyQuery } from "../analysis/lexical-query.js";
import type { EncodedQuery } from "../codec/codec.js";
import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import { relevance } from "./blend.js";
import type { Candidate } from "./fusion.js";
import { rankLateInteraction } from "./rank-late-interaction.js";
import { rankedCount } from "./refine-ranking.js";
import type { SearchPlan } from "./plan.js";
import { startCounting, withFacets } from "./facets.js";
import { degrade, hasTimeFor, noteEligible, noteOverrun, timed } from "./progress.js";
import { createRanking } from "./ranking.js";
import { rerankTop } from "./rerank-top.js";
import type { BaseRanking } from "./rerank-top.js";
import type { SearchDeps } from "./search-deps.js";
import { finalUpdate, offerDraft, startRun, waitForStage } from "./search-run.js";
import type { ScopedRun, SearchRun, UpdateReader } from "./search-run.js";
import { limitStage } from "./stage-limit.js";
import { candidatesStage } from "./stages/candidates.js";
import type { CandidatesResult } from "./stages/candidates.js";
import { filterStage } from "./stages/filter.js";
import { unmatchedFields } from "./unmatched-fields.js";
import { lexicalStage, noLexicalResult } from "./stages/lexical.js";
import type { LexicalResult } from "./stages/lexical.js";
import type { UnnumberedUpdate } from "./to-update.js";
import { withContext } from "./with-context.js";
import type { Stage } from "../contract/search-update.js";

/**
 * Offers rankings to the reader and resolves with the final one, with all payloads. Throws the
 * signal's reason when the caller goes away, and DEADLINE_EXCEEDED when time ran out before
 * anything was computed; everything else that goes wrong makes the answer poorer and is said in
 * `degradations`. The caller holds the generation.
 */
export async function search(
  deps: SearchDeps,
  plan: SearchPlan,
  reader: UpdateReader,
): Promise<UnnumberedUpdate> {
  const run = startRun(deps, plan, reader);
  try {
    return await runSearch(run, reader);
  } finally {
    run.progress.spans?.end(run.progress);
  }
}

async function runSearch(run: SearchRun, reader: UpdateReader): Promise<UnnumberedUpdate> {
  const { deps, plan } = run;
  const encoding = startEncoding(run); // Runs while the lexical stage answers.
  encoding?.catch(() => undefined); // Awaited below, but not when the caller goes away first.

  const exclusions = { phrases: plan.lexical.excluded, key: plan.exceptKey };
  const eligible = filterStage(deps, plan.filter, exclusions);
  const scope = await waitForStage(run, "lexical", eligible);
  if (scope === undefined) {
    await reader.untilRoom();
    return finalUpdate(run);
  }
  noteEligible(run.progress, scope.passageCount);
  noteUnmatchedFields(run);
  const scoped: ScopedRun = { ...run, deps: { ...deps, scope } };
  const counting = startCounting(scoped); // Runs beside the stages.
  counting?.catch(() => undefined); // Awaited below, but not when a stage fails first.
  const base = await runStages(scoped, encoding);
  if (base !== undefined && plan.rerank !== undefined) await rerankTop(scoped, plan.rerank, base);
  const counts = await counting;
  await reader.untilRoom();
  const final = withFacets(run, finalUpdate(run), counts);
  return withContext(scoped.deps, plan, final, base);
}

/** What other callers' documents have is not told to callers who see only some. */
function noteUnmatchedFields({ deps, plan, progress }: SearchRun): void {
  if (plan.filter === undefined || plan.isRestricted) return;
  for (const message of unmatchedFields(plan.filter, deps.generation))
    degrade(progress, "FILTER_MATCHES_NO_FIELD", { message, stages: [] });
}

/**
 * Returns the ranking for a cross-encoder, or undefined when there are no hits or no time is left.
 */
async function runStages(
  run: ScopedRun,
  encoding: Promise<EncodedQuery | undefined> | undefined,
): Promise<BaseRanking | undefined> {
  const { deps, plan } = run;
  if (deps.scope.passageCount === 0) {
    // The exact ranking of nothing. Faulty vectors are an error here too, so they are waited for.
    offerDraft(run, { stage: "late_interaction", ranked: [], partsOf: () => ({}), coverage: {} });
    if (encoding !== undefined) await waitForStage(run, "candidates", encoding);
    return undefined;
  }
  const isLast = encoding === undefined && plan.rerank === undefined;
  const lexical = await runLexical(run, { isLast });
  if (lexical === undefined) return undefined;
  if (encoding === undefined) return lexicalBase(run, lexical);
  const query = await waitForStage(run, "candidates", encoding);
  if (query === undefined)
    return deps.deadline.remainingMs() > 0 ? lexicalBase(run, lexical) : undefined;
  if (query.hasNoTokens === true) {
    degrade(run.progress, "NO_QUERY_VECTORS", {
      message: "the model finds no tokens in the query, so only words were compared",
      stages: vectorStages,
    });
    return lexicalBase(run, lexical);
  }
  if (query.cutAt !== undefined)
    degrade(run.progress, "QUERY_CUT", {
      message: `the model reads the first ${query.cutAt} characters of the query; what follows counts by its words only`,
      stages: [],
    });
  return runVectorStages(run, query, lexical);
}

const vectorStages: readonly Stage[] = ["candidates", "late_interaction"];

/** Without token vectors BM25 alone decides what is re-ranked: relevance, with a MaxSim of 0. */
function lexicalBase({ deps, plan }: ScopedRun, lexical: LexicalResult): BaseRanking {
  const { candidates, bm25Top } = lexical;
  const ranking = createRanking(deps.generation.segments, { ...plan, k: rankedCount(plan) });
  const scale = { rowCount: 1, bm25Top, lexicalWeight: plan.lexicalWeight };
  for (const { segment, ordinal, score: bm25 } of candidates)
    ranking.offer({ segment, ordinal, bm25, score: relevance({ maxSim: 0, bm25 }, scale) });
  return {
    ranked: ranking.top(),
    passages: [],
    partsOf: (passage) => ({ bm25: lexical.bm25Of(passage) }),
  };
}

/** Resolves to undefined when the time has run out; no later stage is started then. */
async function runLexical(
  run: ScopedRun,
  { isLast }: { readonly isLast: boolean },
): Promise<LexicalResult | undefined> {
  const { deps, plan, progress } = run;
  if (isEmptyQuery(plan.lexical)) return noLexicalResult;
  const { lexicalMs } = plan.stageBudgets;
  const limit = limitStage(deps, lexicalMs);
  const work = timed(progress, "lexical", lexicalStage(limit.deps, plan));
  const lexical = await limit.endsWith(waitForStage(run, "lexical", work));
  if (lexical === undefined && limit.isOver()) {
    noteOverrun(progress, "lexical", lexicalMs);
    return noLexicalResult;
  }
  if (lexical !== undefined)
    offerDraft(run, {
      stage: "lexical",
      ranked: lexical.top,
      settledCount: isLast ? lexical.top.length : 0,
      isExact: lexical.isExact,
      partsOf: (passage) => ({ bm25: lexical.bm25Of(passage) }),
      coverage: {},
    });
  return lexical;
}

function startEncoding({
  deps,
  plan,
  progress,
}: SearchRun): Promise<EncodedQuery | undefined> | undefined {
  const { encodeMs } = plan.stageBudgets;
  const encoding = deps.encodeQuery();
  if (encoding === undefined) {
    const { name } = deps.settings;
    degrade(progress, "NO_QUERY_VECTORS", {
      message: `collection "${name}" has no usable model and the query has no vectors, so only words were compared`,
      stages: vectorStages,
    });
    return undefined;
  }
  const encoded = limitStage(deps, encodeMs).within(encoding, () =>
    noteOverrun(progress, "candidates", encodeMs),
  );
  return timed(progress, "encode", encoded).catch((error: unknown) => {
    // What the caller got wrong is an error; a model that fails makes the answer poorer.
    if (error instanceof SluiceError && !modelFailures.has(error.reason)) throw error;
    const detail = error instanceof SluiceError ? ` (${error.message})` : "";
    degrade(progress, "ENCODER_FAILED", {
      message: `the query could not be encoded, so only words were compared${detail}`,
      stages: vectorStages,
    });
    return undefined;
  });
}

const modelFailures: ReadonlySet<ErrorReason> = new Set([
  "INTERNAL",
  "MODEL_INVALID",
  "MODEL_NOT_FOUND",
]);

async function runVectorStages(
  run: ScopedRun,
  query: EncodedQuery,
  lexical: LexicalResult,
): Promise<BaseRanking | undefined> {
  const { times } = run.deps;
  if (!hasTimeFor(run.progress, "candidates", times.expectedMs("candidates"))) {
    times.skipped("candidates");
    return undefined;
  }
  const found = await runCandidates(run, query, lexical);
  if (found === undefined) return undefined;
  const candidates = underPressure(run, found.fused);
  if (hasTimeFor(run.progress, "late_interaction", times.expectedMs("late_interaction")))
    return rankLateInteraction(run, { query, lexical, found, candidates });
  times.skipped("late_interaction");
  return undefined;
}

/** Under more pressure than this, fewer candidates are scored: half of them when it is full. */
const pressureMin = 0.25;

/**
 * The candidates that are scored, and said to be fewer when many searches wait. All of them where
 * every eligible passage is scored: the others follow anyway.
 */
function underPressure(
  { deps: { pressure, scope }, plan, progress }: ScopedRun,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const isWhole = scope.passageCount <= plan.exhaustiveBelowPassages;
  const share = pressure <= pressureMin || isWhole ? 1 : 1 - pressure / 2;
  const count = Math.max(2 * plan.k, Math.ceil(share * candidates.length));
  if (count >= candidates.length) return candidates;
  degrade(progress, "PRESSURE_REDUCED", {
    message: `many searches wait, so ${count} of ${candidates.length} candidates were scored; ask again later`,
    stages: ["late_interaction"],
  });
  return candidates.slice(0, count);
}

async function runCandidates(
  run: ScopedRun,
  query: EncodedQuery,
  lexical: LexicalResult,
): Promise<CandidatesResult | undefined> {
  const { deps, plan, progress } = run;
  const startMs = deps.clock();
  const { candidatesMs } = plan.stageBudgets;
  const limit = limitStage(deps, candidatesMs);
  const stage = candidatesStage(limit.deps, plan, { query: query.sketch, lexical });
  const work = timed(progress, "candidates", stage);
  const found = await limit.endsWith(waitForStage(run, "candidates", work));
  if (found === undefined && limit.isOver()) {
    noteOverrun(progress, "candidates", candidatesMs);
    return { fused: lexical.candidates, sketches: [], sketchOf: () => undefined };
  }
  if (found === undefined) return undefined;
  deps.times.note("candidates", deps.clock() - startMs);
  const ranking = createRanking(deps.generation.segments, plan);
  for (const candidate of found.fused) ranking.offer(candidate);
  offerDraft(run, {
    stage: "candidates",
    ranked: ranking.top(),
    partsOf: (passage) => ({ bm25: lexical.bm25Of(passage), sketch: found.sketchOf(passage) }),
    coverage: { sketchScored: deps.scope.passageCount },
  });
  return found;
}
