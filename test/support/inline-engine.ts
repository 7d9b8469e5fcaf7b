// The real engine in the calling thread: real store and kernels, serial versions of the pools.

import { analyzerSettingsOf } from "../../src/analysis/settings.js";
import { createEncodeLoop } from "../../src/encoding/encode-loop.js";
import { checkFingerprint } from "../../src/encoding/encode-pool.js";
import { codecOf } from "../../src/encoding/precomputed-batches.js";
import type { EncodePool } from "../../src/encoding/encode-pool.js";
import { openCollections } from "../../src/engine/collections.js";
import type { CollectionLimits, Collections } from "../../src/engine/collections.js";
import { Backups } from "../../src/engine/backups.js";
import { createEngine } from "../../src/engine/engine.js";
import type { EngineParts } from "../../src/engine/engine.js";
import { inspect } from "../../src/engine/inspect.js";
import { createOperations } from "../../src/engine/operations.js";
import { createSlowSearchMemory } from "../../src/engine/slow-search.js";
import { Snapshots } from "../../src/engine/snapshots.js";
import type { SearchCaches } from "../../src/engine/search-parts.js";
import type { RemoteRerankers } from "../../src/engine/rerankers.js";
import { createModels } from "../../src/engine/models.js";
import { toCounts, toPassage, toRelevances, toRows } from "../../src/encoding/encode.protocol.js";
import type { EncodeAnswer, EncodeTask } from "../../src/encoding/encode.protocol.js";
import type { Clock } from "../../src/core/clock.js";
import { createLruCache } from "../../src/core/lru-cache.js";
import { SluiceError } from "../../src/core/errors.js";
import type { CollectionSettings } from "../../src/index/collection-settings.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import type { EngineApi } from "../../src/engine/api.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { createAdmission } from "../../src/search/admission.js";
import type { Admission } from "../../src/search/admission.js";
import type { SearchDefaults } from "../../src/search/plan.js";
import { openDataFolder } from "../../src/store/data-folder.js";
import type { DataFolder } from "../../src/store/data-folder.js";
import { repositoryRoot } from "../../src/core/paths.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { collectionLimits } from "./collections.js";

export interface InlineEngine {
  readonly api: EngineApi;
  readonly collections: Collections;
  readonly caches: SearchCaches;
  close(): Promise<void>;
}

export interface InlineEngineOptions {
  readonly folder: string;
  readonly kernels: Kernels;
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly flushBytes: number;
  readonly collections: Partial<CollectionLimits>;
  readonly search: SearchDefaults;
  readonly admission: Admission;
  readonly searchesMax: number;
  readonly generationAgeMaxMs: number;
  readonly feedbackEventsMax: number;
  /** Byte budget of each cache; default 0. */
  readonly cacheBytes: number;
  readonly modelsFolder: string;
  readonly remoteRerankers: RemoteRerankers;
  /** Model of collections that are created without one. */
  readonly defaultModel: string;
}

/** The server's defaults. */
export const searchDefaults: SearchDefaults = {
  sketchPoolSize: 256,
  lexicalPoolSize: 128,
  refinePoolSize: 32,
  lexicalWeight: 0.15,
  exhaustiveBelowPassages: 2000,
  minUpdateIntervalMs: 25,
  batchPassages: 512,
  rerankModel: "",
  rerankDepth: 20,
  rerankWeight: 0.3,
  rerankWindowTokens: 144,
};

export async function openInlineEngine(
  folder: string,
  options: Partial<Omit<InlineEngineOptions, "folder">> = {},
): Promise<InlineEngine> {
  const kernels = options.kernels ?? loadKernels().kernels;
  const defaultModel = options.defaultModel ?? "bge-small-en-v1.5-late";
  const models = createModels(options.modelsFolder ?? join(repositoryRoot(), "models"));
  const data = openDataFolder(folder);
  const flushBytes = options.flushBytes ?? 2 ** 23;
  const clock = options.clock ?? (() => performance.now());
  const limits = { ...collectionLimits, ...options.collections };
  const collections = await openCollections(data, { flushBytes, kernels, clock, limits }).catch(
    (error: unknown) => {
      data.close();
      throw error;
    },
  );
  // So that they stay open for the tests.
  if (limits.openMax === collectionLimits.openMax)
    for (const { settings } of collections.list())
      await collections.use(settings.name, () => undefined);
  const encode = createEncodeLoop(kernels);
  const searchesMax = options.searchesMax ?? 256;
  const caches: SearchCaches = {
    rows: createLruCache(options.cacheBytes ?? 0),
    answers: createLruCache(options.cacheBytes ?? 0),
    pairs: createLruCache(options.cacheBytes ?? 0),
  };
  const operations = createOperations({ clock, nowMs: Date.now, createId: randomUUID });
  const api = createEngine({
    collections,
    ...copiesOf(data, collections),
    operations,
    slowSearches: createSlowSearchMemory(),
    models,
    scorer: options.scorer ?? createInlineScorer(kernels),
    encodePool: inlineEncoder((task) => encode.run(task), models),
    kernels,
    clock,
    admission: options.admission ?? createAdmission({ clock, atWorkMax: searchesMax, searchesMax }),
    defaults: options.search ?? searchDefaults,
    defaultModel,
    generationAgeMaxMs: options.generationAgeMaxMs,
    caches,
    remoteRerankers: options.remoteRerankers,
    nowMs: Date.now,
    feedbackEventsMax: options.feedbackEventsMax,
    readiness: () => ({ isReady: true, reasons: [], findings: data.findings() }),
  });
  return {
    api,
    caches,
    collections,
    async close() {
      await operations.close();
      await collections.close();
      data.close();
    },
  };
}

/** Snapshots, and backups without an object storage. */
function copiesOf(
  folder: DataFolder,
  collections: Collections,
): Pick<EngineParts, "snapshots" | "backups"> {
  const verify = async (path: string): Promise<readonly string[]> =>
    (await inspect(path, "migrate")).damages;
  const snapshots = new Snapshots(folder, collections, verify);
  const backups = new Backups({
    folder,
    collections,
    snapshots,
    settings: undefined,
    nowMs: () => Date.now(),
    onWarning: () => undefined,
  });
  return { snapshots, backups };
}

/** A request for hits of collection "notes" without payload. */
export function searchRequest(asked: Partial<SearchRequest>): SearchRequest {
  return {
    collection: "notes",
    text: "",
    exhaustive: false,
    payload: { mode: "every_update", title: false, text: false, fields: false },
    ...asked,
  };
}

const noThreads = { threadCount: 0, busyMs: 0, queuedTasks: 0 };

/** The encode pool's interface, executing one task after another. */
function inlineEncoder(
  run: (task: EncodeTask) => Promise<EncodeAnswer>,
  models: ReturnType<typeof createModels>,
): EncodePool {
  const modelOf = (settings: CollectionSettings): NonNullable<ReturnType<typeof models.of>> => {
    const model = models.of(settings);
    if (model === undefined) throw new SluiceError("MODEL_REQUIRED", "no model; send vectors");
    return model;
  };
  const prepared = async (task: EncodeTask): Promise<EncodeAnswer> => {
    const answer = await run(task);
    if (answer.kind !== "failed") return answer;
    const { reason, message, field } = answer;
    throw new SluiceError(reason, message, field === undefined ? {} : { field });
  };
  return {
    stats: () => ({ queries: noThreads, documents: noThreads }),
    parallelism: 1,
    relevances: async (task) => toRelevances(await run(task)),
    countTokens: async (texts, model) => toCounts(await run({ kind: "count", model, texts })),
    queryRows: async (text, model) => toRows(await run({ kind: "rows", model, text })),
    warmUp: () => Promise.resolve(),
    close: () => Promise.resolve(),
    async prepare({ key, title, text, vectors }, collection) {
      const { modelFingerprint } = collection.settings;
      const analyzer = analyzerSettingsOf(collection.settings);
      const by = { codec: codecOf(collection.settings), analyzer };
      if (vectors !== undefined) {
        checkFingerprint(vectors.modelFingerprint, modelFingerprint);
        const { type, dim, bytes } = vectors;
        const documents = [{ key, title, text, type, dim, start: 0, end: bytes.length }];
        const answer = await prepared({ kind: "vectors", ...by, rows: bytes, documents });
        if (answer.kind !== "batch") throw new Error(`documents became ${answer.kind}`);
        return [toPassage(answer.answers[0])];
      }
      const model = modelOf(collection.settings);
      const answer = await prepared({ kind: "document", model, ...by, title, text });
      if (answer.kind !== "split") return [toPassage(answer)];
      const passages = [];
      for (const passage of answer.passages)
        passages.push(toPassage(await prepared({ kind: "passage", model, ...by, passage })));
      return passages;
    },
    async trace(asked, settings) {
      const model = modelOf(settings);
      const task = { kind: "trace", model, codec: codecOf(settings), ...asked } as const;
      const answer = await prepared(task);
      if (answer.kind !== "trace") throw new Error(`a trace became ${answer.kind}`);
      return answer;
    },
    async encodeQuery(text, settings, by) {
      const model = modelOf(settings);
      const codec = codecOf(settings);
      const answer = await prepared({ kind: "query", model, codec, text, ...by });
      if (answer.kind !== "query") throw new Error(`a query became ${answer.kind}`);
      return answer.query;
    },
  };
}
