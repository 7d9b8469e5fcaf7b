// The engine behind the network edge: finds the collection, admits the search, runs it, cleans up.

import { isDeepStrictEqual } from "node:util";

import { createAnalyzer } from "../analysis/analyzer.js";
import { createCodec } from "../codec/codec.js";
import type { Codec, EncodedQuery } from "../codec/codec.js";
import { givenRowCountMax, toTokenMatrix } from "../codec/given-vectors.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { createSoftDeadline, limitAge } from "../core/soft-deadline.js";
import { deleteDocuments, putDocument } from "../ingest/ingest.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Kernels } from "../kernels/kernels.js";
import type { EngineApi, StoredDocument } from "../rpc/ports.js";
import type { Scorer } from "../scoring/scorer.js";
import type { Admission } from "../search/admission.js";
import { planSearch } from "../search/plan.js";
import type { SearchDefaults } from "../search/plan.js";
import type { SearchRequest } from "../search/request.js";
import { search } from "../search/search.js";
import type { SearchOptions } from "../search/stream-search.js";
import type { SearchUpdate } from "../search/update.js";
import type { DocumentRecord } from "../store/stored-values.js";
import { deleteByFilter } from "./delete-by-filter.js";
import { describe } from "./describe.js";
import type { Collections, OpenCollection } from "./collections.js";
import { settingsFor } from "./create-settings.js";
import { checkFingerprint } from "./encode-pool.js";
import type { EncodePool } from "./encode-pool.js";
import type { Snapshots } from "./snapshots.js";
import type { Models } from "./models.js";
import { optimize } from "./optimize.js";

export interface EngineParts {
  readonly collections: Collections;
  readonly snapshots: Snapshots;
  readonly models: Models;
  readonly scorer: Scorer;
  readonly encodePool: EncodePool;
  readonly kernels: Kernels;
  readonly clock: Clock;
  readonly defaults: SearchDefaults;
  /** Model of collections that name none. */
  readonly defaultModel: string;
  /** Time after which a search lets its generation go and answers with what it has. */
  readonly generationAgeMaxMs?: number | undefined;
  readonly admission: Admission;
  readonly isReady: () => boolean;
}

export function createEngine(parts: EngineParts): EngineApi {
  const { collections, encodePool, snapshots } = parts;
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

  async function* runSearch(
    request: SearchRequest,
    options: SearchOptions,
  ): AsyncGenerator<SearchUpdate, void, void> {
    const { clock, defaults } = parts;
    const startMs = clock();
    const opened = collections.get(request.collection);
    const deadline = createSoftDeadline(clock, {
      budgetMs: request.budgetMs,
      deadlineMs: options.deadlineMs,
    });
    const admitted = parts.admission.enter();
    const running = track(opened, options.signal);
    try {
      const { settings } = opened.collection;
      const analyzer = analyzers[settings.analyzer];
      // Bad requests are refused before anything is waited for.
      const plan = planSearch(request, { defaults, analyzer });
      await waitForWrite(opened, request, { signal: running.signal, deadline });
      await admitted.turn({
        priority: request.priority ?? "normal",
        client: options.client ?? "",
        signal: running.signal,
        remainingMs: deadline.remainingMs(),
      });
      const { generation } = opened.collection;
      generation.acquire();
      const limited = limitAge(deadline, { clock, ageMaxMs: parts.generationAgeMaxMs });
      const flag = createCancelFlag(running.signal);
      try {
        yield* search(
          {
            settings,
            generation,
            scorer: parts.scorer,
            clock,
            signal: running.signal,
            deadline: limited,
            cancel: flag.shared,
            queuedMs: clock() - startMs,
            encodeQuery: () =>
              encodeQuery({ ...parts, codecOf }, opened, {
                ...{ text: plan.lexical.plainText, vectors: request.vectors },
                cancel: flag.shared,
              }),
          },
          plan,
        );
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
    search: runSearch,
    put: (name, document) => {
      const { collection, writer } = collections.get(name);
      return putDocument({ collection, writer, preparer: encodePool }, document);
    },
    delete: (name, keys) => deleteDocuments(collections.get(name), keys),
    deleteWhere: (name, filter, { signal }) =>
      deleteByFilter(collections.get(name), filter, { scorer: parts.scorer, signal }),
    get: (name, keys) => {
      const { documents } = collections.get(name).collection.generation;
      return keys.map((key) => {
        const record = documents.readDocument(key);
        return record && toStored(key, record);
      });
    },
    list: (name, { pageSize, afterKey }) => {
      const { documents } = collections.get(name).collection.generation;
      const found = documents.listDocuments({ afterKey, countMax: pageSize + 1 });
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      return {
        documents: page.map(([key, record]) => toStored(key, record)),
        ...(found.length > pageSize && last !== undefined ? { nextAfterKey: last[0] } : {}),
      };
    },
    createCollection: async (request) => {
      const settings = await settingsFor(request, parts);
      const known = collections.list().find(({ collection }) => {
        return collection.settings.name === request.name;
      })?.collection.settings;
      if (known !== undefined && request.ifNotExists) {
        if (isDeepStrictEqual(known, settings)) return known;
        throw new SluiceError(
          "COLLECTION_EXISTS",
          `collection "${known.name}" exists with other settings: ${JSON.stringify(known)}`,
        );
      }
      return (await collections.create(settings)).collection.settings;
    },
    dropCollection: (name) => collections.drop(name),
    listCollections: () => collections.list().map((opened) => describe(opened, parts.kernels)),
    optimize: (name, options) => optimize(collections.get(name).writer, options),
    async *snapshot(name, snapshotName) {
      const result = yield* snapshots.take(collections.get(name), snapshotName);
      yield { step: "done", done: result.bytes, total: result.bytes, result };
    },
    async *restore(snapshotName, name) {
      const opened = yield* snapshots.restore(snapshotName, name);
      const { modelName } = opened.collection.settings;
      // Without it the collection is searched by words only, as after a start without the model.
      if (modelName !== undefined) await parts.models.open(modelName).catch(() => undefined);
      yield { step: "done", done: 0, total: 0, result: describe(opened, parts.kernels) };
    },
    listSnapshots: () => snapshots.list(),
    deleteSnapshot: (snapshotName) => snapshots.remove(snapshotName),
    describeCollection: (name) => describe(collections.get(name), parts.kernels),
    isReady: parts.isReady,
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
  parts: EngineParts & { readonly codecOf: (settings: CollectionSettings) => Codec },
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

function toStored(key: string, record: DocumentRecord): StoredDocument {
  const { title, text, fields, sequence, spans } = record;
  return { key, title, text, fields, sequence, passageCount: spans.length };
}
