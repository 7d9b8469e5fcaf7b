// CPU profiles on demand: their files, their number, and a disk that takes none.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createProfiler } from "../../../src/app/profiles.js";
import { limits } from "../../../src/core/limits.js";
import { createLogger } from "../../../src/observability/logger.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

const spinning = `
  function spin() { for (const end = performance.now() + 5; performance.now() < end; ); }
  setInterval(spin, 1)`;

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

  function functionsIn(file: string): string[] {
    const text = readFileSync(join(folder(), "profiles", file), "utf8");
    const { nodes } = JSON.parse(text) as {
      readonly nodes: readonly { readonly callFrame: { readonly functionName: string } }[];
    };
    return nodes.map(({ callFrame }) => callFrame.functionName);
  }

  it("are folders of files that name functions; the last few are kept, and other files stay", async () => {
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
    assert.equal(first, "cpu-2026-01-01T00-00-04-000Z");
    assert.ok(functionsIn(join(first, "main.cpuprofile")).length > 0);
  });

  it("have a file for each thread", async () => {
    const worker = new Worker(spinning, { eval: true });
    try {
      await once(worker, "online");
      const profiler = create(100);
      // A profile has a sample of a function only if its thread was running.
      let functions: string[] = [];
      while (!functions.includes("spin")) {
        profiler.record();
        await profiler.settled();
        const recorded = files().at(-1) ?? "";
        const [main, name = "", ...others] = readdirSync(
          join(folder(), "profiles", recorded),
        ).sort();
        assert.equal(main, "main.cpuprofile");
        assert.match(name, /^worker-\d+\.cpuprofile$/);
        assert.deepEqual(others, []);
        functions = functionsIn(join(recorded, name));
      }
    } finally {
      await worker.terminate();
    }
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
