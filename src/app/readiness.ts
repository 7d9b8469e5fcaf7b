// Why a server is not ready: each cause comes and goes by itself, and readiness is that there is none.

import { limits } from "../core/limits.js";
import type { WatchedPool } from "../core/task-watch.js";
import type { DataFinding, Readiness } from "../core/readiness.js";

/** starting: not everything is open yet. storage: a disk failed. folder: the data folder is gone.
 *  The last three: threads of that pool do not answer. */
export type ReadinessCause = "starting" | "stopping" | "storage" | "folder" | WatchedPool;

export interface ReadinessState {
  current(): Readiness;
  /** `reason`: a plain sentence without an absolute path; undefined: the cause is gone. */
  set(cause: ReadinessCause, reason: string | undefined): void;
}

/** `findings` is asked with every look; `onChange` hears of every change of the reasons. */
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

/** Callers get `limits.findingsMax` of them, and the number of the others. */
function bounded(findings: readonly DataFinding[]): readonly DataFinding[] {
  const more = findings.length - limits.findingsMax;
  if (more <= 0) return findings;
  const message = `${more} more things were left alone; \`sluice check\` names them all`;
  return [...findings.slice(0, limits.findingsMax), { place: ".", kind: "foreign", message }];
}
