// Ranks the items of a request; streams complete rankings of what is scored so far, as a search
// does.

import { checkRequest } from "../contract/check-fields.js";
import { rerankRequestFields } from "../contract/rerank.js";
import type {
  RankedItem,
  RerankDegradation,
  RerankRequest,
  RerankUpdate,
} from "../contract/rerank.js";
import { requestDefaults } from "../contract/search-request.js";
import type { WindowPooling } from "../contract/search-request.js";
import type { Clock } from "../core/clock.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { SoftDeadline } from "../core/soft-deadline.js";
import type { QueryVariant } from "./plan.js";
import { createUpdateSink } from "./update-stream.js";
import type { Handover } from "./update-stream.js";

/** Scores of the items from `start` on. */
export interface ScoredItems {
  readonly start: number;
  readonly scores: readonly number[];
}

/** An update before its stream numbers it. */
export type UnnumberedRerankUpdate = Omit<RerankUpdate, "sequence">;

/**
 * Offers a ranking of the items scored so far and resolves with the final one. Equal scores keep
 * the order of the request. When the budget runs out, what is scored becomes final, with the
 * degradation BUDGET_EXHAUSTED; a deadline before any score throws DEADLINE_EXCEEDED. Failures of
 * the model propagate to the caller.
 */
export async function rerankItems(
  request: Pick<ItemsPlan, "items" | "topN" | "minScore">,
  deps: {
    readonly clock: Clock;
    readonly deadline: SoftDeadline;
    readonly signal: AbortSignal;
    /** Least time between two updates, milliseconds. */
    readonly minIntervalMs: number;
    readonly handover: Handover<UnnumberedRerankUpdate>;
  },
  batches: Iterable<Promise<ScoredItems>>,
): Promise<UnnumberedRerankUpdate> {
  const { clock, deadline } = deps;
  const startMs = clock();
  const scores = new Map<number, number>();
  const degradations: RerankDegradation[] = [];
  const toUpdate = (
    hits: readonly RankedItem[],
    { isFinal, atMs }: { readonly isFinal: boolean; readonly atMs: number },
  ): UnnumberedRerankUpdate => ({
    final: isFinal,
    hits,
    scoredCount: scores.size,
    degradations: [...degradations],
    totalUs: Math.round(1000 * (atMs - startMs)),
  });
  const sink = createUpdateSink<readonly RankedItem[], UnnumberedRerankUpdate>(deps.handover, {
    ...deps,
    print: (hits) => hits.map(({ index }) => index).join(" "),
    toUpdate: (hits, atMs) => toUpdate(hits, { isFinal: false, atMs }),
  });
  for (const batch of batches) {
    const outcome = await sink.waitFor(batch);
    if (outcome.kind === "late") {
      const message = `time ran out when ${scores.size} of ${request.items.length} items were scored`;
      if (scores.size === 0 && deadline.cause === "deadline")
        throw new SluiceError("DEADLINE_EXCEEDED", `${message}; allow more time`);
      const reason = deadline.cause === "budget" ? "BUDGET_EXHAUSTED" : "DEADLINE_REACHED";
      degradations.push({ reason, message });
      break;
    }
    const { start, scores: found } = outcome.value;
    for (const [i, score] of found.entries()) scores.set(start + i, score);
    sink.offer(rank(request, scores));
  }
  return toUpdate(rank(request, scores), { isFinal: true, atMs: clock() });
}

function rank(
  { items, topN = items.length, minScore = -Infinity }: Parameters<typeof rerankItems>[0],
  scores: ReadonlyMap<number, number>,
): RankedItem[] {
  return Array.from(scores, ([index, score]) => ({ index, score, key: items[index]?.key ?? "" }))
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, topN)
    .map((item, i) => ({ ...item, rank: i + 1 }));
}

/** A request with its defaults filled in. */
export interface ItemsPlan {
  readonly query: QueryVariant;
  readonly items: readonly PlannedItem[];
  /** Empty: the server's default. */
  readonly model: string;
  readonly topN: number | undefined;
  readonly minScore: number | undefined;
  readonly pooling: WindowPooling;
  readonly budgetMs: number | undefined;
}

export interface PlannedItem extends QueryVariant {
  readonly key: string;
}

/** Throws INVALID_FIELD or INVALID_TEXT naming the field. */
export function planItems(request: RerankRequest): ItemsPlan {
  checkRequest<RerankRequest>(rerankRequestFields, request);
  const plan = {
    query: { text: request.text ?? "", vectors: request.vectors },
    items: request.items.map(({ key = "", text = "", vectors }) => ({ key, text, vectors })),
    model: request.model ?? "",
    topN: request.topN,
    minScore: request.minScore,
    pooling: request.windowPooling ?? requestDefaults.windowPooling,
    budgetMs: request.budgetMs,
  };
  checkItems(plan);
  return plan;
}

function checkItems({ query, items }: ItemsPlan): void {
  if (items.length === 0)
    throw wrong("items", `there are 0 items; send 1 to ${limits.rerankItemsMax}`);
  if (query.vectors === undefined && query.text.trim() === "")
    throw wrong("query.text", "the query has neither text nor vectors; send one");
  for (const [i, { text, vectors }] of items.entries())
    if (vectors === undefined && text.trim() === "")
      throw wrong(`items[${i}].text`, `items[${i}] has neither text nor vectors; send one`);
}

function wrong(field: string, message: string): SluiceError {
  return new SluiceError("INVALID_FIELD", message, { field });
}
