// The last resort of a stop, in processes of their own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { drainMsOf } from "../../../src/app/drain.js";
import { loadConfig } from "../../../src/config/load-config.js";

describe("the watchdog of a stop", () => {
  it("kills a process whose main thread hangs, and says so", async () => {
    const program = fileURLToPath(new URL("../../support/hung-stop.js", import.meta.url));
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "ignore", "pipe"] });
    const [stderr, exit] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.deepEqual(exit, [null, "SIGKILL"]);
    const { message } = JSON.parse(stderr) as { message: string };
    assert.match(message, /the stop did not end: killed; acknowledged writes are on disk/);
  });

  it("keeps no process alive", async () => {
    const url = new URL("../../../src/app/stop-watchdog.js", import.meta.url).href;
    const script = `import(${JSON.stringify(url)}).then(({ startStopWatchdog }) =>
      startStopWatchdog({ level: "info", format: "json" }).limit(600000));`;
    const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });
});

describe("the drain of a stop", () => {
  it("is for those who listen elsewhere than on loopback, unless it is set", () => {
    const drainMs = (flags: Record<string, string>): number =>
      drainMsOf(loadConfig({ flags, environment: {} }).config);
    assert.equal(drainMs({}), 0);
    assert.equal(drainMs({ host: "::1" }), 0);
    assert.equal(drainMs({ host: "0.0.0.0" }), 5_000);
    assert.equal(drainMs({ host: "0.0.0.0", shutdownDrainMs: "0" }), 0);
    assert.equal(drainMs({ shutdownDrainMs: "700" }), 700);
  });
});
