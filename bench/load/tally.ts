// Counts the outcomes of a run's operations, and their latencies from the planned arrival.

import * as z from "zod";
import { SluiceClientError } from "../../src/client/client-error.js";
import { ContractViolation } from "../../src/client/stream-contract.js";
import { createLatencies, latencySchema } from "./latencies.js";

const count = z.int().min(0);

export const tallySchema = z.strictObject({
  planned: count,
  /** Operations with a final update. */
  completed: count,
  /** Completed within the budget, from the planned arrival. */
  withinBudget: count,
  /** Cancelled by plan. */
  cancelled: count,
  /** RESOURCE_EXHAUSTED. */
  refused: count,
  deadlineErrors: count,
  otherErrors: count,
  /** Completed with at least one degradation. */
  degraded: count,
  degradations: z.record(z.string(), count),
  errors: z.record(z.string(), count),
  contractViolations: count,
  firstUpdateMs: latencySchema,
  finalMs: latencySchema,
});

export type TallyFigures = z.infer<typeof tallySchema>;

export interface Tally {
  planned(): void;
  first(ms: number): void;
  completed(end: { readonly ms: number; readonly degradations: readonly string[] }): void;
  cancelled(): void;
  failed(error: unknown): void;
  figures(): TallyFigures;
}

export function createTally(budgetMs: number): Tally {
  const counts = {
    planned: 0,
    completed: 0,
    withinBudget: 0,
    cancelled: 0,
    refused: 0,
    deadlineErrors: 0,
    otherErrors: 0,
    degraded: 0,
    contractViolations: 0,
  };
  const degradations: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const firstMs = createLatencies();
  const finalMs = createLatencies();
  return {
    planned: () => (counts.planned += 1),
    first: (ms) => firstMs.record(ms),
    completed({ ms, degradations: reasons }) {
      finalMs.record(ms);
      counts.completed += 1;
      if (ms <= budgetMs) counts.withinBudget += 1;
      if (reasons.length > 0) counts.degraded += 1;
      for (const reason of reasons) degradations[reason] = (degradations[reason] ?? 0) + 1;
    },
    cancelled: () => (counts.cancelled += 1),
    failed(error) {
      const name = nameOf(error);
      errors[name] = (errors[name] ?? 0) + 1;
      const status = error instanceof SluiceClientError ? error.status : "";
      if (error instanceof ContractViolation) counts.contractViolations += 1;
      else if (status === "RESOURCE_EXHAUSTED") counts.refused += 1;
      else if (status === "DEADLINE_EXCEEDED") counts.deadlineErrors += 1;
      else counts.otherErrors += 1;
    },
    figures: () => ({
      ...counts,
      degradations,
      errors,
      firstUpdateMs: firstMs.figures(),
      finalMs: finalMs.figures(),
    }),
  };
}

function nameOf(error: unknown): string {
  if (error instanceof ContractViolation) return `contract: ${error.message}`;
  if (error instanceof SluiceClientError) return error.reason;
  return error instanceof Error ? error.name : "unknown";
}
