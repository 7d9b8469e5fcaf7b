// Soft deadline of a search: once it has passed, the search returns the results it has.

import type { Clock } from "./clock.js";

export interface SoftDeadline {
  /** Milliseconds left; Infinity without a deadline, 0 or less once it has passed. */
  remainingMs(): number;
  /** What set the deadline, for the message to the caller. */
  readonly cause: DeadlineCause;
}

/** `generation`: the search has held its generation for as long as it may. */
export type DeadlineCause = "budget" | "deadline" | "generation" | "none";

/** Part of a transport deadline, and its minimum in milliseconds, that is reserved for delivery. */
const deliveryShare = 0.05;
const deliveryMsMin = 10;

/** The earlier of the caller's time budget and its deadline minus the time for delivery. */
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

/**
 * The earlier of a deadline and `ageMaxMs` from now; no second limit when `ageMaxMs` is undefined.
 */
export function limitAge(
  deadline: SoftDeadline,
  { clock, ageMaxMs = Infinity }: { readonly clock: Clock; readonly ageMaxMs?: number | undefined },
): SoftDeadline {
  if (deadline.remainingMs() <= ageMaxMs) return deadline;
  const start = clock();
  return { remainingMs: () => ageMaxMs - (clock() - start), cause: "generation" };
}
