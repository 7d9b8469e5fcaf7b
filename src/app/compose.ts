// Options to object graph, bottom-up: what a server needs between its ports and its disk.

import { availableParallelism } from "node:os";

import type { SearchDefaults } from "../search/plan.js";
import { loadKernels } from "../kernels/load-kernels.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { EngineApi } from "../rpc/ports.js";
import { createPoolScorer } from "../scoring/pool-scorer.js";
import { openDataFolder } from "../store/data-folder.js";
import { openCollections } from "./collections.js";
import { divideCores } from "./cpu-budget.js";
import type { CpuBudget } from "./cpu-budget.js";
import { createEncodePool } from "./encode-pool.js";
import type { EncodeWorkerData } from "./encode.protocol.js";
import { createEngine } from "./engine.js";
import { createMaintenancePool } from "./maintenance-pool.js";
import { createModels } from "./models.js";
import type { ScoreWorkerData } from "./score.worker.js";

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
  readonly searchesMax: number;
}

export interface ComposedEngine {
  readonly api: EngineApi;
  readonly kernelName: string;
  /** Lines about what could not be used, for the log. */
  readonly notes: readonly string[];
  readonly budget: CpuBudget;
  /** Tasks that wait, for metrics. */
  queueSizes(): { readonly scoring: number; readonly encoding: number };
  /** From now on not ready; calls under way go on. */
  refuse(): void;
  /** Waits for what is under way and closes everything; every acknowledged write is on disk already. */
  close(): Promise<void>;
}

/** Takes the folder's lock first: a second server fails before it costs anything. */
export async function composeEngine(options: EngineOptions): Promise<ComposedEngine> {
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
  const { kernels, notes } = loadKernels(options.kernel);
  const models = createModels(options.modelsFolder);
  const preloaded = [await models.open(options.defaultModel)];
  const maintenance = createMaintenancePool(new URL("./maintenance.worker.js", import.meta.url));
  const { flushBytes } = options;
  const { buildSegment } = maintenance;
  const collections = await openCollections(folder, { flushBytes, buildSegment }).catch(
    async (error: unknown) => {
      await maintenance.close();
      throw error;
    },
  );
  const warnings = [...notes];
  for (const { collection } of collections.list()) {
    const { modelName } = collection.settings;
    if (modelName === undefined) continue;
    try {
      await models.open(modelName);
    } catch (error) {
      warnings.push(error instanceof Error ? error.message : String(error));
    }
    warnings.push(...collection.damages);
  }
  const budget = divideCores(availableParallelism(), options);
  const scoreData: ScoreWorkerData = { kernel: options.kernel };
  const scorer = createPoolScorer({
    workerUrl: new URL("./score.worker.js", import.meta.url),
    workerCount: budget.scoringWorkers,
    workerData: scoreData,
  });
  const encodeData: EncodeWorkerData = { kernel: options.kernel, models: preloaded };
  const encodePool = createEncodePool({
    workerUrl: new URL("./encode.worker.js", import.meta.url),
    workerCount: budget.encodingWorkers,
    workerData: encodeData,
    modelOf: (collection) => models.of(collection.settings),
  });
  let isOpen = true;
  const api = createEngine({
    collections,
    models,
    scorer,
    encodePool,
    kernels,
    clock: () => performance.now(),
    defaults: options.search,
    defaultModel: options.defaultModel,
    searchesMax: options.searchesMax,
    isReady: () => isOpen,
  });
  return {
    api,
    kernelName: kernels.name,
    notes: warnings,
    budget,
    queueSizes: () => ({ scoring: scorer.queueSize, encoding: encodePool.queueSize }),
    refuse() {
      isOpen = false;
    },
    async close() {
      isOpen = false;
      await encodePool.close();
      await scorer.close();
      await collections.close();
      await maintenance.close();
      folder.close();
    },
  };
}
