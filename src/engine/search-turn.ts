// The turn of a search: what it waits for before it begins, and what it holds until it has ended.

import { createAnalyzers, loadLanguage } from "../analysis/analyzer.js";
import { analyzerSettingsOf } from "../analysis/settings.js";
import { present } from "../core/assert.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import { SluiceError } from "../core/errors.js";
import { memoize } from "../core/memoize.js";
import { createSoftDeadline, limitAge } from "../core/soft-deadline.js";
import type { SoftDeadline } from "../core/soft-deadline.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Scorer } from "../scoring/scorer.js";
import type { AdmittedSearch, Admission } from "../search/admission.js";
import { planSearch } from "../search/plan.js";
import type { SearchPlan } from "../search/plan.js";
import { checkProbabilityThreshold } from "../search/probabilities.js";
import type { Priority, SearchRequest } from "../contract/search-request.js";
import { createRerankTurns } from "../search/rerank-turns.js";
import type { RerankTurn, RerankTurns } from "../search/rerank-turns.js";
import type { SearchDeps } from "../search/search-deps.js";
import { createStageTimes } from "../search/stage-times.js";
import type { StageTimes } from "../search/stage-times.js";
import type { SearchCall } from "./api.js";
import { createQueryEncoder } from "./encode-query.js";
import { knownRecall } from "./calibration-state.js";
import { holdOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";
import { findReranker } from "./rerankers.js";
import type { SearchParts } from "./search-parts.js";

/** A search whose turn it is. */
export interface SearchTurn {
  readonly opened: OpenCollection;
  readonly plan: SearchPlan;
  readonly deps: SearchDeps;
  /** Gives the turn to others early; the generation stays held. Idempotent. */
  leave(): void;
}

/** Waits for the turn of a search; holds the present generation until `work` has ended. */
export type TakeTurn = <T>(
  asked: SearchRequest,
  call: SearchCall,
  work: (turn: SearchTurn) => Promise<T>,
) => Promise<T>;

export function createTurns(parts: SearchParts): TakeTurn {
  const { collections, clock, admission, encodePool, caches } = parts;
  const planFor = createPlanner(parts);
  const timesOf = memoize<CollectionSettings, StageTimes>(createStageTimes);
  const encodeQuery = createQueryEncoder({ ...parts, cache: caches.rows });
  const rerankers = { ...parts, pairs: caches.pairs };
  const rerankTurns = createRerankTurns(encodePool.parallelism);

  return async (asked, call, work) => {
    const startMs = clock();
    collections.check(asked.collection);
    const { budgetMs, priority = "normal" } = asked;
    const { deadlineMs, peer = "", client = "" } = call;
    const deadline = createSoftDeadline(clock, { budgetMs, deadlineMs });
    const admitted = admission.enter(peer);
    let use: CollectionUse | undefined;
    try {
      use = await useCollection(parts, asked.collection, { call, deadline });
      const { opened, signal } = use;
      // Bad requests are refused before anything is waited for.
      const refusable = planFor(opened, asked, call);
      const tokenizer = await openTokenizer(parts, opened.collection.settings, refusable);
      await waitForWrite(opened, asked, { signal, deadline });
      await admitted.turn({ priority, peer, client, signal, remainingMs: deadline.remainingMs() });
      const { generation, settings, scoreMaps, store } = opened.collection;
      // Terms may have been made anew meanwhile, by another version of the analyzer.
      const plan = planFor(opened, asked, call);
      generation.acquire();
      const flag = createCancelFlag(signal);
      try {
        const deps: SearchDeps = {
          settings,
          generation,
          scoreMaps,
          clock,
          signal,
          cancel: flag.shared,
          scorer: shareOf(parts.scorer, admission),
          times: timesOf(settings),
          pressure: pressureOn(priority, admission),
          deadline: limitAge(deadline, { clock, ageMaxMs: parts.generationAgeMaxMs }),
          queuedMs: clock() - startMs,
          span: call.span,
          countTokens: (texts) => encodePool.countTokens(texts, tokenizer()),
          findReranker: (name) => findReranker(name, rerankers),
          beginReranking: () => beginReranking(admitted, rerankTurns),
          encodeQuery: () => encodeQuery({ settings, store }, plan.variants, flag.shared),
        };
        call.onTurn?.({ plan, generation });
        return await work({ opened, plan, deps, leave: () => admitted.leave() });
      } finally {
        flag.raise();
        generation.release();
      }
    } finally {
      admitted.leave();
      use?.end();
    }
  };
}

/** The cross-encoder has threads of its own, so the turn is given to searches that wait. */
function beginReranking(admitted: AdmittedSearch, turns: RerankTurns): RerankTurn {
  admitted.leave();
  return turns.begin();
}

/**
 * Plans searches by the collection's analyzer: one of each kind, with the words that it remembers.
 */
function createPlanner({
  defaults,
  onRecallStale,
}: SearchParts): (opened: OpenCollection, asked: SearchRequest, call: SearchCall) => SearchPlan {
  const analyzerOf = createAnalyzers();
  return ({ collection }, asked, { isRestricted }) => {
    const analyzer = analyzerOf(analyzerSettingsOf(collection.settings));
    const recall = knownRecall(collection, onRecallStale);
    const hasRefinePlane = collection.settings.refineBits !== undefined;
    const by = { defaults, analyzer, recall, isRestricted, hasRefinePlane };
    const plan = planSearch(asked, by);
    checkProbabilityThreshold(collection.scoreMaps, plan);
    return plan;
  };
}

/** The model whose tokens a context counts; fails when it is called for a search without one. */
async function openTokenizer(
  { models, defaultModel }: SearchParts,
  settings: CollectionSettings,
  { context }: SearchPlan,
): Promise<() => OpenedModel> {
  const asked = context?.tokenizer ?? "";
  const own = asked === "" ? models.of(settings) : undefined;
  const model = context && (own ?? (await models.open(asked === "" ? defaultModel : asked)));
  return () => present(model, "tokens are counted for a context");
}

/**
 * Threads are divided among the searches in flight: splitting one search into more tasks than its
 * share of the threads would only add messages between threads.
 */
function shareOf(scorer: Scorer, admission: Admission): Scorer {
  return {
    ...scorer,
    // Read again by each stage: other searches begin and end meanwhile.
    get parallelism() {
      return Math.max(1, Math.floor(scorer.parallelism / Math.max(1, admission.state().atWork)));
    },
  };
}

/** Searches of low priority give way first, those of high priority never. */
function pressureOn(priority: Priority, admission: Admission): number {
  const { pressure } = admission.state();
  return priority === "high" ? 0 : priority === "low" ? Math.min(1, 2 * pressure) : pressure;
}

interface CollectionUse {
  readonly opened: OpenCollection;
  /** Aborts with the caller's signal, and when the collection is dropped or closed. */
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/**
 * Opens the collection if need be, and loads its language; enters the search among its own, so that
 * a drop can end it.
 */
async function useCollection(
  { collections }: SearchParts,
  name: string,
  { call: { signal }, deadline }: { readonly call: SearchCall; readonly deadline: SoftDeadline },
): Promise<CollectionUse> {
  const waitMs = deadline.remainingMs();
  const { opened, release } = await collections.acquire(name, { signal, waitMs });
  try {
    await loadLanguage(opened.collection.settings);
  } catch (error) {
    release();
    throw error;
  }
  const hold = holdOpen(opened, signal);
  return {
    opened,
    signal: hold.signal,
    end() {
      hold.end();
      release();
    },
  };
}

async function waitForWrite(
  opened: OpenCollection,
  { minSequence }: SearchRequest,
  { signal, deadline }: { readonly signal: AbortSignal; readonly deadline: SoftDeadline },
): Promise<void> {
  if (minSequence === undefined) return;
  const timeout = new AbortController();
  const remainingMs = deadline.remainingMs();
  const expire = (): void => {
    const { lastSequence } = opened.collection.generation;
    const message = `write ${minSequence} is not visible yet, the last visible one is ${lastSequence}`;
    timeout.abort(new SluiceError("DEADLINE_EXCEEDED", message));
  };
  const timer = remainingMs === Infinity ? undefined : setTimeout(expire, remainingMs);
  try {
    await opened.writer.waitForSequence(minSequence, AbortSignal.any([signal, timeout.signal]));
  } finally {
    clearTimeout(timer);
  }
}
