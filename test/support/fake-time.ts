// A clock and timers that tests control.

import type { Clock } from "../../src/core/clock.js";

export interface FakeTime {
  readonly clock: Clock;
  /** Advances by `ms`, runs due timers, and then everything that they unblock. */
  advance(ms: number): Promise<void>;
}

interface FakeTimer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Call it inside a suite; `setTimeout` and `clearTimeout` are faked during each of its tests. */
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
    // Only the usage in this project is supported: callbacks without arguments, and clearing.
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
