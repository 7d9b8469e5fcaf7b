// THREAD ENTRY. Watchdog of a stop: sleeps until a limit is set and kills the process when it
// passes.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { StopWatchdogData } from "./stop-watchdog.js";

const { cells, format } = workerData as StopWatchdogData;
const view = new Int32Array(cells);
const message = "the stop did not end: killed; acknowledged writes are on disk";

for (let calls = 0; ; calls = Atomics.load(view, 0)) {
  const waitMs = calls === 0 ? Infinity : Atomics.load(view, 1);
  if (Atomics.wait(view, 0, calls, waitMs) !== "timed-out") continue;
  try {
    writeSync(2, lineOf(new Date().toISOString()));
  } catch {
    // Standard error is closed.
  }
  process.kill(process.pid, "SIGKILL");
}

function lineOf(time: string): string {
  if (format === "none") return "";
  if (format === "text") return `${time.slice(11, 23)} ERROR ${message}\n`;
  return `${JSON.stringify({ level: "error", time, message })}\n`;
}
