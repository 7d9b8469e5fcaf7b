import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import { createCancelFlag, isRaised } from "../../../src/core/cancel-flag.js";
import { createSoftDeadline } from "../../../src/core/soft-deadline.js";

describe("createSoftDeadline", () => {
  const table = [
    { budgetMs: undefined, deadlineMs: undefined, remainingMs: Infinity, cause: "none" },
    { budgetMs: 40, deadlineMs: undefined, remainingMs: 40, cause: "budget" },
    // Delivery takes 5 % of the deadline, and 10 ms at least.
    { budgetMs: undefined, deadlineMs: 100, remainingMs: 90, cause: "deadline" },
    { budgetMs: undefined, deadlineMs: 1000, remainingMs: 950, cause: "deadline" },
    { budgetMs: 90, deadlineMs: 100, remainingMs: 90, cause: "budget" },
    { budgetMs: 91, deadlineMs: 100, remainingMs: 90, cause: "deadline" },
    { budgetMs: undefined, deadlineMs: 4, remainingMs: -6, cause: "deadline" },
  ] as const;
  for (const { budgetMs, deadlineMs, remainingMs, cause } of table) {
    it(`leaves ${remainingMs} ms of budget ${budgetMs} and deadline ${deadlineMs}`, () => {
      let now = 500;
      const deadline = createSoftDeadline(() => now, { budgetMs, deadlineMs });
      assert.equal(deadline.remainingMs(), remainingMs);
      assert.equal(deadline.cause, cause);
      now += 30;
      assert.equal(deadline.remainingMs(), remainingMs - 30);
    });
  }
});

describe("createCancelFlag", () => {
  it("is raised by the signal, and seen through the shared memory", () => {
    const controller = new AbortController();
    const flag = createCancelFlag(controller.signal);
    assert.equal(isRaised(flag.shared), false);
    controller.abort();
    assert.equal(isRaised(flag.shared), true);
  });

  it("is raised from the start for a caller that has gone", () => {
    assert.equal(isRaised(createCancelFlag(AbortSignal.abort()).shared), true);
  });

  it("stops listening when the work is over", () => {
    const controller = new AbortController();
    const flag = createCancelFlag(controller.signal);
    flag.raise();
    assert.equal(isRaised(flag.shared), true);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });
});
