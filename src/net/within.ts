// Waiting that has an end.

import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves once `done` has, after `ms` milliseconds, or when `hurry` aborts, whichever is first.
 * `done` undefined: nothing but the other two ends the wait.
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
