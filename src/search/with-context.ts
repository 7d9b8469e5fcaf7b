// The last step of a search that requests a context: assembles it from the final ranking.

import { requestDefaults } from "../contract/search-request.js";
import { asDamage } from "../core/errors.js";
import { assembleContext } from "./context.js";
import type { ContextCandidate, ContextSource } from "./context.js";
import type { SearchPlan } from "./plan.js";
import type { BaseRanking } from "./rerank-top.js";
import type { ScopedDeps } from "./search-deps.js";
import type { UnnumberedUpdate } from "./to-update.js";

/**
 * The final update with the context that was asked for, made of its hits' passages and of others of
 * the same documents that late interaction has scored, which rise with their document.
 */
export async function withContext(
  deps: ScopedDeps,
  plan: SearchPlan,
  final: UnnumberedUpdate,
  base: BaseRanking | undefined,
): Promise<UnnumberedUpdate> {
  if (plan.context === undefined) return final;
  const damages = new Set<string>();
  const assembled = await assembleContext(candidatesOf(deps, final, base), {
    tokenBudget: plan.context.tokenBudget,
    order: plan.context.order ?? requestDefaults.contextOrder,
    sourceOf: (key) => readSource(deps, key, damages),
    countTokens: deps.countTokens,
  });
  const degradations = [
    ...final.degradations,
    ...Array.from(
      damages,
      (message) => ({ reason: "CORRUPT_PASSAGES", message, stages: [] }) as const,
    ),
  ];
  return { ...final, degradations, context: assembled };
}

function candidatesOf(
  { generation }: ScopedDeps,
  { hits }: UnnumberedUpdate,
  base: BaseRanking | undefined,
): ContextCandidate[] {
  const before = new Map(base?.ranked.map(({ key, score }) => [key, score]));
  const hitOf = new Map(hits.map((hit) => [hit.key, hit]));
  const others = (base?.passages ?? []).flatMap(
    ({ key, segment, ordinal, passageNumber, score }) => {
      const hit = hitOf.get(key);
      const span = generation.segments[segment]?.table.spanAt(ordinal);
      if (hit === undefined || span === undefined || passageNumber === hit.passageNumber) return [];
      return [{ key, span, score: score + hit.score - (before.get(key) ?? hit.score) }];
    },
  );
  return [...hits.map(({ key, span, score }) => ({ key, span, score })), ...others];
}

/** Undefined, and noted, for a document that is damaged. */
function readSource(
  { generation }: ScopedDeps,
  key: string,
  damages: Set<string>,
): ContextSource | undefined {
  try {
    return generation.documents.readDocument(key);
  } catch (error) {
    damages.add(asDamage(error).message);
    return undefined;
  }
}
