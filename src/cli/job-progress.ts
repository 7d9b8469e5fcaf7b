// Progress of a job of the server, in bytes.

import type { CliContext } from "./context.js";
import { createProgressLine } from "./terminal/progress.js";
import type { Progress } from "./terminal/progress.js";

export interface JobProgressLine {
  readonly onProgress: (progress: { step: string; done: number; total: number }) => void;
  readonly finish: () => void;
}

/** A bar for each step of the job whose size is known. */
export function jobProgress(context: CliContext): JobProgressLine {
  let bar: Progress | undefined;
  let shownStep: string | undefined;
  return {
    onProgress({ step, done, total }) {
      if (total === 0) return;
      if (step !== shownStep) {
        bar?.finish();
        bar = createProgressLine({
          label: step,
          unit: "bytes",
          total,
          terminal: context.err,
          nowMs: context.nowMs,
        });
        shownStep = step;
      }
      bar?.update(done);
    },
    finish: () => bar?.finish(),
  };
}
