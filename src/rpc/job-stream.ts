// A long job's progress as the messages of a stream.

import type { Progress } from "../gen/proto/sluice/v1/Progress.js";
import type { RpcContext } from "./calls.js";
import type { JobProgress } from "../engine/api.js";

/**
 * One message a step, and one that says that the job went well, with what the last step told. `job`
 * throws when it did not.
 */
export async function streamJob<Step extends JobProgress>(
  context: Pick<RpcContext, "nowMs">,
  job: AsyncIterable<Step>,
  send: (progress: Progress, last: Step | undefined) => void,
): Promise<void> {
  const startMs = context.nowMs();
  const elapsed = (): number => Math.max(0, Math.round(1000 * (context.nowMs() - startMs)));
  let last: Step | undefined;
  for await (const step of job) {
    last = step;
    send({ ...plain(step), elapsed_us: elapsed(), finished: false }, undefined);
  }
  const { step, done, total } = last ?? { step: "", done: 0, total: 0 };
  send({ step, done, total, elapsed_us: elapsed(), finished: true }, last);
}

function plain({ step, done, total }: JobProgress): Pick<Progress, "step" | "done" | "total"> {
  return { step, done, total };
}
