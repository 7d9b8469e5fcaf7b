// Spares a service that fails, and the searches that would wait for it.

import type { Clock } from "../core/clock.js";

export type BreakerState = "closed" | "half_open" | "open";

/** One call that was let through; tell what came of it once. */
export interface Admitted {
  succeeded(): void;
  failed(): void;
  /** Nothing was learned about the service. */
  withdrawn(): void;
}

export interface CircuitBreaker {
  readonly state: BreakerState;
  enter(): Admitted | { readonly refusedMs: number };
  /** The service wishes to be left alone for so long. */
  pause(ms: number): void;
}

/**
 * Opens after `failureCount` failures in a row for `openMs`; then lets one call through, whose
 * success closes it and whose failure opens it again.
 */
export function createCircuitBreaker(options: {
  readonly clock: Clock;
  readonly failureCount: number;
  readonly openMs: number;
}): CircuitBreaker {
  const { clock, failureCount, openMs } = options;
  let failures = 0;
  let openUntilMs = -Infinity;
  let pausedUntilMs = -Infinity;
  let isProbing = false;
  const isTripped = (): boolean => failures >= failureCount;
  return {
    get state() {
      if (!isTripped()) return "closed";
      return clock() < openUntilMs ? "open" : "half_open";
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock() + ms);
    },
    enter() {
      const now = clock();
      const untilMs = Math.max(pausedUntilMs, isTripped() ? openUntilMs : -Infinity);
      if (now < untilMs) return { refusedMs: untilMs - now };
      const isProbe = isTripped();
      if (isProbe && isProbing) return { refusedMs: openMs };
      if (isProbe) isProbing = true;
      const end = (): void => {
        if (isProbe) isProbing = false;
      };
      return {
        withdrawn: end,
        succeeded() {
          end();
          failures = 0;
        },
        failed() {
          end();
          // A call from before it opened says nothing new.
          if (isTripped() && !isProbe) return;
          failures += 1;
          if (isTripped()) openUntilMs = clock() + openMs;
        },
      };
    },
  };
}
