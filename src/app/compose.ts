// Options to object graph, bottom-up: what a server needs between its ports and its disk.

import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import type { Clock } from "../core/clock.js";
import { createBoundedCache } from "../core/bounded-cache.js";
import type { CacheFigures } from "../core/bounded-cache.js";
import type { SluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import { createTaskWatch } from "../core/task-watch.js";
import { hideFolder } from "../core/told-message.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { createAdmission } from "../search/admission.js";
import type { Admission, AdmissionState } from "../search/admission.js";
import type { SearchDefaults } from "../search/plan.js";
import { loadKernels } from "../kernels/load-kernels.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { EngineApi } from "../engine/api.js";
import { createPoolScorer } from "../scoring/pool-scorer.js";
import type { PoolScorer } from "../scoring/pool-scorer.js";
import type { MaintenanceStep } from "../ingest/maintenance.js";
import { openDataFolder } from "../store/data-folder.js";
import type { DataFolder } from "../store/data-folder.js";
import { createMapTurn, takeTurn } from "../store/map-turn.js";
import { openCollections } from "../engine/collections.js";
import type { CollectionCounts, CollectionLimits, Collections } from "../engine/collections.js";
import type { CollectionFigures } from "../engine/collection-figures.js";
import type { Collection } from "../index/collection.js";
import { limits } from "../core/limits.js";
import { divideCores } from "./cpu-budget.js";
import type { CpuBudget } from "./cpu-budget.js";
import { createEncodePool, foregroundThreads } from "../encoding/encode-pool.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import { createEngine } from "../engine/engine.js";
import type { EngineParts } from "../engine/engine.js";
import { inspectInChild } from "../engine/inspect.js";
import { recallWarnings } from "../engine/known-recall.js";
import { scoreMapsWarnings } from "../engine/score-maps.js";
import { createReadiness } from "./readiness.js";
import type { ReadinessState } from "./readiness.js";
import { createSnapshots } from "../engine/snapshots.js";
import { createMaintenancePool } from "../ingest/maintenance-pool.js";
import type { MaintenancePool } from "../ingest/maintenance-pool.js";
import { createModels } from "../engine/models.js";
import type { Models } from "../engine/models.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import type { ScoreWorkerData } from "../scoring/score.worker.js";
import type { SearchCaches } from "../engine/searches.js";
import { checkStartLimits, limitCollections } from "./start-limits.js";

export interface EngineOptions {
  readonly dataFolder: string;
  readonly modelsFolder: string;
  readonly defaultModel: string;
  readonly kernel: KernelChoice | undefined;
  /** 0: by the number of cores. */
  readonly scoringWorkers: number;
  readonly encodingWorkers: number;
  readonly search: SearchDefaults;
  readonly flushBytes: number;
  /** Of the caches of query rows, whole answers, and pairs that were read; 0: none is kept. */
  readonly rowCacheBytes: number;
  readonly answerCacheBytes: number;
  readonly pairCacheBytes: number;
  /** Searches at work at the same time; 0: twice the scoring threads. */
  readonly searchesAtWork: number;
  /** Searches at work or waiting. */
  readonly searchesMax: number;
  /** How late the event loop was lately, milliseconds; undefined: it is not measured. */
  readonly loopDelayMs?: (() => number) | undefined;
  /** Undefined: a search holds what it reads as long as it runs. */
  readonly generationAgeMaxMs?: number | undefined;
  /** Events of feedback that a collection keeps; undefined: the most there may be. */
  readonly feedbackEventsMax?: number | undefined;
  /** 0 for openMax and openBytesMax: what the system allows. */
  readonly collections: CollectionLimits;
  /** Hears of what is found in a collection that is opened later: damage, an older format. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** Undefined: the journal is never flushed for its age. */
  readonly flushAgeMs?: number | undefined;
  /** Hears of a flush or a merge that failed: nothing is lost, and it is tried again. */
  readonly onMaintenanceFailure?: ((error: unknown) => void) | undefined;
  /** Hears of every change of why the engine is not ready. */
  readonly onReadiness?: ((readiness: Readiness) => void) | undefined;
  /** Hears of a disk that failed under a write: the engine is not ready any more, reads go on. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Services elsewhere; undefined: none. */
  readonly remoteRerankers?: RemoteRerankers | undefined;
  /** Hears once of a collection whose measured recall is not told any more. */
  readonly onRecallStale?: ((message: string) => void) | undefined;
  /** Hears of each flush, merge and late delete as it begins and when it has ended. */
  readonly onMaintenanceStep?: ((step: MaintenanceStep) => void) | undefined;
}

export interface ComposedEngine {
  readonly api: EngineApi;
  readonly kernelName: string;
  /** Lines about what could not be used, for the log. */
  readonly notes: readonly string[];
  readonly budget: CpuBudget;
  /** Tasks that wait, for metrics. */
  queueSizes(): { readonly scoring: number; readonly encoding: number };
  /** For metrics. */
  caches(): Readonly<Record<"rows" | "answers" | "pairs", CacheFigures>>;
  /** For metrics. */
  collectionCounts(): CollectionCounts;
  /** Of those collections that are open, the first `limits.metricCollectionsMax`. */
  openFigures(): readonly CollectionFigures[];
  /** Resolves when no scoring task waits or is under way. */
  scoringIdle(): Promise<void>;
  /** For metrics. */
  admission(): AdmissionState;
  /** From now on not ready; calls under way go on. */
  refuse(): void;
  /** Waits for what is under way and closes everything; every acknowledged write is on disk already. */
  close(): Promise<void>;
}

const stoppingReason = "the server is stopping";
const stuckReason = (pool: string): string =>
  `a ${pool} thread does not answer; start the server again`;

/** Takes the folder's lock first: a second server fails before it costs anything. */
export async function composeEngine(options: EngineOptions): Promise<ComposedEngine> {
  hideFolder(resolve(options.dataFolder));
  hideFolder(resolve(options.modelsFolder));
  const folder = openDataFolder(options.dataFolder);
  try {
    return await compose(options, folder);
  } catch (error) {
    folder.close();
    throw error;
  }
}

async function compose(
  options: EngineOptions,
  folder: ReturnType<typeof openDataFolder>,
): Promise<ComposedEngine> {
  const { kernels, notes: kernelNotes } = loadKernels(options.kernel);
  const models = createModels(options.modelsFolder);
  const defaultModel = await models.open(options.defaultModel);
  const readiness = createReadiness(() => folder.findings(), options.onReadiness);
  const threads = startThreads(options, { models, defaultModel, readiness });
  try {
    const { flushBytes, flushAgeMs, onMaintenanceFailure, onMaintenanceStep } = options;
    const told: string[] = [];
    let tell = (line: string): void => void told.push(line);
    const clock = (): number => performance.now();
    const collections = await openCollections(folder, {
      flushBytes,
      flushAgeMs,
      onMaintenanceFailure,
      onMaintenanceStep,
      builder: threads.maintenance,
      onStorageFailed(error) {
        readiness.set("storage", "the disk failed under a write; start the server again");
        options.onStorageFailed?.(error);
      },
      limits: threads.limits,
      clock,
      onClosed: (path, parts) => threads.scorer.release(path, parts),
      onCloseFailed: onMaintenanceFailure,
      onOpened: ({ collection }) => damagesIn(collection).forEach((line) => tell(line)),
      onMigrated: (path, segmentCount) => tell(migrationNote(path, segmentCount)),
    });
    threads.scorer.watchDamages((damage) => collections.quarantine(damage));
    folder.watch((fault) => readiness.set("folder", fault));
    const modelNotes = await openModels(collections, models);
    tell = options.onNote ?? tell;
    await threads.encodePool.warmUp(defaultModel);
    const admission = admissionOf(options, threads.budget, clock);
    const caches = createCaches(options);
    const api = createEngine({
      ...engineSettings(options),
      collections,
      models,
      kernels,
      snapshots: createSnapshots(folder, collections, damagesOf),
      scorer: threads.scorer,
      encodePool: threads.encodePool,
      clock,
      admission,
      caches,
      readiness: () => readiness.current(),
    });
    const notes = [...kernelNotes, ...folder.notes, ...told, ...modelNotes];
    return composed(
      { api, kernelName: kernels.name, notes, admission, caches },
      { collections, threads, folder, readiness },
    );
  } catch (error) {
    await threads.close();
    throw error;
  }
}

function composed(
  engine: Pick<ComposedEngine, "api" | "kernelName" | "notes"> & {
    readonly admission: Admission;
    readonly caches: SearchCaches;
  },
  parts: {
    readonly collections: Collections;
    readonly threads: Threads;
    readonly folder: DataFolder;
    readonly readiness: ReadinessState;
  },
): ComposedEngine {
  const { api, kernelName, notes, admission, caches } = engine;
  const { collections, threads, folder, readiness } = parts;
  return {
    api,
    kernelName,
    notes,
    budget: threads.budget,
    refuse: () => readiness.set("stopping", stoppingReason),
    admission: () => admission.state(),
    caches: () => figuresOf(caches),
    collectionCounts: () => collections.counts(),
    openFigures: () => collections.listOpen().slice(0, limits.metricCollectionsMax),
    scoringIdle: () => threads.scorer.drained(),
    queueSizes: () => ({
      scoring: threads.scorer.queueSize,
      encoding: threads.encodePool.queueSize,
    }),
    async close() {
      readiness.set("stopping", stoppingReason);
      await collections.close();
      await threads.close();
      folder.close();
    },
  };
}

/** What the options say to the engine, and its wall clock. */
function engineSettings(
  options: EngineOptions,
): Pick<
  EngineParts,
  | "defaults"
  | "defaultModel"
  | "generationAgeMaxMs"
  | "onRecallStale"
  | "remoteRerankers"
  | "feedbackEventsMax"
  | "nowMs"
> {
  return {
    defaults: options.search,
    defaultModel: options.defaultModel,
    generationAgeMaxMs: options.generationAgeMaxMs,
    onRecallStale: options.onRecallStale,
    remoteRerankers: options.remoteRerankers,
    feedbackEventsMax: options.feedbackEventsMax,
    nowMs: () => Date.now(),
  };
}

function admissionOf(options: EngineOptions, budget: CpuBudget, clock: Clock): Admission {
  return createAdmission({
    clock,
    // While one search waits for its encoding or for the main thread, another has work for threads.
    atWorkMax: options.searchesAtWork || 2 * budget.scoringWorkers,
    searchesMax: options.searchesMax,
    loopDelayMs: options.loopDelayMs,
  });
}

function createCaches(options: EngineOptions): SearchCaches {
  return {
    rows: createBoundedCache(options.rowCacheBytes),
    answers: createBoundedCache(options.answerCacheBytes),
    pairs: createBoundedCache(options.pairCacheBytes),
  };
}

function figuresOf({ rows, answers, pairs }: SearchCaches): ReturnType<ComposedEngine["caches"]> {
  return { rows: rows.figures(), answers: answers.figures(), pairs: pairs.figures() };
}

/** Of the copy that a snapshot is, or that is made of one. */
async function damagesOf(folder: string): Promise<readonly string[]> {
  const { damages } = await inspectInChild(folder);
  return damages;
}

const maintenanceThreads = 1;

interface Threads {
  readonly scorer: PoolScorer;
  readonly encodePool: EncodePool;
  readonly maintenance: MaintenancePool;
  /** Of collections, as what the threads leave of the system's limits allows. */
  readonly limits: CollectionLimits;
  readonly budget: CpuBudget;
  /** What used them is closed. */
  close(): Promise<void>;
}

function startThreads(
  options: EngineOptions,
  parts: {
    readonly models: Models;
    readonly defaultModel: OpenedModel;
    readonly readiness: ReadinessState;
  },
): Threads {
  const { models, defaultModel, readiness } = parts;
  const watch = createTaskWatch({
    stepMs: 5_000,
    onStuck: (pool, overdueCount) =>
      readiness.set(pool, overdueCount === 0 ? undefined : stuckReason(pool)),
  });
  const mapTurn = createMapTurn();
  const budget = divideCores(availableParallelism(), options);
  const { scoringWorkers, encodingWorkers } = budget;
  const encodingThreads = encodingWorkers + foregroundThreads(encodingWorkers);
  const threadCount = scoringWorkers + encodingThreads + maintenanceThreads;
  checkStartLimits(threadCount);
  const limits = limitCollections(options.collections, threadCount);
  const retireChannel = `sluice-parts-${randomUUID()}`;
  const scoreData: ScoreWorkerData = { kernel: options.kernel, retireChannel, mapTurn };
  const scorer = createPoolScorer({
    workerUrl: new URL("../scoring/score.worker.js", import.meta.url),
    workerCount: budget.scoringWorkers,
    retireChannel,
    watch,
    workerData: scoreData,
  });
  const encodeData = { kernel: options.kernel, models: [defaultModel] };
  const encodePool = createEncodePool({
    workerUrl: new URL("../encoding/encode.worker.js", import.meta.url),
    workerCount: budget.encodingWorkers,
    watch,
    workerData: encodeData,
    modelOf: (collection) => models.of(collection.settings),
  });
  const maintenance = createMaintenancePool(
    new URL("../ingest/maintenance.worker.js", import.meta.url),
    { mapTurn, watch },
  );
  const close = async (): Promise<void> => {
    await Promise.all([encodePool.close(), scorer.drained(), maintenance.drained()]);
    // Never given back: from now on no thread enters lmdb, where its end would abort the process.
    takeTurn(mapTurn);
    await Promise.all([scorer.close(), maintenance.close()]);
    watch.close();
  };
  return { scorer, encodePool, maintenance, budget, limits, close };
}

function migrationNote(path: string, segmentCount: number): string {
  return `${path} was brought to the present format: ${segmentCount} segments rewritten`;
}

/** One line for each part that is not searched, or not told, because it is damaged. */
function damagesIn(collection: Collection): string[] {
  const { damages, fieldDamages } = collection;
  const calibrations = [...recallWarnings(collection), ...scoreMapsWarnings(collection)];
  return [...damages, ...fieldDamages, ...calibrations];
}

/** Opens the models of all collections; a line for each that cannot be. */
async function openModels(collections: Collections, models: Models): Promise<string[]> {
  const warnings: string[] = [];
  for (const modelName of new Set(collections.list().map(({ settings }) => settings.modelName))) {
    if (modelName === undefined) continue;
    try {
      await models.open(modelName);
    } catch (error) {
      warnings.push(error instanceof Error ? error.message : String(error));
    }
  }
  return warnings;
}
