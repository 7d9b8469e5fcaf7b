// Waiting with a time limit.

import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves when `done` does, after `ms` milliseconds, or when `hurry` aborts, whichever is first.
 * `done` may be undefined.
 */
export async function within(
  done: Promise<void> | undefined,
  ms: number,
  hurry?: AbortSignal,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const waits: Promise<void>[] = [sleep(ms, undefined, { signal }).catch(() => undefined)];
  if (hurry !== undefined) waits.push(aborted(hurry, signal));
  await Promise.race(done === undefined ? waits : [done, ...waits]);
  controller.abort();
}

function aborted(hurry: AbortSignal, signal: AbortSignal): Promise<void> {
  if (hurry.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    hurry.addEventListener("abort", () => resolve(), { once: true, signal });
  });
}
