// Time that tests move by hand: a clock and the timers that follow it.

import { mock } from "node:test";

import type { Clock } from "../../src/core/clock.js";

export interface FakeTime {
  readonly clock: Clock;
  /** Moves on by `ms`, runs the timers that are due, and lets what waited for them run. */
  advance(ms: number): Promise<void>;
}

/** Call inside a suite; `setTimeout` is faked while each of its tests runs. */
export function useFakeTime(): FakeTime {
  let nowMs = 0;
  beforeEach(() => {
    nowMs = 0;
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => mock.timers.reset());
  return {
    clock: () => nowMs,
    async advance(ms) {
      nowMs += ms;
      mock.timers.tick(ms);
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
