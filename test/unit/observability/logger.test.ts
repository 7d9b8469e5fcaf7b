// The form of log lines.

import assert from "node:assert/strict";
import { SluiceError } from "../../../src/core/errors.js";
import { createLogger } from "../../../src/observability/logger.js";
import type { Logger, LoggerOptions } from "../../../src/observability/logger.js";

describe("the log", () => {
  it("is JSON, one object a line, with level, time, message and details", () => {
    const [line = ""] = written({}, (logger) => logger.info({ port: 7 }, "listening"));
    const entry = JSON.parse(line) as Record<string, unknown>;
    assert.match(String(entry["time"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    delete entry["time"];
    assert.deepEqual(entry, { level: "info", port: 7, message: "listening" });
    assert.ok(line.endsWith("\n"));
  });

  it("keeps the reason and the stack of errors", () => {
    const err = new SluiceError("DISK_FULL", "no room");
    const [line = ""] = written({}, (logger) => logger.error({ err }, "a write failed"));
    const entry = JSON.parse(line) as { readonly err: Record<string, unknown> };
    assert.equal(entry.err["reason"], "DISK_FULL");
    assert.match(String(entry.err["stack"]), /no room[^]*at /);
  });

  it("leaves out what is below its level", () => {
    const lines = written({ level: "warn" }, (logger) => {
      logger.debug({}, "no");
      logger.info({}, "no");
      logger.warn({}, "yes");
    });
    assert.equal(lines.length, 1);
    assert.deepEqual(
      written({ level: "silent" }, (logger) => logger.error({}, "no")),
      [],
    );
  });

  it("adds a child's details to each of its lines", () => {
    const [line = ""] = written({}, (logger) => logger.child({ call: 3 }).info({}, "x"));
    assert.equal((JSON.parse(line) as { readonly call: number }).call, 3);
  });

  it("is readable as text", () => {
    const [line = "", failed = ""] = written({ format: "text" }, (logger) => {
      logger.info({ port: 7, path: "a b" }, "listening");
      logger.error({ err: new Error("boom") }, "failed");
    });
    assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening port=7 path="a b"\n$/);
    assert.match(failed, /ERROR failed\n {2}Error: boom\n {6}at /);
  });
});

function written(options: Partial<LoggerOptions>, use: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  use(
    createLogger({ level: "info", format: "json", write: (line) => lines.push(line), ...options }),
  );
  return lines;
}
