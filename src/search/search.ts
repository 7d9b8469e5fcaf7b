// THE PIPELINE. A search reads top to bottom here: lexical, candidates, late interaction, final.

import { isEmptyQuery } from "../analysis/lexical-query.js";
import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import type { SearchUpdate, Stage } from "../contract/search-update.js";
import type { EncodedQuery } from "../codec/codec.js";
import { createBestPassages } from "./best-passages.js";
import type { BestPassages } from "./best-passages.js";
import { relevance } from "./blend.js";
import type { Candidate } from "./fusion.js";
import type { SearchPlan } from "./plan.js";
import { createRanking } from "./ranking.js";
import { rerankTop } from "./rerank-top.js";
import type { BaseRanking } from "./rerank-top.js";
import type { Ranking } from "./ranking.js";
import type { ScopedContext, SearchContext } from "./search-context.js";
import { limitStage } from "./stage-limit.js";
import { createRemainingBound, settledCount } from "./settled.js";
import { candidatesStage } from "./stages/candidates.js";
import type { CandidatesResult } from "./stages/candidates.js";
import { filterStage } from "./stages/filter.js";
import { lateInteractionBatches } from "./stages/late-interaction.js";
import type { ScoredBatch } from "./stages/late-interaction.js";
import { lexicalStage, noLexicalResult } from "./stages/lexical.js";
import type { LexicalResult } from "./stages/lexical.js";
import { withContext } from "./with-context.js";
import { createUpdateStream } from "./update-stream.js";
import type { UpdateStream } from "./update-stream.js";

/**
 * Streams updates, the last one final. Throws the signal's reason when the caller goes away, and
 * DEADLINE_EXCEEDED when time ran out before anything was computed; everything else that goes wrong
 * makes the answer poorer and is said in `degradations`. The caller holds the generation.
 */
export async function* search(
  context: SearchContext,
  plan: SearchPlan,
): AsyncGenerator<SearchUpdate, void, void> {
  const updates = createUpdateStream(context, plan);
  const encoding = startEncoding(context, plan, updates); // Runs while the lexical stage answers.
  encoding?.catch(() => undefined); // Awaited below, but not when the caller goes away first.

  const eligible = filterStage(context, plan.filter, plan.lexical.excluded);
  const scope = yield* updates.timed(undefined, eligible, "lexical");
  if (scope !== undefined) {
    updates.noteEligible(scope.passageCount);
    const scoped = { ...context, scope };
    const base = yield* runStages(scoped, plan, updates, encoding);
    const { rerank } = plan;
    if (base !== undefined && rerank !== undefined)
      yield* rerankTop(scoped, { ...plan, rerank }, updates, base);
    await context.reader.untilRoom();
    yield await withContext(scoped, plan, updates.final(), base);
    return;
  }
  await context.reader.untilRoom();
  yield updates.final();
}

/** What a cross-encoder may re-order; undefined: nothing is there, or no time is left. */
async function* runStages(
  context: ScopedContext,
  plan: SearchPlan,
  updates: UpdateStream,
  encoding: Promise<EncodedQuery | undefined> | undefined,
): AsyncGenerator<SearchUpdate, BaseRanking | undefined, void> {
  if (context.scope.passageCount === 0) {
    // The exact ranking of nothing. Faulty vectors are an error here too, so they are waited for.
    updates.offer({ stage: "late_interaction", ranked: [], partsOf: () => ({}), coverage: {} });
    if (encoding !== undefined) yield* updates.timed(undefined, encoding, "candidates");
    return undefined;
  }
  const isLast = encoding === undefined && plan.rerank === undefined;
  const lexical = yield* runLexical(context, plan, updates, { isLast });
  if (lexical === undefined) return undefined;
  if (encoding === undefined) return lexicalBase(context, plan, lexical);
  const query = yield* updates.timed(undefined, encoding, "candidates");
  if (query?.cutAt !== undefined)
    updates.degrade("QUERY_CUT", {
      message: `the model reads the first ${query.cutAt} characters of the query; what follows counts by its words only`,
      stages: [],
    });
  if (query !== undefined)
    return yield* runVectorStages(context, plan, updates, { query, lexical });
  return context.deadline.remainingMs() > 0 ? lexicalBase(context, plan, lexical) : undefined;
}

const vectorStages: readonly Stage[] = ["candidates", "late_interaction"];

/** Without rows the words alone decide what is re-ranked: relevance, with a MaxSim of 0. */
function lexicalBase(
  { generation }: ScopedContext,
  plan: SearchPlan,
  lexical: LexicalResult,
): BaseRanking {
  const { candidates, bm25Top } = lexical;
  const ranking = createRanking(generation.segments, rankedCount(plan), plan.caps);
  const scale = { rowCount: 1, bm25Top, lexicalWeight: plan.lexicalWeight };
  for (const { segment, row, score: bm25 } of candidates)
    ranking.offer({ segment, row, bm25, score: relevance({ maxSim: 0, bm25 }, scale) });
  return {
    ranked: ranking.top(),
    passages: [],
    partsOf: (passage) => ({ bm25: lexical.bm25Of(passage) }),
  };
}

/** Documents that are kept: those shown, and those that a cross-encoder may bring up. */
function rankedCount({ k, rerank }: SearchPlan): number {
  return Math.max(k, rerank?.depth ?? 0);
}

/** Ends undefined when time ran out: then nothing later is worth starting. */
async function* runLexical(
  context: ScopedContext,
  plan: SearchPlan,
  updates: UpdateStream,
  { isLast }: { readonly isLast: boolean },
): AsyncGenerator<SearchUpdate, LexicalResult | undefined, void> {
  if (isEmptyQuery(plan.lexical)) return noLexicalResult;
  const { lexicalMs } = plan.stageBudgets;
  const limit = limitStage(context, lexicalMs);
  const work = lexicalStage(limit.context, plan);
  const lexical = yield* limit.endsWith(updates.timed("lexical", work, "lexical"));
  if (lexical === undefined && limit.isOver()) {
    updates.overrun("lexical", lexicalMs);
    return noLexicalResult;
  }
  if (lexical !== undefined)
    updates.offer({
      stage: "lexical",
      ranked: lexical.top,
      settledCount: isLast ? lexical.top.length : 0,
      isExact: lexical.isExact,
      partsOf: (passage) => ({ bm25: lexical.bm25Of(passage) }),
      coverage: {},
    });
  return lexical;
}

function startEncoding(
  context: SearchContext,
  plan: SearchPlan,
  updates: UpdateStream,
): Promise<EncodedQuery | undefined> | undefined {
  const { encodeMs } = plan.stageBudgets;
  const encoding = context.encodeQuery();
  if (encoding === undefined) {
    const { name } = context.settings;
    updates.degrade("NO_QUERY_VECTORS", {
      message: `collection "${name}" has no usable model and the query has no vectors, so only words were compared`,
      stages: vectorStages,
    });
    return undefined;
  }
  const encoded = limitStage(context, encodeMs).within(encoding, () =>
    updates.overrun("candidates", encodeMs),
  );
  return updates.clocked("encode", encoded).catch((error: unknown) => {
    // What the caller got wrong is an error; a model that fails makes the answer poorer.
    if (error instanceof SluiceError && !modelFailures.has(error.reason)) throw error;
    const detail = error instanceof SluiceError ? ` (${error.message})` : "";
    updates.degrade("ENCODER_FAILED", {
      message: `the query could not be encoded, so only words were compared${detail}`,
      stages: vectorStages,
    });
    return undefined;
  });
}

const modelFailures: ReadonlySet<ErrorReason> = new Set(["INTERNAL", "MODEL_INVALID"]);

async function* runVectorStages(
  context: ScopedContext,
  plan: SearchPlan,
  updates: UpdateStream,
  known: { query: EncodedQuery; lexical: LexicalResult },
): AsyncGenerator<SearchUpdate, BaseRanking | undefined, void> {
  const { times } = context;
  if (!updates.fits("candidates", times.expectedMs("candidates"))) {
    times.skipped("candidates");
    return undefined;
  }
  const found = yield* runCandidates(context, plan, updates, known);
  if (found === undefined) return undefined;
  const candidates = underPressure(context, plan, updates, found.fused);
  if (updates.fits("late_interaction", times.expectedMs("late_interaction")))
    return yield* runLateInteraction(context, plan, updates, { ...known, found, candidates });
  times.skipped("late_interaction");
  return undefined;
}

/** Under more pressure than this, fewer candidates are scored: half of them when it is full. */
const pressureMin = 0.25;

/** The candidates that are scored, and said to be fewer when many searches wait. */
function underPressure(
  { pressure }: SearchContext,
  plan: SearchPlan,
  updates: UpdateStream,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const isAsked = plan.exhaustiveBelowPassages === Infinity;
  const share = pressure <= pressureMin || isAsked ? 1 : 1 - pressure / 2;
  const count = Math.max(2 * plan.k, Math.ceil(share * candidates.length));
  if (count >= candidates.length) return candidates;
  updates.degrade("PRESSURE_REDUCED", {
    message: `many searches wait, so ${count} of ${candidates.length} candidates were scored; ask again later`,
    stages: ["late_interaction"],
  });
  return candidates.slice(0, count);
}

async function* runCandidates(
  context: ScopedContext,
  plan: SearchPlan,
  updates: UpdateStream,
  { query, lexical }: { query: EncodedQuery; lexical: LexicalResult },
): AsyncGenerator<SearchUpdate, CandidatesResult | undefined, void> {
  const startMs = context.clock();
  const { candidatesMs } = plan.stageBudgets;
  const limit = limitStage(context, candidatesMs);
  const work = candidatesStage(limit.context, plan, { query: query.sketch, lexical });
  const found = yield* limit.endsWith(updates.timed("candidates", work, "candidates"));
  if (found === undefined && limit.isOver()) {
    updates.overrun("candidates", candidatesMs);
    return { fused: lexical.candidates, sketches: [], sketchOf: () => undefined };
  }
  if (found === undefined) return undefined;
  context.times.note("candidates", context.clock() - startMs);
  const ranking = createRanking(context.generation.segments, plan.k, plan.caps);
  for (const candidate of found.fused) ranking.offer(candidate);
  updates.offer({
    stage: "candidates",
    ranked: ranking.top(),
    partsOf: (passage) => ({ bm25: lexical.bm25Of(passage), sketch: found.sketchOf(passage) }),
    coverage: { sketchScored: context.scope.passageCount },
  });
  return found;
}

interface LateInteractionWork {
  readonly query: EncodedQuery;
  readonly lexical: LexicalResult;
  readonly found: CandidatesResult;
  readonly candidates: readonly Candidate[];
}

async function* runLateInteraction(
  context: ScopedContext,
  plan: SearchPlan,
  updates: UpdateStream,
  { query, lexical, found, candidates }: LateInteractionWork,
): AsyncGenerator<SearchUpdate, BaseRanking | undefined, void> {
  const scale = {
    rowCount: query.tokens.rowCount,
    bm25Top: lexical.bm25Top,
    lexicalWeight: plan.lexicalWeight,
  };
  const ranking = createRanking(context.generation.segments, rankedCount(plan), plan.caps);
  const best = contextPassages(context, plan);
  let scoredCount = 0;
  const { passageCount } = context.scope;
  const isExhaustive = passageCount <= plan.exhaustiveBelowPassages;
  const remaining = createRemainingBound({
    candidates,
    othersCount: isExhaustive ? passageCount - candidates.length : 0,
    lexical,
    lexicalWeight: plan.lexicalWeight,
    query: query.tokens,
    bits: context.settings.bits,
  });
  const partsOf: BaseRanking["partsOf"] = (passage) => ({
    bm25: passage.bm25,
    sketch: found.sketchOf(passage),
    maxsim: passage.maxSim,
  });
  const offer = (): void => {
    const ranked = ranking.top().slice(0, plan.k);
    const intervals = ranked.map(({ key, score }) => ({ key, lower: score, upper: score }));
    // What is still to be re-ranked may go anywhere.
    const outside = plan.rerank === undefined ? remaining.after(scoredCount) : Infinity;
    updates.offer({
      stage: "late_interaction",
      ranked,
      partsOf,
      settledCount: settledCount(intervals, outside),
      coverage: { maxSimScored: scoredCount },
    });
  };
  const startMs = context.clock();
  let hasRanked = false;
  const noteTime = updates.startClock("lateInteraction");
  const { lateInteractionMs } = plan.stageBudgets;
  const limit = limitStage(context, lateInteractionMs);
  const batches = lateInteractionBatches(limit.context, plan, {
    query: query.tokens,
    candidates,
    bm25: lexical.work,
    isExhaustive,
  });
  try {
    for (const promise of batches) {
      const batch = yield* updates.timed(undefined, promise, "late_interaction");
      noteTime();
      if (batch === undefined) {
        if (!limit.isOver()) return undefined;
        updates.overrun("late_interaction", lateInteractionMs);
        break;
      }
      for (const message of batch.damages)
        updates.degrade("CORRUPT_PASSAGES", { message, stages: ["late_interaction"] });
      rankBatch(batch, { ranking, best, scale, minScore: plan.minScore });
      scoredCount += batch.passages.length;
      // A ranking of a few of the candidates only would be poorer than the one before it.
      if (scoredCount < Math.min(candidates.length, 2 * plan.k)) continue;
      if (!hasRanked) context.times.note("late_interaction", context.clock() - startMs);
      hasRanked = true;
      offer();
    }
  } finally {
    limit.end();
  }
  return !hasRanked ? undefined : { ranked: ranking.top(), passages: best?.top() ?? [], partsOf };
}

/** Where to keep what a context may be made of; undefined: none is asked for. */
function contextPassages(
  { generation }: ScopedContext,
  { k, context }: SearchPlan,
): BestPassages | undefined {
  return context && createBestPassages(generation.segments, passagesPerHit * k);
}

/** Passages that are kept for a context, for each hit that is shown. */
const passagesPerHit = 8;

function rankBatch(
  { passages, scores, bm25: [bm25Scores] }: ScoredBatch,
  { ranking, best, scale, minScore }: RankBatchOptions,
): void {
  for (const [i, { segment, row }] of passages.entries()) {
    const maxSim = scores[i] ?? 0;
    // Damaged, and said so.
    if (Number.isNaN(maxSim)) continue;
    const bm25 = bm25Scores?.[i] ?? 0;
    const score = relevance({ maxSim, bm25 }, scale);
    if (minScore !== undefined && score < minScore) continue;
    ranking.offer({ segment, row, score, maxSim, bm25 });
    best?.offer({ segment, row, score });
  }
}

interface RankBatchOptions {
  readonly ranking: Ranking;
  readonly best: BestPassages | undefined;
  readonly scale: Parameters<typeof relevance>[1];
  readonly minScore: number | undefined;
}
