// Readiness of a server, and findings in its data folder. It is sent to callers, so it must not
// contain absolute paths.

import type { ErrorReason } from "./errors.js";

/**
 * Kinds of findings.
 * damaged: a collection or snapshot whose data cannot be used.
 * duplicate: one of several folders that hold a collection of the same name.
 * unfinished: a folder that looks like interrupted work, without proof that Sluice wrote it.
 * foreign: a file or folder that Sluice did not write.
 * link: a symbolic link; links are never followed.
 */
export const findingKinds = ["damaged", "duplicate", "unfinished", "foreign", "link"] as const;

export type FindingKind = (typeof findingKinds)[number];

/** An entry of the data folder that is not served and was neither changed nor deleted. */
export interface DataFinding {
  /** Path relative to the data folder, separated by "/". */
  readonly place: string;
  readonly kind: FindingKind;
  /** One sentence that describes it and the remedy. */
  readonly message: string;
}

/** A collection whose name is known but which cannot be served. */
export interface RefusedCollection {
  readonly name: string;
  /** Reason of the error that every call to the collection receives. */
  readonly reason: ErrorReason;
  readonly message: string;
}

export interface Readiness {
  /** True when models and data are open and writes are accepted. */
  readonly isReady: boolean;
  /** Why the server is not ready, one sentence each; empty when it is ready. */
  readonly reasons: readonly string[];
  /** Sorted by place. */
  readonly findings: readonly DataFinding[];
}
