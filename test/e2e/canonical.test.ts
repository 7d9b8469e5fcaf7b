// The canonical bench at toy size: its output's shape, not its figures.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCanonicalBench } from "../../bench/load/canonical-bench.js";
import { canonicalMarkdown } from "../../bench/load/render.js";
import { canonicalSchema } from "../../bench/load/result-schema.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

describe("the canonical bench", () => {
  it("writes the figures that others read, at toy size", async () => {
    await withTemporaryFolder(async (folder) => {
      const out = join(folder, "canonical.json");
      const toy = { passages: 2500, searches: 20, trialSeconds: 0.5, trialsMax: 2 };
      const file = await runCanonicalBench({ ...toy, folder, out });
      assert.deepEqual(canonicalSchema.parse(JSON.parse(readFileSync(out, "utf8"))), file);
      assert.ok(file.recallAt10 > 0.9 && file.bytesPerPassage > 0 && file.peakRssMiB > 0);
      assert.ok(file.firstUpdateMs.p50 > 0 && file.finalMs.p99 >= file.finalMs.p50);
      assert.match(canonicalMarkdown(file), /recall@10/);
    });
  });
});
