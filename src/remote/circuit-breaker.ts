// Circuit breaker: stops calls to a failing service, which also spares searches the wait.

import type { Clock } from "../core/clock.js";

export type BreakerState = "closed" | "half_open" | "open";

/** One call that was let through; report its outcome once. */
export interface Admitted {
  succeeded(): void;
  failed(): void;
  /** The outcome of the call is not counted for or against the service. */
  withdrawn(): void;
}

export interface CircuitBreaker {
  readonly state: BreakerState;
  enter(): Admitted | { readonly refusedMs: number };
  /** The service asked for a pause of this length. */
  pause(ms: number): void;
}

/**
 * Opens for `openMs` after `failureCount` consecutive failures, then lets a single probe through:
 * its success closes the breaker, its failure opens it again.
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
          // A call that started before the breaker opened carries no new information.
          if (isTripped() && !isProbe) return;
          failures += 1;
          if (isTripped()) openUntilMs = clock() + openMs;
        },
      };
    },
  };
}
