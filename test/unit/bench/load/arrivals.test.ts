// Planned arrivals: seeded, rising, of the rate that was asked for, step after step.

import assert from "node:assert/strict";
import fc from "fast-check";
import { planArrivals } from "../../../../bench/load/arrivals.js";

describe("planned arrivals", () => {
  it("rise within the time of their steps, whatever the rates", () => {
    const step = fc.record({
      perSecond: fc.double({ min: 0.5, max: 500, noNaN: true }),
      seconds: fc.integer({ min: 1, max: 4 }),
    });
    const options = fc.record({
      process: fc.constantFrom("poisson" as const, "even" as const),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), options, (steps, how) => {
        const times = planArrivals(steps, how);
        const endMs = 1000 * steps.reduce((sum, { seconds }) => sum + seconds, 0);
        for (const [i, time] of times.entries()) {
          assert.ok(time >= (times[i - 1] ?? 0) && time < endMs);
        }
        assert.deepEqual(planArrivals(steps, how), times);
      }),
    );
  });

  it("come as often as the rate of each step says", () => {
    const steps = [
      { perSecond: 200, seconds: 50 },
      { perSecond: 20, seconds: 50 },
    ];
    for (const process of ["poisson", "even"] as const) {
      const times = planArrivals(steps, { process, seed: 4 });
      const early = times.filter((time) => time < 50_000).length;
      assert.ok(Math.abs(early - 10_000) < 300, `${early} of ${process}`);
      assert.ok(Math.abs(times.length - early - 1000) < 100, `${times.length} of ${process}`);
    }
  });

  it("of a Poisson process are as uneven as chance makes them", () => {
    const steps = [{ perSecond: 100, seconds: 100 }];
    const times = planArrivals(steps, { process: "poisson", seed: 9 });
    const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Of an exponential distribution the deviation is the mean.
    assert.ok(Math.abs(Math.sqrt(variance) / mean - 1) < 0.05);
  });
});
