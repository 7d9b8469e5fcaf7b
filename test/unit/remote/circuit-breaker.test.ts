// When a service that fails is let alone, and when it is tried again.

import assert from "node:assert/strict";

import { createCircuitBreaker } from "../../../src/remote/circuit-breaker.js";
import type { Admitted, CircuitBreaker } from "../../../src/remote/circuit-breaker.js";
import { useFakeTime } from "../../support/fake-time.js";

describe("a circuit breaker", () => {
  const time = useFakeTime();
  const create = (): CircuitBreaker =>
    createCircuitBreaker({ clock: time.clock, failureCount: 2, openMs: 100 });

  function admitted(breaker: CircuitBreaker): Admitted {
    const entered = breaker.enter();
    assert.ok("failed" in entered, "it is let through");
    return entered;
  }
  const refusedMs = (breaker: CircuitBreaker): number | undefined => {
    const entered = breaker.enter();
    return "refusedMs" in entered ? entered.refusedMs : undefined;
  };

  it("counts failures in a row only", () => {
    const breaker = create();
    admitted(breaker).failed();
    admitted(breaker).succeeded();
    admitted(breaker).failed();
    assert.equal(breaker.state, "closed");
    admitted(breaker).withdrawn();
    admitted(breaker).failed();
    assert.equal(breaker.state, "open");
  });

  it("lets one call try it when the time is over, another when nothing came of that", async () => {
    const breaker = create();
    for (const call of [admitted(breaker), admitted(breaker)]) call.failed();
    await time.advance(40);
    assert.equal(refusedMs(breaker), 60);
    await time.advance(60);
    assert.equal(breaker.state, "half_open");
    const probe = admitted(breaker);
    assert.equal(refusedMs(breaker), 100);
    probe.withdrawn();
    admitted(breaker).succeeded();
    assert.equal(breaker.state, "closed");
    assert.equal(refusedMs(breaker), undefined);
  });

  it("is open as long again when the try fails, however late older calls fail", async () => {
    const breaker = create();
    const [first, second, third] = [admitted(breaker), admitted(breaker), admitted(breaker)];
    first.failed();
    second.failed();
    await time.advance(50);
    third.failed();
    assert.equal(refusedMs(breaker), 50);
    await time.advance(50);
    admitted(breaker).failed();
    assert.equal(refusedMs(breaker), 100);
  });

  it("pauses as long as it is told, and is closed then", async () => {
    const breaker = create();
    breaker.pause(30);
    breaker.pause(10);
    assert.equal(refusedMs(breaker), 30);
    assert.equal(breaker.state, "closed");
    await time.advance(30);
    admitted(breaker).succeeded();
  });
});
