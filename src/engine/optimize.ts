// Optimize of one collection as a stream of its progress.

import type { CollectionWriter } from "../ingest/collection-writer.js";
import type { JobProgress } from "./api.js";

/**
 * Ends when nothing is left to merge; throws what a flush or a merge throws, or the signal's
 * reason.
 */
export async function* optimize(
  writer: CollectionWriter,
  {
    isFull,
    isReanalyzed,
    signal,
  }: {
    readonly isFull: boolean;
    readonly isReanalyzed?: boolean | undefined;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<JobProgress, void, void> {
  // A slow reader misses intermediate progress, not the last.
  let latest: JobProgress | undefined;
  let wake = (): void => undefined;
  let isOver = false;
  const done = writer
    .optimize({
      isFull,
      isReanalyzed,
      signal,
      onProgress(progress) {
        latest = progress;
        wake();
      },
    })
    .finally(() => {
      isOver = true;
      wake();
    });
  done.catch(() => undefined);
  for (;;) {
    const told = latest;
    latest = undefined;
    if (told !== undefined) yield told;
    else if (isOver) break;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  await done;
}
