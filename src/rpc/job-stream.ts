// Streams the progress of a long job.

import { traceSteps } from "../core/trace-steps.js";
import type { Progress } from "../gen/proto/sluice/v1/Progress.js";
import type { RpcContext, StreamTools } from "./calls.js";
import type { JobProgress } from "../engine/api.js";

/**
 * Sends one message per step, and a last one that marks success and repeats the last step's values.
 * A failed `job` throws.
 */
export async function streamJob<Step extends JobProgress>(
  { clock, span }: Pick<RpcContext, "clock"> & Pick<StreamTools, "span">,
  job: AsyncIterable<Step>,
  send: (progress: Progress, last: Step | undefined) => void,
): Promise<void> {
  const startMs = clock();
  const elapsed = (): number => Math.round(1000 * (clock() - startMs));
  let last: Step | undefined;
  for await (const step of traceSteps(span, job)) {
    last = step;
    send({ ...plain(step), elapsed_us: elapsed(), finished: false }, undefined);
  }
  const { step, done, total } = last ?? { step: "", done: 0, total: 0 };
  send({ step, done, total, elapsed_us: elapsed(), finished: true }, last);
}

function plain({ step, done, total }: JobProgress): Pick<Progress, "step" | "done" | "total"> {
  return { step, done, total };
}
