// A log that cannot be written: its disk is full, or its reader is gone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const logger = new URL("../../src/observability/logger.js", import.meta.url).href;

const program = `
  const { createLogger } = await import(${JSON.stringify(logger)});
  const log = createLogger({ level: "info", format: process.argv[1] });
  for (let i = 0; i < 1000; i += 1) log.info({ i }, "a call ended");
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.stdout.write("still there");
`;

if (existsSync("/dev/full"))
  describe("a log on a full disk", () => {
    for (const format of ["json", "text"])
      it(`loses its lines as ${format}, and nothing else`, () => {
        const args = [process.execPath, "--input-type=module", "-e", program, format];
        const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(" ");
        const { status, stdout } = spawnSync("sh", ["-c", `exec ${quoted} 2>/dev/full`], {
          encoding: "utf8",
        });
        assert.deepEqual([status, stdout], [0, "still there"]);
      });
  });
