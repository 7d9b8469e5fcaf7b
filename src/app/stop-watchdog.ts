// The last resort of a stop: a thread of its own that ends the process when the stop does not end. It
// needs neither the event loop of the main thread nor anything else that could hang with it.

import { Worker } from "node:worker_threads";
import type { LoggerOptions } from "../observability/logger.js";

export interface StopWatchdog {
  /**
   * From now on the process has `ms` milliseconds; then one line is written to standard error and it
   * is killed. A later call counts instead.
   */
  limit(ms: number): void;
}

export interface StopWatchdogData {
  /** How often `limit` was called; milliseconds of the last call. */
  readonly cells: SharedArrayBuffer;
  /** Written as it is when the process is killed; empty: nothing is. */
  readonly format: LoggerOptions["format"] | "none";
}

/** Started with the server, since no thread may be had when it stops. It keeps no process alive. */
export function startStopWatchdog({ level, format }: LoggerOptions): StopWatchdog {
  const cells = new SharedArrayBuffer(8);
  const workerData: StopWatchdogData = { cells, format: level === "silent" ? "none" : format };
  const worker = new Worker(new URL("./stop-watchdog.worker.js", import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  // Without it the server serves all the same.
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
