import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import { createCancelFlag, isRaised } from "../../../src/core/cancel-flag.js";

describe("createCancelFlag", () => {
  it("is raised by the signal, in memory that threads share", () => {
    const controller = new AbortController();
    const flag = createCancelFlag(controller.signal);
    assert.equal(isRaised(flag.shared), false);
    const elsewhere = structuredClone(flag.shared);
    controller.abort();
    assert.equal(isRaised(flag.shared), true);
    assert.equal(isRaised(elsewhere), true);
  });

  it("is raised from the start by a signal that was aborted before", () => {
    assert.equal(isRaised(createCancelFlag(AbortSignal.abort()).shared), true);
  });

  it("is raised by hand when the work is over, and stops listening", () => {
    const controller = new AbortController();
    const flag = createCancelFlag(controller.signal);
    assert.equal(getEventListeners(controller.signal, "abort").length, 1);
    flag.raise();
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
    assert.equal(isRaised(flag.shared), true);
  });
});
