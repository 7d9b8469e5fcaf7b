// Encoding in worker threads, through piscina: queries first, then re-ranking, then documents.

import { analyzerSettingsOf } from "../analysis/settings.js";
import { setTimeout as sleep } from "node:timers/promises";

import { Piscina } from "piscina";

import type { CodecOptions, EncodedQuery } from "../codec/codec.js";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Collection } from "../index/collection.js";
import type { PassagePreparer } from "./prepared-passage.js";
import type { PreparedPassage } from "./prepared-passage.js";
import { toCounts, toPassage, toRelevances, toRows, toSuccess } from "./encode.protocol.js";
import type {
  EncodeAnswer,
  EncodeTask,
  EncodeWorkerData,
  PairsTask,
  TextsTask,
  TraceTask,
} from "./encode.protocol.js";
import { createGivenBatches } from "./given-batches.js";
import type { PrepareGiven, RunTask } from "./given-batches.js";

export interface EncodePool extends PassagePreparer {
  /** Rejects with CANCELLED when the flag (core/cancel-flag.ts) is raised before it starts. */
  encodeQuery(
    text: string,
    collection: Collection,
    cancel: SharedArrayBuffer,
  ): Promise<EncodedQuery>;
  /** The tokens behind rows of a collection with a model; throws MODEL_REQUIRED for another. */
  trace(
    asked: Pick<TraceTask, "query" | "document" | "passageNumber">,
    collection: Collection,
  ): Promise<EncodeAnswer & { readonly kind: "trace" }>;
  /** Relevance of each text; CANCELLED as for queries, and between two windows. */
  relevances(task: PairsTask | TextsTask): Promise<readonly number[]>;
  /** Unit rows of a query, unpacked. */
  queryRows(text: string, model: OpenedModel): Promise<TokenMatrix>;
  /** Tokens of each text without specials, by the model's tokenizer. */
  countTokens(texts: readonly string[], model: OpenedModel): Promise<readonly number[]>;
  /** Tasks that can run at the same time. */
  readonly parallelism: number;
  /** Encodes a word with the model: resolves once a thread has loaded it, or throws MODEL_INVALID. */
  warmUp(model: OpenedModel): Promise<void>;
  readonly queueSize: number;
  /** Waits for what is under way (a thread must not end while the runtime works), then ends. */
  close(): Promise<void>;
}

export interface EncodePoolOptions {
  readonly workerUrl: URL;
  readonly workerCount: number;
  readonly workerData: Omit<EncodeWorkerData, "stages" | "started">;
  readonly watch: TaskWatch;
  /** The opened model of a collection; undefined: it has none, or another than was recorded. */
  readonly modelOf: (collection: Collection) => OpenedModel | undefined;
}

/** How often the end of a start is looked for, when the pool is closed meanwhile. */
const startPollMs = 10;

export function createEncodePool(options: EncodePoolOptions): EncodePool {
  const started = new Int32Array(new SharedArrayBuffer(4));
  const given = createGivenBatches((task) => run(task), options.workerCount);
  const { stages } = given;
  const pool = new Piscina({
    filename: options.workerUrl.href,
    minThreads: options.workerCount,
    maxThreads: options.workerCount,
    idleTimeout: Infinity,
    atomics: "disabled",
    taskQueue: createRankedQueue(),
    workerData: {
      ...options.workerData,
      stages,
      started: started.buffer,
    } satisfies EncodeWorkerData,
  });
  const underWay = new Set<Promise<unknown>>();
  // No abort signal goes to the pool: aborting a running task ends its thread, and a thread that
  // ends inside the model's runtime takes the process with it. Queries carry a cancel flag instead.
  let isClosing = false;
  const run = async (task: EncodeTask): Promise<EncodeAnswer> => {
    // A document that was being split would go on to send its passages.
    if (isClosing) throw new SluiceError("NOT_READY", "the server is stopping; try again later");
    const queueOptions = { rank: taskRanks[task.kind] };
    const running = pool.run({
      ...task,
      [Piscina.queueOptionsSymbol]: queueOptions,
    }) as Promise<EncodeAnswer>;
    // Documents wait behind everything else, and many behind one another.
    const isWork = taskRanks[task.kind] === 2;
    const limitMs = isWork ? limits.threadWorkMsMax : limits.threadAnswerMsMax;
    const answer = options.watch.answered(running, { pool: "encoding", limitMs });
    underWay.add(answer);
    try {
      return toSuccess(await answer);
    } finally {
      underWay.delete(answer);
    }
  };
  return {
    prepare: (document, collection) =>
      prepareDocument(document, collection, {
        run,
        prepareGiven: given.prepare,
        opened: options.modelOf(collection),
      }),
    async encodeQuery(text, collection, cancel) {
      const model = requireModel(collection, options.modelOf(collection));
      const codec = codecOf(collection);
      const answer = await run({ kind: "query", model, codec, text, cancel });
      if (answer.kind !== "query") throw new Error("a query task has a query as its answer");
      return answer.query;
    },
    async trace(asked, collection) {
      const model = requireModel(collection, options.modelOf(collection));
      const answer = await run({ kind: "trace", model, codec: codecOf(collection), ...asked });
      if (answer.kind !== "trace") throw new Error("a trace task has a trace as its answer");
      return answer;
    },
    relevances: async (task) => toRelevances(await run(task)),
    queryRows: async (text, model) => toRows(await run({ kind: "rows", model, text })),
    countTokens: async (texts, model) => toCounts(await run({ kind: "count", model, texts })),
    parallelism: options.workerCount,
    async warmUp(model) {
      const { manifest } = model;
      if (manifest.kind !== "late-interaction")
        throw new SluiceError("MODEL_INVALID", `"${manifest.name}" is a ${manifest.kind} model`);
      const codec = { dim: manifest.dim, bits: 2, sketchBits: 2, seed: 1 } as const;
      const cancel = new SharedArrayBuffer(4);
      await run({ kind: "query", model, codec, text: "ready", cancel });
    },
    get queueSize() {
      return pool.queueSize;
    },
    async close() {
      isClosing = true;
      await Promise.allSettled([...underWay]);
      // A thread that still loads its model must not be ended either.
      while (Atomics.load(started, 0) < options.workerCount) await sleep(startPollMs);
      await pool.destroy();
    },
  };
}

async function prepareDocument(
  document: Document,
  collection: Collection,
  by: {
    readonly run: RunTask;
    readonly prepareGiven: PrepareGiven;
    readonly opened: OpenedModel | undefined;
  },
): Promise<readonly PreparedPassage[]> {
  const { title, text, vectors } = document;
  const { modelFingerprint } = collection.settings;
  const analyzer = analyzerSettingsOf(collection.settings);
  if (vectors !== undefined) {
    checkFingerprint(vectors.modelFingerprint, modelFingerprint);
    return [await by.prepareGiven({ ...document, vectors }, collection)];
  }
  const { run } = by;
  const made = { codec: codecOf(collection), analyzer };
  const model = requireModel(collection, by.opened);
  const answer = await run({ kind: "document", model, ...made, title, text });
  if (answer.kind !== "split") return [toPassage(answer)];
  return Promise.all(
    answer.passages.map(async (passage) =>
      toPassage(await run({ kind: "passage", model, ...made, passage })),
    ),
  );
}

/** Vectors that name their model must come from the collection's. */
export function checkFingerprint(given: string | undefined, own: string | undefined): void {
  if (given === undefined || own === undefined || given === own) return;
  throw new SluiceError(
    "VECTORS_OF_OTHER_MODEL",
    `the vectors are of model ${given}, the collection is of model ${own}; encode with that one`,
    { field: "vectors.model_fingerprint" },
  );
}

function requireModel(collection: Collection, model: OpenedModel | undefined): OpenedModel {
  if (model !== undefined) return model;
  const { name, modelName } = collection.settings;
  throw new SluiceError(
    "MODEL_REQUIRED",
    modelName === undefined
      ? `collection "${name}" was created without a model; send vectors`
      : `collection "${name}" needs model "${modelName}" as it was when the collection was made; restore its folder`,
  );
}

function codecOf(collection: Collection): CodecOptions {
  const { dim, bits, sketchBits, seed } = collection.settings;
  return { dim, bits, sketchBits, seed };
}

type TaskQueue = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>["taskQueue"]>;
type QueuedTask = Parameters<TaskQueue["push"]>[0];

/** Who goes first: what somebody waits for before what is written. */
const taskRanks: Readonly<Record<EncodeTask["kind"], 0 | 1 | 2>> = {
  query: 0,
  trace: 0,
  rows: 0,
  count: 0,
  pairs: 1,
  texts: 1,
  document: 2,
  passage: 2,
  vectors: 2,
};

/** A queue for each rank, first in first out; one waits while a task of a lower rank does. */
function createRankedQueue(): TaskQueue {
  const queues: [QueuedTask[], QueuedTask[], QueuedTask[]] = [[], [], []];
  const queueOf = (task: QueuedTask): QueuedTask[] => {
    const options = (task as unknown as Record<symbol, unknown>)[Piscina.queueOptionsSymbol];
    return queues[(options as { rank: 0 | 1 | 2 } | null)?.rank ?? 2];
  };
  return {
    get size() {
      return queues.reduce((size, queue) => size + queue.length, 0);
    },
    push: (task) => {
      queueOf(task).push(task);
    },
    shift: () => queues.find((queue) => queue.length > 0)?.shift() ?? null,
    remove(task) {
      const queue = queueOf(task);
      const place = queue.indexOf(task);
      if (place >= 0) queue.splice(place, 1);
    },
  };
}
