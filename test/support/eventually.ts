// Waits for an asynchronous effect in another process or thread.

import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 50;

/** Resolves once `check` does not throw; after `deadlineMs` it throws the last error. */
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
