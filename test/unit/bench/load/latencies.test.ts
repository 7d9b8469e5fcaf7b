// Latencies of a load: percentiles that hold for any latencies, in memory that does not grow.

import assert from "node:assert/strict";
import fc from "fast-check";
import { createLatencies } from "../../../../bench/load/latencies.js";

describe("latencies of a load", () => {
  it("have the percentiles of the sorted list, to three figures", () => {
    const ms = fc.double({ min: 0.001, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 300 }), (values) => {
        const latencies = createLatencies();
        for (const value of values) latencies.record(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = (share: number): number =>
          sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
        const { p50, p99, max } = latencies.figures();
        for (const [found, wanted] of [
          [p50, exact(0.5)],
          [p99, exact(0.99)],
          [max, exact(1)],
        ] as const)
          // Three figures, and microseconds.
          assert.ok(Math.abs((found ?? NaN) - wanted) <= wanted / 1000 + 0.0011, `${found}`);
      }),
    );
  });

  it("are nothing where nothing was measured", () => {
    assert.deepEqual(createLatencies().figures(), { p50: null, p99: null, max: null });
  });

  it("count what took no time, or more than an hour", () => {
    const latencies = createLatencies();
    latencies.record(-0.4);
    latencies.record(7_200_000);
    const { p50, max } = latencies.figures();
    assert.equal(p50, 0.001);
    assert.ok(Math.abs((max ?? NaN) - 3_600_000) <= 3600);
  });
});
