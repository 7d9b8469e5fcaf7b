// Encoding in worker threads. Queries have dedicated threads. Reranking and documents share the
// others, which have a lower priority on Linux, so that they do not delay searches.

import { analyzerSettingsOf } from "../analysis/settings.js";
import type { EncodedQuery } from "../codec/codec.js";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import type { WorkerStats } from "../core/worker-stats.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Collection } from "../index/collection.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { PassagePreparer } from "./prepared-passage.js";
import type { PreparedPassage } from "./prepared-passage.js";
import { toCounts, toPassage, toRelevances, toRows } from "./encode.protocol.js";
import type {
  EncodeAnswer,
  EncodeTask,
  EncodeWorkerData,
  PairsTask,
  QueryTask,
  TextsTask,
  TraceTask,
} from "./encode.protocol.js";
import { createEncodeThreads, isForegroundTask } from "./encode-threads.js";
import { codecOf, createPrecomputedBatches } from "./precomputed-batches.js";
import type { PreparePrecomputed, RunTask } from "./precomputed-batches.js";

export interface EncodePool extends PassagePreparer {
  /** Rejects with CANCELLED when the flag (core/cancel-flag.ts) is set before the task starts. */
  encodeQuery(
    text: string,
    settings: CollectionSettings,
    by: Pick<QueryTask, "rowCountMax" | "cancel">,
  ): Promise<EncodedQuery>;
  /**
   * The tokens behind the vectors of a collection with a model; throws MODEL_REQUIRED for others.
   */
  trace(
    asked: Pick<TraceTask, "query" | "document" | "passageNumber">,
    settings: CollectionSettings,
  ): Promise<EncodeAnswer & { readonly kind: "trace" }>;
  /** Relevance of each text. CANCELLED as for queries, also checked between two windows. */
  relevances(task: PairsTask | TextsTask): Promise<readonly number[]>;
  /** Token vectors of a query, unpacked and of unit length. */
  queryRows(text: string, model: OpenedModel): Promise<TokenMatrix>;
  /** Tokens of each text without special tokens, by the model's tokenizer. */
  countTokens(texts: readonly string[], model: OpenedModel): Promise<readonly number[]>;
  /** Reranking tasks that can run concurrently. */
  readonly parallelism: number;
  /** Encodes one word. Resolves once a thread has loaded the model; throws MODEL_INVALID. */
  warmUp(model: OpenedModel): Promise<void>;
  /** Of the threads for queries, and of those for reranking and documents. */
  stats(): { readonly queries: WorkerStats; readonly documents: WorkerStats };
  /**
   * Waits for tasks in flight, since a thread must not end inside the model's runtime, then ends.
   */
  close(): Promise<void>;
}

export interface EncodePoolOptions {
  readonly workerUrl: URL;
  /** Threads for reranking and documents; see also foregroundThreads. */
  readonly workerCount: number;
  readonly workerData: Pick<EncodeWorkerData, "kernel" | "models">;
  readonly watch: TaskWatch;
  /** The opened model of a collection; undefined when it has none or the fingerprint differs. */
  readonly modelOf: (settings: CollectionSettings) => OpenedModel | undefined;
}

/**
 * Threads for queries, in addition to `workerCount` others: half as many, because encoding a query
 * costs about a tenth of the rest of its search.
 */
export function foregroundThreads(workerCount: number): number {
  return Math.ceil(workerCount / 2);
}

export function createEncodePool(options: EncodePoolOptions): EncodePool {
  const { workerUrl, workerCount, watch } = options;
  const given = createPrecomputedBatches((task) => run(task), workerCount);
  const foreground = createEncodeThreads({
    workerUrl,
    watch,
    workerCount: foregroundThreads(workerCount),
    workerData: { ...options.workerData, stages: [], isBackground: false },
  });
  // These threads load a model with their first task, so that a start of the server waits for one
  // model only. The threads themselves start at once: the address space that is left afterwards is
  // divided among collections.
  const background = createEncodeThreads({
    workerUrl,
    watch,
    workerCount,
    workerData: { ...options.workerData, models: [], stages: given.stages, isBackground: true },
  });
  const run = (task: EncodeTask): Promise<EncodeAnswer> =>
    (isForegroundTask(task) ? foreground : background).run(task);
  return {
    prepare: (document, collection) =>
      prepareDocument(document, collection, {
        run,
        preparePrecomputed: given.prepare,
        opened: options.modelOf(collection.settings),
      }),
    ...collectionTasks(run, options.modelOf),
    ...modelTasks(run),
    parallelism: workerCount,
    stats: () => ({ queries: foreground.stats(), documents: background.stats() }),
    async close() {
      await Promise.all([foreground.close(), background.close()]);
    },
  };
}

/** Tasks that use the model and codec of a collection. */
function collectionTasks(
  run: RunTask,
  modelOf: EncodePoolOptions["modelOf"],
): Pick<EncodePool, "encodeQuery" | "trace"> {
  return {
    async encodeQuery(text, settings, { rowCountMax, cancel }) {
      const model = requireModel(settings, modelOf(settings));
      const codec = codecOf(settings);
      const answer = await run({ kind: "query", model, codec, text, rowCountMax, cancel });
      if (answer.kind !== "query") throw new Error("a query task has a query as its answer");
      return answer.query;
    },
    async trace(asked, settings) {
      const model = requireModel(settings, modelOf(settings));
      const answer = await run({ kind: "trace", model, codec: codecOf(settings), ...asked });
      if (answer.kind !== "trace") throw new Error("a trace task has a trace as its answer");
      return answer;
    },
  };
}

/** Tasks that name their model. */
function modelTasks(
  run: RunTask,
): Pick<EncodePool, "relevances" | "queryRows" | "countTokens" | "warmUp"> {
  return {
    relevances: async (task) => toRelevances(await run(task)),
    queryRows: async (text, model) => toRows(await run({ kind: "rows", model, text })),
    countTokens: async (texts, model) => toCounts(await run({ kind: "count", model, texts })),
    async warmUp(model) {
      const { manifest } = model;
      if (manifest.kind !== "late-interaction")
        throw new SluiceError("MODEL_INVALID", `"${manifest.name}" is a ${manifest.kind} model`);
      const codec = { dim: manifest.dim, bits: 2, sketchBits: 2, seed: 1 } as const;
      const cancel = new SharedArrayBuffer(4);
      const asked = { text: "ready", rowCountMax: limits.queryRowsMax, cancel };
      await run({ kind: "query", model, codec, ...asked });
    },
  };
}

async function prepareDocument(
  document: Document,
  collection: Collection,
  by: {
    readonly run: RunTask;
    readonly preparePrecomputed: PreparePrecomputed;
    readonly opened: OpenedModel | undefined;
  },
): Promise<readonly PreparedPassage[]> {
  const { title, text, vectors } = document;
  const { modelFingerprint } = collection.settings;
  const analyzer = analyzerSettingsOf(collection.settings);
  if (vectors !== undefined) {
    checkFingerprint(vectors.modelFingerprint, modelFingerprint);
    return [await by.preparePrecomputed({ ...document, vectors }, collection)];
  }
  const { run } = by;
  const made = { codec: codecOf(collection.settings), analyzer };
  const model = requireModel(collection.settings, by.opened);
  const answer = await run({ kind: "document", model, ...made, title, text });
  if (answer.kind !== "split") return [toPassage(answer)];
  return Promise.all(
    answer.passages.map(async (passage) =>
      toPassage(await run({ kind: "passage", model, ...made, passage })),
    ),
  );
}

/** Precomputed vectors that name a model must be of the collection's model. */
export function checkFingerprint(given: string | undefined, own: string | undefined): void {
  if (given === undefined || own === undefined || given === own) return;
  throw new SluiceError(
    "VECTORS_OF_OTHER_MODEL",
    `the vectors are of model ${given}, the collection uses model ${own}; encode with that model`,
    { field: "vectors.model_fingerprint" },
  );
}

function requireModel(
  { name, modelName }: CollectionSettings,
  model: OpenedModel | undefined,
): OpenedModel {
  if (model !== undefined) return model;
  throw new SluiceError(
    "MODEL_REQUIRED",
    modelName === undefined
      ? `collection "${name}" was created without a model; send vectors`
      : `collection "${name}" needs model "${modelName}" as it was when the collection was made; restore its folder`,
  );
}
