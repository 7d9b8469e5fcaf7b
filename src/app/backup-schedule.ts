// Scheduled backups of all collections, and the settings of backups.

import { setTimeout as sleep } from "node:timers/promises";

import type { BackupInfo, BackupSettings } from "../backup/backup.protocol.js";
import type { Config } from "../config/schema.js";
import { parseBackupTarget } from "../core/backup-target.js";
import { isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { EngineApi } from "../engine/api.js";
import type { Logger } from "../observability/logger.js";

const dayMs = 86_400_000;

/** Undefined without a target. */
export function backupSettings({ backup }: Config): BackupSettings | undefined {
  const target = parseBackupTarget(backup);
  return (
    target && {
      target,
      timeoutMs: backup.timeoutMs,
      isReadBack: backup.readBack === "on",
      retention: { keepLast: backup.keepLast, keepMs: backup.keepDays * dayMs },
    }
  );
}

export interface BackupSchedule {
  /** Cancels a running backup; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly engine: EngineApi;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** Milliseconds since 1970; used once, for the age of the newest backups at the start. */
  readonly nowMs: () => number;
}

/**
 * Backs up all collections every `intervalMs`, by a clock that does not jump. A restart of the
 * server continues the interval: the first wait is what is left of it since the newest backups,
 * never more than the interval. Collections that failed are tried again after
 * `limits.backupRetryMs`.
 */
export function startBackupSchedule(options: ScheduleOptions): BackupSchedule {
  const stopped = new AbortController();
  const { signal } = stopped;
  const running = repeat(options, signal).catch((error: unknown) => {
    if (!signal.aborted) options.logger.error({ err: error }, "the backup schedule ended");
  });
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

async function repeat(options: ScheduleOptions, signal: AbortSignal): Promise<void> {
  const { engine, intervalMs } = options;
  let waitMs = await firstWait(options, signal);
  let failed: string[] = [];
  for (;;) {
    await sleep(waitMs, undefined, { signal, ref: false });
    const names = engine.listCollections().map(({ settings }) => settings.name);
    const due = failed.length === 0 ? names : names.filter((name) => failed.includes(name));
    failed = await backUp(options, due, signal);
    waitMs = failed.length === 0 ? intervalMs : Math.min(intervalMs, limits.backupRetryMs);
  }
}

async function firstWait(
  { engine, logger, intervalMs, nowMs }: ScheduleOptions,
  signal: AbortSignal,
): Promise<number> {
  try {
    const backups = await engine.listBackups({ signal });
    const names = engine.listCollections().map(({ settings }) => settings.name);
    return restOfInterval(intervalMs, { names, backups, nowMs: nowMs() });
  } catch (error) {
    signal.throwIfAborted();
    logger.error({ err: error }, "the backups could not be listed");
    return 0;
  }
}

/**
 * Milliseconds until the collection whose newest backup is the oldest is due: 0 to `intervalMs`,
 * also when a clock has jumped. `backups`: newest first.
 */
export function restOfInterval(
  intervalMs: number,
  at: {
    readonly names: readonly string[];
    readonly backups: readonly Pick<BackupInfo, "collection" | "createdMs">[];
    readonly nowMs: number;
  },
): number {
  const ages = at.names.map((name) => {
    const newest = at.backups.find(({ collection }) => collection === name);
    return newest === undefined ? intervalMs : at.nowMs - newest.createdMs;
  });
  return Math.min(intervalMs, Math.max(0, intervalMs - Math.max(0, ...ages)));
}

/** Returns the collections that could not be backed up. */
async function backUp(
  { engine, logger }: ScheduleOptions,
  collections: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const failed: string[] = [];
  for (const collection of collections) {
    try {
      for await (const { result } of engine.backup(collection, undefined, { signal }))
        if (result !== undefined)
          logger.info({ collection, backup: result.name, bytes: result.bytes }, "backed up");
    } catch (error) {
      signal.throwIfAborted();
      if (isSluiceError(error) && error.reason === "COLLECTION_NOT_FOUND") continue;
      logger.error({ collection, err: error }, "a scheduled backup failed; it is tried again");
      failed.push(collection);
    }
  }
  return failed;
}
