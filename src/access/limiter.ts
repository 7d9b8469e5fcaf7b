// Limits of one caller: calls per second, and concurrent calls.

import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";

export interface CallerLimits {
  /** Absent when unlimited. */
  readonly ratePerSecond: number | undefined;
  readonly concurrency: number | undefined;
}

export interface Limiter {
  /** Counts one call. Throws RATE_LIMITED with the time to wait, and then counts nothing. */
  take(): void;
  /** Like `take`, and the call also occupies a concurrency slot until `leave`. */
  enter(): void;
  leave(): void;
}

/** Token bucket with the capacity of one second (at least one call), refilled at the rate. */
function createLimiter({ ratePerSecond, concurrency }: CallerLimits, clock: Clock): Limiter {
  const bucket =
    ratePerSecond === undefined
      ? undefined
      : createBucket({ perSecond: ratePerSecond, burst: Math.max(1, ratePerSecond) }, clock);
  let running = 0;
  const take = (): void => {
    const waitMs = bucket?.take() ?? 0;
    if (waitMs > 0)
      throw new SluiceError(
        "RATE_LIMITED",
        `the key may make ${ratePerSecond} calls per second; try again in ${waitMs} ms`,
        { retryAfterMs: waitMs },
      );
  };
  return {
    take,
    enter() {
      if (concurrency !== undefined && running >= concurrency)
        throw new SluiceError(
          "RATE_LIMITED",
          `the key has ${running} calls in flight, its limit is ${concurrency}`,
        );
      take();
      running += 1;
    },
    leave() {
      running -= 1;
    },
  };
}

/** Counts authentication failures by address. */
export interface FailureCounter {
  /** The RATE_LIMITED error to return instead, once the address has exceeded its allowance. */
  count(peer: string): SluiceError | undefined;
}

export function createFailureCounter(clock: Clock): FailureCounter {
  const buckets = new Map<string, Bucket>();
  return {
    count(peer) {
      const known = buckets.get(peer);
      const bucket =
        known ?? createBucket({ perSecond: 1, burst: limits.accessFailuresBurst }, clock);
      // Evicts the address whose last failure is oldest.
      buckets.delete(peer);
      buckets.set(peer, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > limits.accessPeersMax && oldest !== undefined) buckets.delete(oldest);
      const waitMs = bucket.take();
      if (waitMs === 0) return undefined;
      const message = `too many wrong keys came from this address; try again in ${waitMs} ms`;
      return new SluiceError("RATE_LIMITED", message, { retryAfterMs: waitMs });
    },
  };
}

/** Limiters of all callers that have one. */
export interface LimiterBook {
  of(name: string, limits: CallerLimits): Limiter;
}

/** One per name for the lifetime of the server; bounded by limits.accessKeysMax. */
export function createLimiterBook(clock: Clock): LimiterBook {
  const known = new Map<string, Limiter>();
  return {
    of(name, limits) {
      let limiter = known.get(name);
      if (limiter === undefined) known.set(name, (limiter = createLimiter(limits, clock)));
      return limiter;
    },
  };
}

interface Bucket {
  /** Takes one token, or returns the milliseconds until one is available. */
  take(): number;
}

function createBucket(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: Clock,
): Bucket {
  let level = burst;
  let atMs = clock();
  return {
    take() {
      const nowMs = clock();
      level = Math.min(burst, level + ((nowMs - atMs) / 1000) * perSecond);
      atMs = nowMs;
      if (level < 1) return Math.ceil(((1 - level) / perSecond) * 1000);
      level -= 1;
      return 0;
    },
  };
}
