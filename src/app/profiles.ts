// CPU profiles of a running server: a signal records the main thread for a while, into a file that
// browsers' developer tools and speedscope open.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../core/limits.js";
import type { Logger } from "../observability/logger.js";

export interface Profiler {
  /** Begins to record one, unless one is being recorded. The log says what became of it. */
  record(): void;
  /** Resolves when none is being recorded. */
  settled(): Promise<void>;
  /** Ends a recording early; what was recorded is written. */
  close(): Promise<void>;
}

const filePattern = /^cpu-[\dTZ-]+\.cpuprofile$/;

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
    const file = join(folder, `cpu-${time}.cpuprofile`);
    try {
      logger.info({ durationMs }, "a CPU profile is being recorded");
      const profile = await recordProfile(durationMs, stop.signal);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      removeOldest(folder);
      writeWhole(file, profile);
      logger.info({ file }, "a CPU profile was written");
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

/** The profile as JSON. */
async function recordProfile(durationMs: number, signal: AbortSignal): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
    const { profile } = await session.post("Profiler.stop");
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}

/** Leaves no file behind when the disk has no space for all of it. */
function writeWhole(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** Leaves room for one more. Names sort by time. */
function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => filePattern.test(name))
    .sort();
  for (const name of files.slice(0, Math.max(0, files.length - limits.profileFilesMax + 1)))
    rmSync(join(folder, name));
}
