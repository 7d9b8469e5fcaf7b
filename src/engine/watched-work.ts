// Progress of work that reports none by itself.

import { setTimeout as sleep } from "node:timers/promises";

import type { JobProgress } from "./api.js";

/** Milliseconds between two reports. */
const progressMs = 250;

/** Yields `done()` of `total` until `work` ends; throws as `work` does. */
export async function* watchedWork(
  work: Promise<void>,
  {
    step,
    total,
    done,
  }: { readonly step: string; readonly total: number; readonly done: () => number },
): AsyncGenerator<JobProgress, void, void> {
  let isDone = false;
  const ended = work.finally(() => (isDone = true));
  ended.catch(() => undefined);
  try {
    yield { step, done: 0, total };
    for (;;) {
      const stop = new AbortController();
      const pause = sleep(progressMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([ended, pause]);
      stop.abort();
      if (isDone) break;
      yield { step, done: Math.min(total, done()), total };
    }
    await ended;
  } finally {
    // A job that ends early must not take the folder away from work that still writes to it.
    await ended.catch(() => undefined);
  }
}
