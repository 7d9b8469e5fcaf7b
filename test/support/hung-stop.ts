// A process whose main thread hangs while stopping; only the watchdog's thread can end it.

import { startStopWatchdog } from "../../src/app/stop-watchdog.js";

const watchdog = startStopWatchdog({ level: "info", format: "json" });
watchdog.limit(600_000);
process.stdout.write("stopping\n");
watchdog.limit(200);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
