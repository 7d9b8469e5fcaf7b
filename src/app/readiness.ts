// Tracks why a server is not ready. It is ready when no cause is set.

import { limits } from "../core/limits.js";
import type { WatchedPool } from "../core/task-watch.js";
import type { DataFinding, Readiness } from "../core/readiness.js";

/**
 * starting: not everything is open yet. storage: a write failed on disk. folder: the data folder is
 * gone.
 * A pool: its threads do not answer.
 */
export type ReadinessCause = "starting" | "stopping" | "storage" | "folder" | WatchedPool;

export interface ReadinessState {
  current(): Readiness;
  /** `reason`: one sentence without absolute paths; undefined clears the cause. */
  set(cause: ReadinessCause, reason: string | undefined): void;
}

/**
 * `findings` is called for every state that is read; `onChange` for every change of the reasons.
 */
export function createReadiness(
  findings: () => readonly DataFinding[],
  onChange: (readiness: Readiness) => void = () => undefined,
): ReadinessState {
  const reasons = new Map<ReadinessCause, string>();
  const current = (): Readiness => ({
    isReady: reasons.size === 0,
    reasons: [...reasons.values()],
    findings: bounded(findings()),
  });
  return {
    current,
    set(cause, reason) {
      if (reasons.get(cause) === reason) return;
      if (reason === undefined) reasons.delete(cause);
      else reasons.set(cause, reason);
      onChange(current());
    },
  };
}

/** Lists at most `limits.findingsMax` findings, then one with the number of the rest. */
function bounded(findings: readonly DataFinding[]): readonly DataFinding[] {
  const more = findings.length - limits.findingsMax;
  if (more <= 0) return findings;
  const message = `${more} more entries were left alone; \`sluice check\` lists them all`;
  return [...findings.slice(0, limits.findingsMax), { place: ".", kind: "foreign", message }];
}
