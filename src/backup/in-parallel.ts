// A few tasks at a time.

/**
 * Runs `work` for the numbers below `count`, `width` at a time. Rejects with the first failure or
 * the signal's reason, after the tasks that had begun have ended; none begins after it.
 */
export async function inParallel(
  count: number,
  { width, signal }: { readonly width: number; readonly signal?: AbortSignal | undefined },
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const run = async (): Promise<void> => {
    while (next < count && !hasFailed) {
      const number = next;
      next += 1;
      try {
        signal?.throwIfAborted();
        await work(number);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const runs = Array.from({ length: Math.min(width, count) }, run);
  await Promise.allSettled(runs);
  await Promise.all(runs);
}
