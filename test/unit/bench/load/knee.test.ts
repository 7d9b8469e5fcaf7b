// The search for the knee, against servers whose capacity is known.

import assert from "node:assert/strict";
import fc from "fast-check";
import { findKnee, keepsUp } from "../../../../bench/load/knee.js";
import type { KneeTrial } from "../../../../bench/load/knee.js";

const rule = { goodShareMin: 0.97, finalP99MsMax: 100 };

/** Answers all up to its capacity in 20 ms, and that many beyond it late. */
function serverOf(capacity: number): (perSecond: number) => Promise<KneeTrial> {
  return (perSecond) =>
    Promise.resolve({
      offeredPerSecond: perSecond,
      goodShare: Math.min(1, capacity / perSecond),
      finalP99Ms: perSecond > capacity ? 500 : 20,
    });
}

describe("the knee", () => {
  it("is found within the precision, from above and from below", async () => {
    const capacities = fc.double({ min: 3, max: 20_000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(capacities, async (capacity) => {
        const search = { rule, startPerSecond: 100, precision: 0.05, trialsMax: 60 };
        const { perSecond } = await findKnee(search, serverOf(capacity));
        assert.ok(perSecond <= capacity && perSecond >= capacity / 1.06, `${perSecond}`);
      }),
    );
  });

  it("takes both an answer in time and nearly all answers", () => {
    const trial = { offeredPerSecond: 10, goodShare: 0.97, finalP99Ms: 100 };
    assert.ok(keepsUp(trial, rule));
    assert.ok(!keepsUp({ ...trial, goodShare: 0.96 }, rule));
    assert.ok(!keepsUp({ ...trial, finalP99Ms: 101 }, rule));
  });

  it("is not moved by one pause of the machine", async () => {
    let calls = 0;
    const steady = serverOf(1000);
    const { perSecond } = await findKnee(
      { rule, startPerSecond: 100, precision: 0.05, trialsMax: 40 },
      (rate) => steady((calls += 1) === 2 ? 1e9 : rate),
    );
    assert.ok(perSecond > 900);
  });

  it("is 0 and ends when the server keeps up with nothing", async () => {
    const search = { rule, startPerSecond: 100, precision: 0.05, trialsMax: 12 };
    const knee = await findKnee(search, serverOf(0));
    assert.equal(knee.perSecond, 0);
    assert.equal(knee.trials.length, 12);
  });
});
