// CPU profiles of a running server: a signal records all threads for a while, into a folder with a
// file for each, which browsers' developer tools and speedscope open.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../core/limits.js";
import type { Logger } from "../observability/logger.js";
import { recordThreads } from "./thread-profiles.js";
import type { ThreadProfile } from "./thread-profiles.js";

export interface Profiler {
  /** Begins to record one, unless one is being recorded. The log says what became of it. */
  record(): void;
  /** Resolves when none is being recorded. */
  settled(): Promise<void>;
  /** Ends a recording early; what was recorded is written. */
  close(): Promise<void>;
}

const recordingPattern = /^cpu-[\dTZ-]+$/;

export function createProfiler(
  dataFolder: string,
  options: {
    readonly logger: Logger;
    /** Milliseconds since 1970. */
    readonly nowMs: () => number;
    /** Default `limits.profileMs`. */
    readonly durationMs?: number | undefined;
  },
): Profiler {
  const { logger, nowMs, durationMs = limits.profileMs } = options;
  const folder = join(dataFolder, "profiles");
  const stop = new AbortController();
  let recording: Promise<void> | undefined;
  const record = async (): Promise<void> => {
    const time = new Date(nowMs()).toISOString().replaceAll(/[:.]/g, "-");
    const recorded = join(folder, `cpu-${time}`);
    try {
      logger.info({ durationMs }, "a CPU profile is being recorded");
      const profiles = await recordThreads(durationMs, stop.signal);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      removeOldest(folder);
      writeWhole(recorded, profiles);
      logger.info({ folder: recorded }, "a CPU profile was written");
    } catch (error) {
      logger.error({ err: error }, "no CPU profile could be recorded");
    }
  };
  return {
    record() {
      if (stop.signal.aborted) return;
      if (recording === undefined) recording = record().finally(() => (recording = undefined));
      else logger.warn({}, "a CPU profile is being recorded already");
    },
    settled: async () => recording,
    async close() {
      stop.abort();
      await recording;
    },
  };
}

/** Leaves nothing behind when the disk has no space for all of it. */
function writeWhole(folder: string, profiles: readonly ThreadProfile[]): void {
  mkdirSync(folder, { mode: 0o700 });
  try {
    for (const { thread, json } of profiles)
      writeFileSync(join(folder, `${thread}.cpuprofile`), json, { mode: 0o600 });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Leaves room for one more. Names sort by time. */
function removeOldest(folder: string): void {
  const recordings = readdirSync(folder)
    .filter((name) => recordingPattern.test(name))
    .sort();
  for (const name of recordings.slice(
    0,
    Math.max(0, recordings.length - limits.profileFilesMax + 1),
  ))
    rmSync(join(folder, name), { recursive: true });
}
