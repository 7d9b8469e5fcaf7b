// Searches and explanations: their turn, their deadline, and the generation that they hold.

import { createAnalyzer } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/analyzer.js";
import { analyzerSettingsOf } from "../analysis/settings.js";
import { createCodec } from "../codec/codec.js";
import type { Codec, EncodedQuery } from "../codec/codec.js";
import { fuseQueries } from "../codec/fuse-queries.js";
import { givenRowCountMax, toTokenMatrix } from "../codec/given-vectors.js";
import { present } from "../core/assert.js";
import type { LruCache } from "../core/lru-cache.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { createSoftDeadline, limitAge } from "../core/soft-deadline.js";
import { endlessRoom } from "../core/unread-answers.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type { Phrasing, Priority, SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Kernels } from "../kernels/kernels.js";
import type { EngineApi } from "./api.js";
import type { Scorer } from "../scoring/scorer.js";
import type { Admission, AdmittedSearch } from "../search/admission.js";
import { withAnswerCache } from "../search/answer-cache.js";
import type { AnswerCache } from "../search/answer-cache.js";
import { measureDepths } from "../search/measure-recall.js";
import type { SampleDepths } from "../search/measure-recall.js";
import { planSearch } from "../search/plan.js";
import type { SearchDefaults, SearchPlan } from "../search/plan.js";
import { checkProbabilityThreshold } from "../search/probabilities.js";
import type { FindReranker } from "../search/reranker.js";
import type { SearchContext, SearchReader } from "../search/search-context.js";
import { search } from "../search/search.js";
import { createStageTimes } from "../search/stage-times.js";
import type { StageTimes } from "../search/stage-times.js";
import type { SearchOptions } from "../search/stream-search.js";
import { calibrateRecall, measuringGently } from "./calibrate.js";
import type { CalibrationParts } from "./calibrate.js";
import type { Collections } from "./collections.js";
import type { OpenCollection } from "./open-collection.js";
import { checkFingerprint } from "../encoding/encode-pool.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import { explainPassage } from "./explain.js";
import { knownRecall } from "./known-recall.js";
import type { Models } from "./models.js";
import { createSampler } from "./sample-queries.js";
import { findReranker } from "./rerankers.js";
import type { PairCache, RemoteRerankers } from "./rerankers.js";

export interface SearchParts {
  readonly collections: Collections;
  readonly models: Models;
  readonly scorer: Scorer;
  readonly encodePool: EncodePool;
  readonly kernels: Kernels;
  readonly clock: Clock;
  readonly defaults: SearchDefaults;
  /** Time after which a search lets its generation go and answers with what it has. */
  readonly generationAgeMaxMs?: number | undefined;
  readonly admission: Admission;
  readonly caches: SearchCaches;
  readonly remoteRerankers?: RemoteRerankers | undefined;
  readonly onRecallStale?: ((message: string) => void) | undefined;
  /** Model of collections that name none. */
  readonly defaultModel: string;
}

export interface SearchCaches {
  /** Token rows of texts, by collection and text. */
  readonly rows: LruCache<EncodedQuery>;
  readonly answers: AnswerCache;
  readonly pairs: PairCache;
}

/** A search whose turn it is. */
interface Running {
  readonly opened: OpenCollection;
  readonly plan: SearchPlan;
  readonly context: SearchContext;
}

export function createSearches(
  parts: SearchParts,
): Pick<EngineApi, "search" | "explain" | "calibrate"> {
  const { collections, clock } = parts;
  const planFor = createPlanner(parts);
  // A codec's rotation factors are drawn from the seed: once a collection, not once a search.
  const codecs = new WeakMap<CollectionSettings, Codec>();
  const codecOf = (settings: CollectionSettings): Codec => {
    let codec = codecs.get(settings);
    if (codec === undefined) codecs.set(settings, (codec = createCodec(settings, parts.kernels)));
    return codec;
  };

  const stageTimes = new WeakMap<CollectionSettings, StageTimes>();
  const timesOf = (settings: CollectionSettings): StageTimes => {
    let times = stageTimes.get(settings);
    if (times === undefined) stageTimes.set(settings, (times = createStageTimes()));
    return times;
  };

  /** Waits for the turn; holds the present generation until `work` has ended. */
  async function* inTurn<T>(
    collection: string,
    asked: SearchRequest,
    options: SearchOptions,
    work: (running: Running) => AsyncGenerator<T, void, void>,
  ): AsyncGenerator<T, void, void> {
    const startMs = clock();
    collections.check(collection);
    const { budgetMs, priority = "normal" } = asked;
    const { deadlineMs, peer = "", client = "", reader = endlessRoom } = options;
    const deadline = createSoftDeadline(clock, { budgetMs, deadlineMs });
    const admitted = parts.admission.enter(peer);
    let use: TrackedUse | undefined;
    try {
      const waitMs = deadline.remainingMs();
      use = await trackedUse(collections, collection, { signal: options.signal, waitMs });
      const { opened, signal } = use;
      // Bad requests are refused before anything is waited for.
      const refusable = planFor(opened, asked);
      const { scoreMaps } = opened.collection;
      checkProbabilityThreshold(scoreMaps, refusable);
      const counting = await openTokenizer(parts, opened.collection.settings, refusable);
      await waitForWrite(opened, asked, { signal, deadline });
      const waiting = { priority, peer, client, signal };
      await admitted.turn({ ...waiting, remainingMs: deadline.remainingMs() });
      const { generation, settings } = opened.collection;
      // Terms may have been made anew meanwhile, by another version of the analyzer.
      const plan = planFor(opened, asked);
      generation.acquire();
      const flag = createCancelFlag(signal);
      const cancel = flag.shared;
      try {
        const context = {
          settings,
          generation,
          scoreMaps,
          clock,
          signal,
          cancel,
          scorer: shareOf(parts.scorer, parts.admission),
          times: timesOf(settings),
          pressure: pressureOn(priority, parts.admission),
          deadline: limitAge(deadline, { clock, ageMaxMs: parts.generationAgeMaxMs }),
          queuedMs: clock() - startMs,
          reader: readerInTurn(reader, admitted, signal),
          countTokens: countingTokens(parts, counting),
          findReranker: findingReranker(parts),
          encodeQuery: () =>
            encodeQuery({ ...parts, codecOf }, opened, { phrasings: plan.phrasings, cancel }),
        };
        yield* work({ opened, plan, context });
      } finally {
        flag.raise();
        generation.release();
      }
    } finally {
      admitted.leave();
      use?.end();
    }
  }

  const measure = async (asked: SearchRequest, signal: AbortSignal): Promise<SampleDepths> => {
    const work = inTurn(asked.collection, asked, { signal }, async function* ({ plan, context }) {
      yield await measureDepths(...measuringGently(context, plan));
    });
    for await (const depths of work) return depths;
    throw new SluiceError("INTERNAL", "a sample ended without a word");
  };

  return {
    search: (request, options): AsyncGenerator<SearchUpdate, void, void> =>
      inTurn(request.collection, request, options, (running) =>
        withAnswerCache(parts.caches.answers, running, search),
      ),
    async explain(request, options) {
      const payload = { mode: "every_update", title: false, text: false, fields: false } as const;
      const asked = { ...request, exhaustive: false, payload };
      const work = inTurn(request.collection, asked, options, async function* (running) {
        const { opened, plan, context } = running;
        const hasModel = parts.models.of(opened.collection.settings) !== undefined;
        yield await explainPassage(
          { context, plan, request },
          { collection: opened.collection, encodePool: parts.encodePool, hasModel },
        );
      });
      for await (const explained of work) return explained;
      throw new SluiceError("INTERNAL", "an explanation ended without a word");
    },
    calibrate: (name, options) =>
      calibrateRecall({ ...parts, measure, drawSample: sampler(parts) }, name, options),
  };
}

/** Plans searches by the collection's analyzer: one of each kind, with the words that it remembers. */
function createPlanner({
  defaults,
  onRecallStale,
}: SearchParts): (opened: OpenCollection, asked: SearchRequest) => SearchPlan {
  const analyzers = new Map<string, Analyzer>();
  return ({ collection }, asked) => {
    const words = analyzerSettingsOf(collection.settings);
    const key = JSON.stringify(words);
    let analyzer = analyzers.get(key);
    if (analyzer === undefined) analyzers.set(key, (analyzer = createAnalyzer(words)));
    return planSearch(asked, {
      defaults,
      analyzer,
      recall: knownRecall(collection, onRecallStale),
    });
  };
}

/** The model whose tokens a context counts; asked for in vain when there is to be none. */
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

function countingTokens(
  { encodePool }: SearchParts,
  model: () => OpenedModel,
): SearchContext["countTokens"] {
  return (texts) => encodePool.countTokens(texts, model());
}

function sampler({ models, kernels, scorer }: SearchParts): CalibrationParts["drawSample"] {
  return ({ collection }) => {
    const hasModel = models.of(collection.settings) !== undefined;
    return createSampler({ collection, hasModel }, { kernels, scorer });
  };
}

/**
 * Threads are divided among the searches at work: what one alone is cut into for speed would, when
 * every thread is busy anyway, only be more messages between threads.
 */
function shareOf(scorer: Scorer, admission: Admission): Scorer {
  return {
    ...scorer,
    // Asked anew by each stage: others begin and end meanwhile.
    get parallelism() {
      return Math.max(1, Math.floor(scorer.parallelism / Math.max(1, admission.state().atWork)));
    },
  };
}

function findingReranker(parts: SearchParts): FindReranker {
  return (name) => findReranker(name, { ...parts, pairs: parts.caches.pairs });
}

/** Gives the turn back before it waits for a reader. */
function readerInTurn(
  reader: ReaderRoom,
  admitted: AdmittedSearch,
  signal: AbortSignal,
): SearchReader {
  return {
    hasRoom: () => reader.hasRoom(),
    async untilRoom() {
      if (reader.hasRoom()) return;
      admitted.leave();
      await reader.whenRoom(signal);
    },
  };
}

/** Batches give way first; what is urgent, never. */
function pressureOn(priority: Priority, admission: Admission): number {
  const { pressure } = admission.state();
  return priority === "high" ? 0 : priority === "low" ? Math.min(1, 2 * pressure) : pressure;
}

interface TrackedUse {
  readonly opened: OpenCollection;
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/** Opens the collection if need be; enters the search among its own, so that a drop can end it. */
async function trackedUse(
  collections: Collections,
  name: string,
  wait: { readonly signal: AbortSignal; readonly waitMs: number },
): Promise<TrackedUse> {
  const { opened, release } = await collections.acquire(name, wait);
  const controller = new AbortController();
  let finish = (): void => undefined;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  opened.searches.set(controller, ended);
  const abort = (): void => controller.abort(wait.signal.reason);
  if (wait.signal.aborted) abort();
  wait.signal.addEventListener("abort", abort, { once: true });
  return {
    opened,
    signal: controller.signal,
    end() {
      wait.signal.removeEventListener("abort", abort);
      opened.searches.delete(controller);
      finish();
      release();
    },
  };
}

async function waitForWrite(
  opened: OpenCollection,
  request: SearchRequest,
  { signal, deadline }: { signal: AbortSignal; deadline: { remainingMs(): number } },
): Promise<void> {
  const { minSequence } = request;
  if (minSequence === undefined) return;
  const timeout = new AbortController();
  const remainingMs = deadline.remainingMs();
  const timer =
    remainingMs === Infinity
      ? undefined
      : setTimeout(() => {
          const { lastSequence } = opened.collection.generation;
          const message = `write ${minSequence} is not visible yet, the last visible one is ${lastSequence}`;
          timeout.abort(new SluiceError("DEADLINE_EXCEEDED", message));
        }, remainingMs);
  try {
    await opened.writer.waitForSequence(minSequence, AbortSignal.any([signal, timeout.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** All phrasings as one query; undefined: one of them has neither rows nor a model to make them. */
function encodeQuery(
  parts: SearchParts & { readonly codecOf: (settings: CollectionSettings) => Codec },
  opened: OpenCollection,
  { phrasings, cancel }: { phrasings: readonly Phrasing[]; cancel: SharedArrayBuffer },
): Promise<EncodedQuery> | undefined {
  const encodings: Promise<EncodedQuery>[] = [];
  for (const [i, phrasing] of phrasings.entries()) {
    const field = `${i === 0 ? "query" : `other_queries[${i - 1}]`}.vectors`;
    const encoding = encodePhrasing(parts, opened, { ...phrasing, field, cancel });
    if (encoding === undefined) {
      for (const started of encodings) started.catch(() => undefined);
      return undefined;
    }
    encodings.push(encoding);
  }
  return Promise.all(encodings).then(fuseQueries);
}

/** Query rows from given vectors here, from text in an encoding worker; undefined: neither. */
function encodePhrasing(
  parts: SearchParts & { readonly codecOf: (settings: CollectionSettings) => Codec },
  { collection }: OpenCollection,
  query: Phrasing & { readonly field: string; readonly cancel: SharedArrayBuffer },
): Promise<EncodedQuery> | undefined {
  const { settings } = collection;
  const { vectors, text, field, cancel } = query;
  if (vectors !== undefined) {
    // A few rows: the way to a worker and back would cost more than the work.
    return Promise.resolve().then(() => {
      checkFingerprint(vectors.modelFingerprint, settings.modelFingerprint);
      const rowCountMax = givenRowCountMax.query;
      const rows = toTokenMatrix(vectors, { dim: settings.dim, rowCountMax, field });
      return parts.codecOf(settings).encodeQuery(rows);
    });
  }
  if (parts.models.of(settings) === undefined) return undefined;
  const { rows } = parts.caches;
  const key = `${collection.store.folder} ${text}`;
  const known = rows.get(key);
  if (known !== undefined) return Promise.resolve(known);
  return parts.encodePool.encodeQuery(text, collection, cancel).then((encoded) => {
    rows.set(
      key,
      encoded,
      2 * key.length + encoded.tokens.rows.length + encoded.sketch.rows.length,
    );
    return encoded;
  });
}
