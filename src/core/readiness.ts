// Whether a server is ready and why not, and what it has left alone in its data folder. Nothing here
// tells an absolute path: it is shown to callers.

import type { ErrorReason } from "./errors.js";

/**
 * What a finding is of.
 * damaged: a collection or a snapshot of which the data cannot be used.
 * duplicate: one of several folders that hold a collection of the same name.
 * unfinished: a folder that may be interrupted work, without the proof that it is Sluice's own.
 * foreign: a file or a folder that Sluice did not write.
 * link: a symbolic link, which is never followed.
 */
export const findingKinds = ["damaged", "duplicate", "unfinished", "foreign", "link"] as const;

export type FindingKind = (typeof findingKinds)[number];

/** Something in the data folder that is not served and was neither changed nor deleted. */
export interface DataFinding {
  /** Where it lies, relative to the data folder, with "/" between names. */
  readonly place: string;
  readonly kind: FindingKind;
  /** One sentence about it, and what to do. */
  readonly message: string;
}

/** A collection that is known by name and not served. */
export interface RefusedCollection {
  readonly name: string;
  /** Of the error that every call gets which names it. */
  readonly reason: ErrorReason;
  readonly message: string;
}

export interface Readiness {
  /** True when models and data are open and writes are accepted. */
  readonly isReady: boolean;
  /** Why it is not ready, a plain sentence each; empty when it is. */
  readonly reasons: readonly string[];
  /** By place. */
  readonly findings: readonly DataFinding[];
}
