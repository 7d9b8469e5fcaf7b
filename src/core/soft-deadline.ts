// A moment after which a search should answer with what it has.

import type { Clock } from "./clock.js";

export interface SoftDeadline {
  /** Milliseconds left; Infinity without a deadline, 0 or less once it has passed. */
  remainingMs(): number;
  /** What set it, for the message to the caller. */
  readonly cause: DeadlineCause;
}

/** `generation`: what the search reads has been held as long as it may be. */
export type DeadlineCause = "budget" | "deadline" | "generation" | "none";

/** A transport deadline is left this part, and at least this long, to deliver the answer. */
const deliveryShare = 0.05;
const deliveryMsMin = 10;

/** The earlier of the caller's soft budget and its deadline less the time for delivery. */
export function createSoftDeadline(
  clock: Clock,
  { budgetMs, deadlineMs }: { budgetMs: number | undefined; deadlineMs: number | undefined },
): SoftDeadline {
  const start = clock();
  const budget = budgetMs ?? Infinity;
  const deadline =
    deadlineMs === undefined
      ? Infinity
      : deadlineMs - Math.max(deliveryMsMin, deliveryShare * deadlineMs);
  const limitMs = Math.min(budget, deadline);
  const cause = limitMs === Infinity ? "none" : budget <= deadline ? "budget" : "deadline";
  return { remainingMs: () => limitMs - (clock() - start), cause };
}

/** The earlier of a deadline and `ageMaxMs` from now on; undefined: no such limit. */
export function limitAge(
  deadline: SoftDeadline,
  { clock, ageMaxMs = Infinity }: { readonly clock: Clock; readonly ageMaxMs?: number | undefined },
): SoftDeadline {
  if (deadline.remainingMs() <= ageMaxMs) return deadline;
  const start = clock();
  return { remainingMs: () => ageMaxMs - (clock() - start), cause: "generation" };
}
