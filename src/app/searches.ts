// Searches and explanations: their turn, their deadline, and the generation that they hold.

import { createAnalyzer } from "../analysis/analyzer.js";
import { createCodec } from "../codec/codec.js";
import type { Codec, EncodedQuery } from "../codec/codec.js";
import { givenRowCountMax, toTokenMatrix } from "../codec/given-vectors.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { createSoftDeadline, limitAge } from "../core/soft-deadline.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Kernels } from "../kernels/kernels.js";
import type { EngineApi } from "../rpc/ports.js";
import type { Scorer } from "../scoring/scorer.js";
import type { Admission } from "../search/admission.js";
import { planSearch } from "../search/plan.js";
import type { SearchDefaults, SearchPlan } from "../search/plan.js";
import type { SearchRequest } from "../search/request.js";
import type { SearchContext } from "../search/search-context.js";
import { search } from "../search/search.js";
import type { SearchOptions } from "../search/stream-search.js";
import type { SearchUpdate } from "../search/update.js";
import type { Collections, OpenCollection } from "./collections.js";
import { checkFingerprint } from "./encode-pool.js";
import type { EncodePool } from "./encode-pool.js";
import { explainPassage } from "./explain.js";
import type { Models } from "./models.js";

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
}

/** A search whose turn it is. */
interface Running {
  readonly opened: OpenCollection;
  readonly plan: SearchPlan;
  readonly context: SearchContext;
}

type Asked = Pick<SearchRequest, "budgetMs" | "minSequence" | "priority" | "vectors"> &
  Parameters<typeof planSearch>[0];

export function createSearches(parts: SearchParts): Pick<EngineApi, "search" | "explain"> {
  const { collections, clock } = parts;
  const analyzers = {
    english: createAnalyzer("english"),
    unicode: createAnalyzer("unicode"),
  };
  // A codec's rotation factors are drawn from the seed: once a collection, not once a search.
  const codecs = new WeakMap<CollectionSettings, Codec>();
  const codecOf = (settings: CollectionSettings): Codec => {
    let codec = codecs.get(settings);
    if (codec === undefined) codecs.set(settings, (codec = createCodec(settings, parts.kernels)));
    return codec;
  };

  /** Waits for the turn; holds the present generation until `work` has ended. */
  async function* inTurn<T>(
    collection: string,
    asked: Asked,
    options: SearchOptions,
    work: (running: Running) => AsyncGenerator<T, void, void>,
  ): AsyncGenerator<T, void, void> {
    const startMs = clock();
    const opened = collections.get(collection);
    const deadline = createSoftDeadline(clock, {
      budgetMs: asked.budgetMs,
      deadlineMs: options.deadlineMs,
    });
    const admitted = parts.admission.enter();
    const running = track(opened, options.signal);
    const { signal } = running;
    try {
      const { settings } = opened.collection;
      const analyzer = analyzers[settings.analyzer];
      // Bad requests are refused before anything is waited for.
      const plan = planSearch(asked, { defaults: parts.defaults, analyzer });
      await waitForWrite(opened, asked, { signal, deadline });
      await admitted.turn({
        priority: asked.priority ?? "normal",
        client: options.client ?? "",
        signal,
        remainingMs: deadline.remainingMs(),
      });
      const { generation } = opened.collection;
      generation.acquire();
      const flag = createCancelFlag(signal);
      try {
        const context = {
          ...{ settings, generation, clock, signal, scorer: parts.scorer, cancel: flag.shared },
          deadline: limitAge(deadline, { clock, ageMaxMs: parts.generationAgeMaxMs }),
          queuedMs: clock() - startMs,
          encodeQuery: () =>
            encodeQuery({ ...parts, codecOf }, opened, {
              ...{ text: plan.lexical.plainText, vectors: asked.vectors, cancel: flag.shared },
            }),
        };
        yield* work({ opened, plan, context });
      } finally {
        flag.raise();
        generation.release();
      }
    } finally {
      admitted.leave();
      running.end();
    }
  }

  return {
    search: (request, options): AsyncGenerator<SearchUpdate, void, void> =>
      inTurn(request.collection, request, options, ({ context, plan }) => search(context, plan)),
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
  };
}

/** Enters the search among the collection's, so that a drop can end it and wait for it. */
function track(
  opened: OpenCollection,
  callerSignal: AbortSignal,
): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  let finish = (): void => undefined;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  opened.searches.set(controller, ended);
  const abort = (): void => controller.abort(callerSignal.reason);
  if (callerSignal.aborted) abort();
  callerSignal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    end() {
      callerSignal.removeEventListener("abort", abort);
      opened.searches.delete(controller);
      finish();
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

/** Query rows from given vectors here, from text in an encoding worker; undefined: neither. */
function encodeQuery(
  parts: SearchParts & { readonly codecOf: (settings: CollectionSettings) => Codec },
  { collection }: OpenCollection,
  query: Pick<SearchRequest, "text" | "vectors"> & { readonly cancel: SharedArrayBuffer },
): Promise<EncodedQuery> | undefined {
  const { settings } = collection;
  const { vectors, text, cancel } = query;
  if (vectors !== undefined) {
    // A few rows: the way to a worker and back would cost more than the work.
    return Promise.resolve().then(() => {
      checkFingerprint(vectors.modelFingerprint, settings.modelFingerprint);
      const rowCountMax = givenRowCountMax.query;
      const field = "query.vectors";
      const rows = toTokenMatrix(vectors, { dim: settings.dim, rowCountMax, field });
      return parts.codecOf(settings).encodeQuery(rows);
    });
  }
  if (parts.models.of(settings) === undefined) return undefined;
  return parts.encodePool.encodeQuery(text, collection, cancel);
}
