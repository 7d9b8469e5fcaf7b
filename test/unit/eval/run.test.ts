import assert from "node:assert/strict";

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import fc from "fast-check";

import { formatTrecRun, parseTrecRun, readTrecRun } from "../../../src/eval/run.js";
import type { Run } from "../../../src/eval/run.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

function keysOf(run: Run, query: string): string[] | undefined {
  return run.get(query)?.map(({ key }) => key);
}

describe("parseTrecRun", () => {
  it("orders by score and, as trec_eval does, by falling key among ties", () => {
    const text = "q Q0 a 1 2.0 t\nq Q0 c 9 2.0 t\nq Q0 b 2 3.5 t\np Q0 a 1 -1e-3 t\n";
    const run = parseTrecRun(text, "run.txt");
    assert.deepEqual(keysOf(run, "q"), ["b", "c", "a"]);
    assert.deepEqual(run.get("p"), [{ key: "a", score: -0.001 }]);
  });

  it("takes scores for tied that are equal as float32", () => {
    const run = parseTrecRun("q Q0 a 1 1.00000001 t\nq Q0 b 2 1.0 t", "run.txt");
    assert.deepEqual(keysOf(run, "q"), ["b", "a"]);
  });

  it("names file and line of a fault", () => {
    const faults: [string, RegExp][] = [
      ["q Q0 a 1", /^run:1: has 4 columns, expected 6$/],
      ["q Q0 a 1 2 t\nq Q0 a 2 1 t", /^run:2: query q ranks a twice$/],
      ["q Q0 a 1 NaN t", /^run:1: "NaN" is not a number$/],
    ];
    for (const [text, message] of faults) {
      assert.throws(() => parseTrecRun(text, "run"), { reason: "INVALID_INPUT_FILE", message });
    }
  });
});

describe("readTrecRun", () => {
  it("reads a file, and refuses one that is not there", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "run.txt");
      await writeFile(path, "q Q0 a 1 2 t\n");
      assert.deepEqual(keysOf(await readTrecRun(path), "q"), ["a"]);
      await assert.rejects(readTrecRun(join(folder, "absent")), { reason: "INVALID_INPUT_FILE" });
    });
  });
});

describe("formatTrecRun", () => {
  it("writes TREC's six columns with ranks from 1", () => {
    const first = { key: "a", score: 2.5 };
    const run = new Map([["q", [first, { key: "b", score: 1 }]]]);
    assert.equal(formatTrecRun(run, "sluice"), "q Q0 a 1 2.5 sluice\nq Q0 b 2 1 sluice\n");
  });

  it("is read back in its own order, whatever the scores", () => {
    const score = fc.oneof(
      fc.constantFrom(0, -0, 1, -1, 1e-45, -1e-45, 16777216, 16777217),
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    );
    const hits = fc.uniqueArray(
      fc.record({
        key: fc.string({ unit: fc.constantFrom("a", "b", "é", "𝐀"), minLength: 1 }),
        score,
      }),
      { selector: ({ key }) => key },
    );
    fc.assert(
      fc.property(hits, (list) => {
        const sorted = list.toSorted((a, b) => b.score - a.score);
        const run = new Map([["q", sorted]]);
        const text = formatTrecRun(run, "t");
        const expected = sorted.length === 0 ? undefined : sorted.map(({ key }) => key);
        assert.deepEqual(keysOf(parseTrecRun(text, "run"), "q"), expected);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses scores that are not numbers", () => {
    const run = new Map([["q", [{ key: "a", score: NaN }]]]);
    assert.throws(() => formatTrecRun(run, "t"), /finite/);
  });

  it("refuses ids that the format cannot hold", () => {
    for (const key of ["", "a b", "a\tb", "a\n"]) {
      assert.throws(() => formatTrecRun(new Map([["q", [{ key, score: 1 }]]]), "t"), {
        reason: "INVALID_FIELD",
      });
    }
  });
});
