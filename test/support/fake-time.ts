// Time that tests move by hand: a clock and the timers that follow it.

import type { Clock } from "../../src/core/clock.js";

export interface FakeTime {
  readonly clock: Clock;
  /** Moves on by `ms`, runs the timers that are due, and lets what waited for them run. */
  advance(ms: number): Promise<void>;
}

interface FakeTimer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Call inside a suite; `setTimeout` and `clearTimeout` are faked while each of its tests runs. */
export function useFakeTime(): FakeTime {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const timers = new Set<FakeTimer>();
  let nowMs = 0;
  const setFake = (run: () => void, delayMs: number): FakeTimer => {
    const timer = { dueMs: nowMs + delayMs, run };
    timers.add(timer);
    return timer;
  };
  const clearFake = (timer: FakeTimer): void => {
    timers.delete(timer);
  };
  beforeEach(() => {
    nowMs = 0;
    timers.clear();
    // Only their use as here is imitated: a callback without arguments, and clearing it.
    globalThis.setTimeout = setFake as unknown as typeof setTimeout;
    globalThis.clearTimeout = clearFake as unknown as typeof clearTimeout;
  });
  afterEach(() => {
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  });
  return {
    clock: () => nowMs,
    async advance(ms) {
      nowMs += ms;
      for (const timer of [...timers].sort((a, b) => a.dueMs - b.dueMs)) {
        if (timer.dueMs > nowMs || !timers.delete(timer)) continue;
        timer.run();
      }
      await settle();
    },
  };
}

/** Resolves after everything that can run now has run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function createDeferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
