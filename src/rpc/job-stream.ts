// A long job's progress as the messages of a stream.

import type { Progress } from "../gen/proto/sluice/v1/Progress.js";
import type { RpcContext } from "./calls.js";
import type { JobProgress } from "./ports.js";

/** One message a step, and one that says that the job went well. `job` throws when it did not. */
export async function streamJob(
  context: Pick<RpcContext, "nowMs">,
  job: AsyncIterable<JobProgress>,
  send: (progress: Progress) => void,
): Promise<void> {
  const startMs = context.nowMs();
  const elapsed = (): number => Math.max(0, Math.round(1000 * (context.nowMs() - startMs)));
  let last: JobProgress = { step: "", done: 0, total: 0 };
  for await (const progress of job) {
    last = progress;
    send({ ...progress, elapsed_us: elapsed(), finished: false });
  }
  send({ ...last, elapsed_us: elapsed(), finished: true });
}
