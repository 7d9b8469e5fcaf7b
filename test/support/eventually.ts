// Waits for something that another process or thread does in its own time.

import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 50;

/** Resolves once `check` throws nothing; after `deadlineMs` it throws what `check` did last. */
export async function eventually(
  check: () => Promise<void> | void,
  deadlineMs = 300_000,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await sleep(pollMs);
  }
}
