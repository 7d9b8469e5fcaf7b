// What an engine is composed from: its options, also those of a configuration, and its settings.

import type { BackupSettings } from "../backup/backup.protocol.js";
import { parseAliases } from "../config/model-aliases.js";
import type { Config } from "../config/schema.js";
import type { SluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import type { CollectionLimits } from "../engine/collections.js";
import type { EngineParts } from "../engine/engine.js";
import type { RemoteRerankers } from "../engine/rerankers.js";
import type { MaintenanceStep } from "../ingest/maintenance.js";
import type { KernelChoice } from "../kernels/load-kernels.js";
import type { SearchDefaults } from "../search/plan.js";
import { backupSettings } from "./backup-schedule.js";

export interface EngineOptions {
  readonly dataFolder: string;
  readonly modelsFolder: string;
  readonly modelAliases?: ReadonlyMap<string, string> | undefined;
  readonly defaultModel: string;
  readonly kernel: KernelChoice | undefined;
  /** 0: derived from the number of cores. */
  readonly scoringWorkers: number;
  readonly encodingWorkers: number;
  readonly search: SearchDefaults;
  readonly flushBytes: number;
  /**
   * Byte budgets of the caches (token vectors of queries, answers, cross-encoder scores); 0
   * disables one.
   */
  readonly rowCacheBytes: number;
  readonly answerCacheBytes: number;
  readonly pairCacheBytes: number;
  /** Searches that run concurrently; 0: twice the number of scoring threads. */
  readonly searchesAtWork: number;
  /** Searches running or queued. */
  readonly searchesMax: number;
  /** Recent event loop delay, milliseconds; absent when it is not measured. */
  readonly loopDelayMs?: (() => number) | undefined;
  /** When absent, a search may hold its generation as long as it runs. */
  readonly generationAgeMaxMs?: number | undefined;
  /** Feedback events kept per collection; absent: the limit. */
  readonly feedbackEventsMax?: number | undefined;
  /** openMax and openBytesMax may be 0: derived from the limits of the system. */
  readonly collections: CollectionLimits;
  /** Called with warnings about a collection that is opened later: damage, or an older format. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** When absent, the journal is not flushed because of its age. */
  readonly flushAgeMs?: number | undefined;
  /** Called when a flush or a merge fails. No data is lost, and it is retried. */
  readonly onMaintenanceFailure?: ((error: unknown) => void) | undefined;
  /** Called whenever the readiness or its reasons change. */
  readonly onReadiness?: ((readiness: Readiness) => void) | undefined;
  /** Called when a write fails on disk: the engine is no longer ready, reads continue. */
  readonly onStorageFailed?: ((error: SluiceError) => void) | undefined;
  /** Object storage of backups; absent when there is none. */
  readonly backup?: BackupSettings | undefined;
  /** Remote rerankers; absent when there are none. */
  readonly remoteRerankers?: RemoteRerankers | undefined;
  /** Called once per collection when its measured recall becomes stale. */
  readonly onRecallStale?: ((message: string) => void) | undefined;
  readonly onBackupEnded?: EngineParts["onBackupEnded"];
  /** Called when a flush, merge or deferred delete begins and when it ends. */
  readonly onMaintenanceStep?: ((step: MaintenanceStep) => void) | undefined;
}

/** The engine's settings from the options, and its wall clock. */
export function engineSettings(
  options: EngineOptions,
): Pick<
  EngineParts,
  | "defaults"
  | "defaultModel"
  | "generationAgeMaxMs"
  | "onRecallStale"
  | "onBackupEnded"
  | "remoteRerankers"
  | "feedbackEventsMax"
  | "nowMs"
> {
  return {
    defaults: options.search,
    defaultModel: options.defaultModel,
    generationAgeMaxMs: options.generationAgeMaxMs,
    onRecallStale: options.onRecallStale,
    onBackupEnded: options.onBackupEnded,
    remoteRerankers: options.remoteRerankers,
    feedbackEventsMax: options.feedbackEventsMax,
    nowMs: () => Date.now(),
  };
}

/** The engine's options from the configuration. */
export function engineOptions(config: Config): EngineOptions {
  const kernel: KernelChoice | undefined = config.kernel === "auto" ? undefined : config.kernel;
  return {
    dataFolder: config.data,
    modelsFolder: config.modelsFolder,
    modelAliases: parseAliases(config.modelAliases),
    defaultModel: config.defaultModel,
    kernel,
    scoringWorkers: config.scoringWorkers,
    encodingWorkers: config.encodingWorkers,
    search: config.search,
    flushBytes: config.ingest.flushBytes,
    flushAgeMs: config.ingest.flushAgeMs,
    generationAgeMaxMs: config.search.generationAgeMaxMs,
    rowCacheBytes: config.search.rowCacheBytes,
    answerCacheBytes: config.search.answerCacheBytes,
    pairCacheBytes: config.search.pairCacheBytes,
    searchesAtWork: config.search.atWork,
    searchesMax: config.limits.searchesMax,
    feedbackEventsMax: config.feedback.eventsMax,
    collections: config.collections,
    backup: backupSettings(config),
  };
}
