// The peers bench without the peers: its arrays, its figures, and what it makes of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { npyHeader, writeNpy } from "../../../../bench/peers/npy.js";
import { latencyOf, recallOf } from "../../../../bench/peers/other-engines.js";
import type { EngineFigures, PeersFile } from "../../../../bench/peers/peers-schema.js";
import { compareCurves, peersMarkdown } from "../../../../bench/peers/render.js";
import { withTemporaryFolder } from "../../../support/temporary-folder.js";

describe("arrays for other programs", () => {
  it("are what NumPy reads: magic, version, header of whole 64 bytes, values", async () => {
    await withTemporaryFolder((folder) => {
      const path = join(folder, "a.npy");
      const parts = [Float32Array.of(1, 2, 3), Float32Array.of(-4, 5.5, 6)];
      writeNpy(path, { type: "float32", shape: [2, 3] }, parts);
      const file = readFileSync(path);
      assert.equal(file.subarray(0, 8).toString("latin1"), "\x93NUMPY\x01\x00");
      const start = 10 + file.readUInt16LE(8);
      assert.equal(
        file.subarray(10, start).toString("latin1").trimEnd(),
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      );
      const values = new Float32Array(Uint8Array.from(file.subarray(start)).buffer);
      assert.deepEqual([...values], [1, 2, 3, -4, 5.5, 6]);
      return Promise.resolve();
    });
  });

  it("have aligned headers for any shape", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (shape) => {
        const header = npyHeader("int32", shape);
        assert.equal(header.length % 64, 0);
        assert.equal(header.at(-1), 10);
        const sizes = /'shape': \(([^)]*)\)/.exec(header.toString("latin1"))?.[1] ?? "";
        assert.deepEqual(
          sizes
            .split(",")
            .filter((size) => size.trim() !== "")
            .map(Number),
          shape,
        );
        if (shape.length === 1) assert.match(sizes, /,$/);
      }),
    );
  });
});

describe("figures of the peers bench", () => {
  it("are shares of the exact ten, and quantiles", () => {
    assert.equal(
      recallOf(
        [[1, 2], []],
        [
          [1, 3],
          [4, 5],
        ],
      ),
      0.25,
    );
    assert.deepEqual(latencyOf([3, 1, 2]), { p50Ms: 2, p95Ms: 2.9 });
  });

  const engine = (name: string, points: [number, number][], more: object = {}): EngineFigures => ({
    engine: name,
    version: "1",
    indexSeconds: null,
    indexBytes: null,
    error: null,
    points: points.map(([recallAt10, p50Ms]) => ({
      settings: `at ${recallAt10}`,
      threads: 1,
      recallAt10,
      p50Ms,
      p95Ms: p50Ms,
    })),
    ...more,
  });
  const file = (engines: EngineFigures[]): PeersFile => ({
    machine: { cpu: "c", cores: 2, loadBefore: 0, loadAfter: 0, node: "v", kernel: "k" },
    command: "sluice bench peers",
    sets: [{ set: "s", passages: 9, rows: 99, dim: 16, queries: 5, engines }],
  });

  it("compare each point with the fastest of Sluice's that finds no less", () => {
    const own = engine(
      "Sluice, 4 bits",
      [
        [0.9, 1],
        [0.95, 2],
        [0.94, 3],
      ],
      { indexSeconds: 2 },
    );
    const { sets } = file([
      own,
      engine("slow", [
        [0.9, 40],
        [0.94, 60],
      ]),
      engine("fine", [[0.99, 1]]),
    ]);
    assert.deepEqual(
      compareCurves(sets[0]!).map(({ peer, own: found, ratio }) => [peer, found?.p50Ms, ratio]),
      [
        ["slow", 1, 40],
        ["slow", 2, 30],
        ["fine", undefined, undefined],
      ],
    );
  });

  it("say where Sluice is behind, and what did not run", () => {
    const own = engine("Sluice, 4 bits", [[0.9, 5]], { indexSeconds: 2 });
    const fast = engine("fast", [[0.8, 2.5]], { indexSeconds: 30 });
    const text = peersMarkdown(
      file([own, fast, engine("better", [[0.99, 9]]), engine("gone", [], { error: "a | b" })]),
    );
    assert.match(
      text,
      /^Behind: fast \(at 0.8\) finds 0.800 in 2.50 ms, Sluice as much in 5.00 ms.$/m,
    );
    assert.match(text, /^Behind: no setting here finds what better \(at 0.99\) finds, 0.990.$/m);
    assert.match(text, /Sluice is 0.5 to 1 times as fast/);
    assert.match(text, /fast 15.0 times of Sluice's time/);
    assert.match(text, /^\| gone 1 \| a \/ b \|/m);
  });
});
