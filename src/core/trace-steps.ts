// Spans of the steps of a long job.

import type { TraceSpan } from "./trace-span.js";

/** Passes the progress of `job` on; each step of another name has a span within `span`. */
export async function* traceSteps<Progress extends { readonly step: string }>(
  span: TraceSpan | undefined,
  job: AsyncIterable<Progress>,
): AsyncGenerator<Progress, void, void> {
  let name: string | undefined;
  let current: TraceSpan | undefined;
  try {
    for await (const progress of job) {
      if (progress.step !== name) {
        current?.end();
        ({ step: name } = progress);
        current = span?.child(name);
      }
      yield progress;
    }
  } finally {
    current?.end();
  }
}
