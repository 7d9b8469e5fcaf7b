// Builds the object graph of a server, bottom-up, from its options.

import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import type { Clock } from "../core/clock.js";
import { createLruCache } from "../core/lru-cache.js";
import { createTaskWatch } from "../core/task-watch.js";
import { hideFolder } from "../core/public-message.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import { createAdmission } from "../search/admission.js";
import type { Admission } from "../search/admission.js";
import type { Kernels } from "../kernels/kernels.js";
import { loadKernels } from "../kernels/load-kernels.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { EngineApi } from "../engine/api.js";
import { createPoolScorer } from "../scoring/pool-scorer.js";
import type { PoolScorer } from "../scoring/pool-scorer.js";
import { openDataFolder } from "../store/data-folder.js";
import type { DataFolder } from "../store/data-folder.js";
import { createMapTurn, takeTurn } from "../store/map-turn.js";
import { openCollections } from "../engine/collections.js";
import type { CollectionLimits, Collections } from "../engine/collections.js";
import type { Collection } from "../index/collection.js";
import { limits } from "../core/limits.js";
import { divideCores } from "./cpu-budget.js";
import type { CpuBudget } from "./cpu-budget.js";
import { createEncodePool, foregroundThreads } from "../encoding/encode-pool.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import { createEngine } from "../engine/engine.js";
import { createOperations } from "../engine/operations.js";
import type { Operations } from "../engine/operations.js";
import { createSlowSearchMemory } from "../engine/slow-search.js";
import type { SlowSearchMemory } from "../engine/slow-search.js";
import { inspectInChild } from "../engine/inspect.js";
import { calibrationWarnings } from "../engine/calibration-state.js";
import { createReadiness } from "./readiness.js";
import type { ReadinessState } from "./readiness.js";
import { Backups } from "../engine/backups.js";
import { Snapshots } from "../engine/snapshots.js";
import { createMaintenancePool } from "../ingest/maintenance-pool.js";
import type { MaintenancePool } from "../ingest/maintenance-pool.js";
import { createModels } from "../engine/models.js";
import type { Models } from "../engine/models.js";
import type { MetricSources } from "../observability/sources.js";
import type { ScoreWorkerData } from "../scoring/score.worker.js";
import type { SearchCaches } from "../engine/search-parts.js";
import { engineSettings } from "./engine-options.js";
import type { EngineOptions } from "./engine-options.js";
import { checkStartLimits, limitCollections } from "./start-limits.js";

/** Metrics of the engine. */
export type EngineSources = Pick<
  MetricSources,
  "openCollections" | "collections" | "workers" | "admission" | "caches"
>;

export interface ComposedEngine {
  readonly api: EngineApi;
  readonly kernelName: string;
  /** Warnings found while opening, for the log. */
  readonly notes: readonly string[];
  readonly budget: CpuBudget;
  readonly sources: EngineSources;
  /** Where slow searches are noted, which `api` lists. */
  readonly slowSearches: SlowSearchMemory;
  /** Resolves when no scoring task is queued or in flight. */
  scoringIdle(): Promise<void>;
  /** Marks the engine as not ready; calls in flight continue. */
  refuse(): void;
  /** Waits for work in flight and closes everything. Acknowledged writes are already on disk. */
  close(): Promise<void>;
}

const stoppingReason = "the server is stopping";
const stuckReason = (pool: string): string =>
  `a ${pool} thread does not answer; restart the server`;

/** Takes the folder's lock first, so that a second server fails before it allocates anything. */
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

async function compose(options: EngineOptions, folder: DataFolder): Promise<ComposedEngine> {
  const { kernels, choice: kernel, notes: kernelNotes } = loadKernels(options.kernel);
  const models = createModels(options.modelsFolder, options.modelAliases);
  const defaultModel = await models.open(options.defaultModel);
  const readiness = createReadiness(() => folder.findings(), options.onReadiness);
  const threads = startThreads(options, { models, defaultModel, readiness, kernel });
  try {
    const openNotes: string[] = [];
    let note = (line: string): void => void openNotes.push(line);
    const base = { folder, threads, readiness, kernels, clock: (): number => performance.now() };
    const collections = await openAll(options, base, (line) => note(line));
    threads.scorer.watchDamages((damage) => collections.quarantine(damage));
    folder.watch((fault) => readiness.set("folder", fault));
    const modelNotes = await openModels(collections, models);
    note = options.onNote ?? note;
    await threads.encodePool.warmUp(defaultModel);
    const admission = admissionOf(options, threads.budget, base.clock);
    const caches = createCaches(options);
    const snapshots = new Snapshots(folder, collections, damagesOf);
    const backupParts = { folder, collections, snapshots, settings: options.backup };
    const onWarning = (message: string): void => note(message);
    const { clock } = base;
    const operations = createOperations({ clock, nowMs: Date.now, createId: randomUUID });
    const slowSearches = createSlowSearchMemory();
    const api = createEngine({
      ...engineSettings(options),
      collections,
      models,
      kernels,
      snapshots,
      backups: new Backups({ ...backupParts, nowMs: () => Date.now(), onWarning }),
      scorer: threads.scorer,
      encodePool: threads.encodePool,
      clock: base.clock,
      admission,
      caches,
      operations,
      slowSearches,
      readiness: () => readiness.current(),
    });
    return {
      api,
      kernelName: kernels.name,
      notes: [...kernelNotes, ...folder.notes, ...openNotes, ...modelNotes],
      budget: threads.budget,
      slowSearches,
      sources: sourcesOf({ collections, threads, admission, caches }),
      scoringIdle: () => threads.scorer.drained(),
      refuse: () => readiness.set("stopping", stoppingReason),
      close: () => closeAll({ ...base, collections, operations }),
    };
  } catch (error) {
    await threads.close();
    throw error;
  }
}

async function closeAll({
  readiness,
  operations,
  collections,
  threads,
  folder,
}: Base & {
  readonly collections: Collections;
  readonly operations: Operations;
}): Promise<void> {
  readiness.set("stopping", stoppingReason);
  await operations.close();
  await collections.close();
  await threads.close();
  folder.close();
}

interface Base {
  readonly folder: DataFolder;
  readonly threads: Threads;
  readonly readiness: ReadinessState;
  readonly kernels: Kernels;
  readonly clock: Clock;
}

/** Finds the collections of the data folder and opens those without a valid card. */
function openAll(
  options: EngineOptions,
  { folder, threads, readiness, kernels, clock }: Base,
  note: (line: string) => void,
): Promise<Collections> {
  const { flushBytes, flushAgeMs, onMaintenanceFailure, onMaintenanceStep } = options;
  const writing = { kernels, flushBytes, flushAgeMs, onMaintenanceFailure, onMaintenanceStep };
  return openCollections(folder, {
    ...writing,
    builder: threads.maintenance,
    onStorageFailed(error) {
      readiness.set("storage", "a write failed on disk; restart the server");
      options.onStorageFailed?.(error);
    },
    limits: threads.limits,
    clock,
    onClosed: (path, parts) => threads.scorer.release(path, parts),
    onCloseFailed: onMaintenanceFailure,
    onOpened: ({ collection }) => damagesIn(collection).forEach(note),
    onMigrated: (path, segmentCount) => note(migrationNote(path, segmentCount)),
  });
}

function sourcesOf(parts: {
  readonly collections: Collections;
  readonly threads: Threads;
  readonly admission: Admission;
  readonly caches: SearchCaches;
}): EngineSources {
  const { collections, threads, admission, caches } = parts;
  const { rows, answers, pairs } = caches;
  return {
    openCollections: () =>
      collections
        .listOpen()
        .slice(0, limits.metricCollectionsMax)
        .map((sizes) => ({ ...sizes, name: sizes.settings.name })),
    collections: () => collections.counts(),
    workers: () => {
      const { queries, documents } = threads.encodePool.stats();
      return {
        scoring: threads.scorer.stats(),
        query_encoding: queries,
        encoding: documents,
        maintenance: threads.maintenance.stats(),
      };
    },
    admission: () => admission.state(),
    caches: () => ({ rows: rows.stats(), answers: answers.stats(), pairs: pairs.stats() }),
  };
}

function admissionOf(options: EngineOptions, budget: CpuBudget, clock: Clock): Admission {
  return createAdmission({
    clock,
    // While one search waits for encoding or the main thread, another can use the scoring threads.
    atWorkMax: options.searchesAtWork || 2 * budget.scoringWorkers,
    searchesMax: options.searchesMax,
    loopDelayMs: options.loopDelayMs,
  });
}

function createCaches(options: EngineOptions): SearchCaches {
  return {
    rows: createLruCache(options.rowCacheBytes),
    answers: createLruCache(options.answerCacheBytes),
    pairs: createLruCache(options.pairCacheBytes),
  };
}

/** Damage in a copy of a collection, that of a snapshot or the one being restored. */
async function damagesOf(folder: string): Promise<readonly string[]> {
  const { damages } = await inspectInChild(folder, "migrate");
  return damages;
}

const maintenanceThreads = 1;

interface Threads {
  readonly scorer: PoolScorer;
  readonly encodePool: EncodePool;
  readonly maintenance: MaintenancePool;
  /** Limits of collections, given what the threads leave of the system's limits. */
  readonly limits: CollectionLimits;
  readonly budget: CpuBudget;
  /** Requires that everything that uses the threads is closed. */
  close(): Promise<void>;
}

function startThreads(
  options: EngineOptions,
  parts: {
    readonly models: Models;
    readonly defaultModel: OpenedModel;
    readonly readiness: ReadinessState;
    readonly kernel: KernelChoice;
  },
): Threads {
  const { models, defaultModel, readiness, kernel } = parts;
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
  const scoreData: ScoreWorkerData = { kernel, retireChannel, mapTurn };
  const scorer = createPoolScorer({
    workerUrl: new URL("../scoring/score.worker.js", import.meta.url),
    workerCount: budget.scoringWorkers,
    retireChannel,
    watch,
    workerData: scoreData,
  });
  const encodeData = { kernel, models: [defaultModel] };
  const encodePool = createEncodePool({
    workerUrl: new URL("../encoding/encode.worker.js", import.meta.url),
    workerCount: budget.encodingWorkers,
    watch,
    workerData: encodeData,
    modelOf: (settings) => models.of(settings),
  });
  const maintenance = createMaintenancePool(
    new URL("../ingest/maintenance.worker.js", import.meta.url),
    { mapTurn, watch },
  );
  const close = async (): Promise<void> => {
    await Promise.all([encodePool.close(), scorer.drained(), maintenance.drained()]);
    // Never released: no thread may be inside lmdb when it ends, since that would abort the
    // process.
    takeTurn(mapTurn);
    await Promise.all([scorer.close(), maintenance.close()]);
    watch.close();
  };
  return { scorer, encodePool, maintenance, budget, limits, close };
}

function migrationNote(path: string, segmentCount: number): string {
  return `${path} was migrated to the current format: ${segmentCount} segments rewritten`;
}

/** One line per part that is not searched or not reported because it is damaged. */
function damagesIn(collection: Collection): string[] {
  const { damages, fieldDamages } = collection;
  return [...damages, ...fieldDamages, ...calibrationWarnings(collection)];
}

/** Opens the models of all collections; returns a line per model that cannot be opened. */
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
