// Facets and the count of documents in the final update.

import type { Facet } from "../contract/search-update.js";
import { createFacetCounts } from "./facet-counts.js";
import type { FacetPlan } from "./plan.js";
import type { ScopedRun, SearchRun } from "./search-run.js";
import { countStage } from "./stages/counts.js";
import type { Counts } from "./stages/counts.js";
import type { UnnumberedUpdate } from "./to-update.js";

/**
 * Counts what the plan wants of all eligible documents; undefined when it wants nothing that must
 * be counted. Resolves with undefined when cancelled.
 */
export function startCounting({ deps, plan }: ScopedRun): Promise<Counts | undefined> | undefined {
  const fields = countedFields(plan.facets);
  const isKnown = !plan.countDocuments || deps.scope.eligible === undefined;
  return fields.length === 0 && isKnown ? undefined : countStage(deps, fields);
}

function countedFields(facets: readonly FacetPlan[]): string[] {
  return facets.flatMap(({ field, top }) => (top === undefined ? [field] : []));
}

/** `counts`: of what `startCounting` has counted. */
export function withFacets(
  run: SearchRun,
  final: UnnumberedUpdate,
  counts: Counts | undefined,
): UnnumberedUpdate {
  const { facets, countDocuments } = run.plan;
  if (facets.length === 0 && !countDocuments) return final;
  const counted = [...(counts?.facets ?? [])];
  const found = facets.flatMap((facet) =>
    facet.top === undefined
      ? (counted.shift()?.top(facet.valueCount) ?? [])
      : facetOfTop(run, facet, facet.top),
  );
  const documentCount = counts?.documentCount ?? run.deps.generation.documentCount;
  return {
    ...final,
    ...(countDocuments && { documentCount }),
    ...(facets.length > 0 && { facets: found }),
  };
}

/** Of the first documents of the newest ranking, which is the final one. */
function facetOfTop(
  { deps, judge, progress: { newest } }: SearchRun,
  { field, valueCount }: FacetPlan,
  top: number,
): Facet {
  const counts = createFacetCounts(field);
  for (const { segment, ordinal } of newest === undefined
    ? []
    : judge.passing(newest).slice(0, top))
    counts.addDocument(deps.generation.segments[segment]?.table.fieldAt(ordinal, field));
  return counts.top(valueCount);
}
