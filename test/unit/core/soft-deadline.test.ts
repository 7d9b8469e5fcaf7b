import assert from "node:assert/strict";

import fc from "fast-check";

import { createSoftDeadline } from "../../../src/core/soft-deadline.js";

describe("createSoftDeadline", () => {
  const at = (budgetMs?: number, deadlineMs?: number): { remaining: number; cause: string } => {
    const deadline = createSoftDeadline(() => 500, { budgetMs, deadlineMs });
    return { remaining: deadline.remainingMs(), cause: deadline.cause };
  };

  it("is never without a budget or a deadline", () => {
    assert.deepEqual(at(), { remaining: Infinity, cause: "none" });
  });

  it("leaves a twentieth of the deadline, and at least 10 ms, for delivery", () => {
    assert.deepEqual(at(undefined, 1000), { remaining: 950, cause: "deadline" });
    assert.deepEqual(at(undefined, 100), { remaining: 90, cause: "deadline" });
    assert.ok(at(undefined, 5).remaining < 0);
  });

  it("is the earlier of the two", () => {
    assert.deepEqual(at(30, 1000), { remaining: 30, cause: "budget" });
    assert.deepEqual(at(990, 1000), { remaining: 950, cause: "deadline" });
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (budget, deadline) => {
        const both = at(budget, deadline).remaining;
        assert.equal(both, Math.min(at(budget).remaining, at(undefined, deadline).remaining));
      }),
    );
  });

  it("runs down with the clock that it was given", () => {
    let now = 7;
    const deadline = createSoftDeadline(() => now, { budgetMs: 100, deadlineMs: undefined });
    now += 60;
    assert.equal(deadline.remainingMs(), 40);
    now += 60;
    assert.equal(deadline.remainingMs(), -20);
  });
});
