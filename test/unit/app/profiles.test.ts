// CPU profiles on demand: their files, their number, and a disk that takes none.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProfiler } from "../../../src/app/profiles.js";
import { limits } from "../../../src/core/limits.js";
import { createLogger } from "../../../src/observability/logger.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

describe("profiles", () => {
  const folder = useTemporaryFolder();
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
  });

  function create(durationMs: number) {
    let nowMs = Date.UTC(2026, 0, 1);
    return createProfiler(folder(), {
      logger: createLogger({ level: "info", format: "text", write: (line) => lines.push(line) }),
      nowMs: () => (nowMs += 1000),
      durationMs,
    });
  }

  const files = (): string[] => readdirSync(join(folder(), "profiles")).sort();

  it("are files that name functions; the last few are kept, and other files stay", async () => {
    const profiler = create(1);
    mkdirSync(join(folder(), "profiles"));
    writeFileSync(join(folder(), "profiles", "a note"), "");
    for (let i = 0; i < limits.profileFilesMax + 3; i += 1) {
      profiler.record();
      await profiler.settled();
    }
    const [note, first, ...others] = files();
    assert.equal(note, "a note");
    assert.equal(others.length, limits.profileFilesMax - 1);
    assert.equal(first, "cpu-2026-01-01T00-00-04-000Z.cpuprofile");
    const text = readFileSync(join(folder(), "profiles", first), "utf8");
    const profile = JSON.parse(text) as { readonly nodes: readonly object[] };
    assert.ok(profile.nodes.length > 0);
  });

  it("are recorded one at a time, and end when the server stops", async () => {
    const profiler = create(600_000);
    profiler.record();
    profiler.record();
    assert.match(lines.join(""), /being recorded already/);
    await profiler.close();
    assert.equal(files().length, 1);
    profiler.record();
    await profiler.settled();
    assert.equal(files().length, 1);
  });

  it("never fail a server that cannot write them", async () => {
    writeFileSync(join(folder(), "profiles"), "in the way");
    const profiler = create(1);
    profiler.record();
    await profiler.settled();
    assert.match(lines.join(""), /no CPU profile could be recorded/);
  });
});
