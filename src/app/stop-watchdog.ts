// Ends the process when a stop hangs. It runs in its own thread, so it depends neither on the main
// thread's event loop nor on anything else that may hang.

import { Worker } from "node:worker_threads";
import type { LoggerOptions } from "../observability/logger.js";

export interface StopWatchdog {
  /**
   * The process ends after `ms` milliseconds: one line is written to standard error, then it is
   * killed. A later call replaces the limit.
   */
  limit(ms: number): void;
}

export interface StopWatchdogData {
  /** How often `limit` was called, and the milliseconds of the last call. */
  readonly cells: SharedArrayBuffer;
  /** Format of the line that is written on a kill; "none" writes nothing. */
  readonly format: LoggerOptions["format"] | "none";
}

/**
 * Started with the server, since a new thread may not be available during a stop. Does not keep the
 * process alive.
 */
export function startStopWatchdog({ level, format }: LoggerOptions): StopWatchdog {
  const cells = new SharedArrayBuffer(8);
  const workerData: StopWatchdogData = { cells, format: level === "silent" ? "none" : format };
  const worker = new Worker(new URL("./stop-watchdog.worker.js", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  // The server can run without the watchdog.
  worker.on("error", () => undefined);
  worker.unref();
  const view = new Int32Array(cells);
  return {
    limit(ms) {
      Atomics.store(view, 1, ms);
      Atomics.add(view, 0, 1);
      Atomics.notify(view, 0);
    },
  };
}
