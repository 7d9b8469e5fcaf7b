// Records what one call did, for the audit log.

import type { Clock } from "../core/clock.js";
import type { AuditLog } from "./audit-log.js";
import type { Caller } from "./caller.js";

export interface CallTrail {
  /** The call named this collection and may access it. */
  named(collection: string): void;
  wrote(count: { readonly written: number; readonly deleted: number }): void;
  end(outcome: string): void;
}

/**
 * Interval of audit entries for a long ingest stream, milliseconds; the first is at its first
 * document.
 */
const intervalMs = 60_000;

/** Outcomes (gRPC and HTTP) that are audited for every operation. */
const denials: ReadonlySet<string> = new Set([
  "PERMISSION_DENIED",
  "403",
  "UNAUTHENTICATED",
  "401",
]);

export function createCallTrail(
  audit: AuditLog | undefined,
  by: {
    readonly caller: Caller;
    readonly name: string;
    readonly clock: Clock;
    readonly nowMs: () => number;
  },
): CallTrail {
  const { operation, via, peer, requirement } = by.caller;
  const isAudited = requirement === "write" || requirement === "admin";
  const startMs = by.clock();
  const collections = new Set<string>();
  let [writtenCount, deletedCount, noteMs] = [0, 0, -Infinity];
  const note = (outcome: string): void => {
    noteMs = by.clock();
    const durationMs = noteMs - startMs;
    const counts = { writtenCount, deletedCount, durationMs };
    const who = { via, operation, peer, caller: by.name };
    audit?.write({ timeMs: by.nowMs(), ...who, outcome, collections: [...collections], ...counts });
  };
  return {
    named: (collection) => void collections.add(collection),
    wrote({ written, deleted }) {
      writtenCount += written;
      deletedCount += deleted;
      if (written > 0 && by.clock() - noteMs >= intervalMs) note("RUNNING");
    },
    end(outcome) {
      if (isAudited || denials.has(outcome)) note(outcome);
    },
  };
}
