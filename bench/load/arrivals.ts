// Arrival times, planned in advance from a seed, so that a slow server does not delay arrivals.

import { createPrng } from "../../src/core/prng.js";

export interface ArrivalStep {
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Milliseconds from the start, ascending, for consecutive steps of constant rate. `poisson`:
 * exponential intervals; `even`: constant ones. Deterministic for a seed.
 */
export function planArrivals(
  steps: readonly ArrivalStep[],
  { process, seed }: { readonly process: "poisson" | "even"; readonly seed: number },
): number[] {
  const prng = createPrng(seed);
  const times: number[] = [];
  let startMs = 0;
  for (const { perSecond, seconds } of steps) {
    const endMs = startMs + 1000 * seconds;
    const meanMs = 1000 / perSecond;
    const gap = (): number =>
      process === "even" ? meanMs : -meanMs * Math.log(1 - prng.nextFloat());
    for (let at = startMs + gap(); at < endMs; at += gap()) times.push(at);
    startMs = endMs;
  }
  return times;
}
