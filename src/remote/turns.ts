// Limits concurrency; further calls wait in order.

import { cancelled } from "./call.js";

export interface Turns {
  /** Runs `work` when a slot is free. Throws CANCELLED when `signal` aborts while waiting. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createRemoteTurns(atOnce: number): Turns {
  let free = atOnce;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };
  const enter = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start);
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = (): void => {
        waiting.delete(start);
        reject(cancelled());
      };
      waiting.add(start);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  return {
    async run(work, signal) {
      if (signal.aborted) throw cancelled();
      if (free > 0) free -= 1;
      else await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
