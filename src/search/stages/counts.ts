// Counts eligible documents, and those with each value of the fields that facets name: in scoring
// workers, and right here those of live segments.

import { nextOrdinal, toPassageOrdinal } from "../../core/ids.js";
import { isBitSet } from "../../index/bm25/bits.js";
import { eligibleOf } from "../../index/eligible-passages.js";
import type { EligiblePassages } from "../../index/eligible-passages.js";
import type { GenerationSegment } from "../../index/generation.js";
import { createFacetCounts } from "../facet-counts.js";
import type { FacetCounts } from "../facet-counts.js";
import type { ScopedDeps } from "../search-deps.js";
import { splitFlushed } from "./filter.js";

export interface Counts {
  readonly documentCount: number;
  /** One for each field, in order. */
  readonly facets: readonly FacetCounts[];
}

/** Undefined when cancelled. O(passages). */
export async function countStage(
  {
    generation,
    scorer,
    cancel,
    scope,
  }: Pick<ScopedDeps, "generation" | "scorer" | "cancel" | "scope">,
  fields: readonly string[],
): Promise<Counts | undefined> {
  const { segments } = generation;
  const { eligible } = scope;
  const tasks = splitFlushed(generation, scorer.parallelism).map(({ start, end }) =>
    scorer.count({
      kind: "count",
      parts: segments.slice(start, end).map(({ part }) => part),
      fields,
      eligible: eligible && {
        bits: eligible.bits,
        offsets: eligible.offsets.slice(start, end + 1),
      },
      cancel,
    }),
  );
  const facets = fields.map(createFacetCounts);
  let documentCount = countLive(segments, eligible, { fields, facets });
  for (const answer of await Promise.all(tasks)) {
    if (answer === undefined) return undefined;
    documentCount += answer.documentCount;
    for (const [i, counts] of answer.fields.entries()) facets[i]?.add(counts);
  }
  return { documentCount, facets };
}

function countLive(
  segments: readonly GenerationSegment[],
  eligible: EligiblePassages | undefined,
  into: { readonly fields: readonly string[]; readonly facets: readonly FacetCounts[] },
): number {
  let documentCount = 0;
  for (const [place, { part, table }] of segments.entries()) {
    if (part.kind !== "live") continue;
    const bits = eligibleOf(eligible, place);
    const dead =
      bits === undefined && part.tombstones ? new Uint8Array(part.tombstones) : undefined;
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < part.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      const isOut = bits === undefined ? dead && isBitSet(dead, ordinal) : !isBitSet(bits, ordinal);
      if (isOut === true || table.passageNumberAt(ordinal) > 0) continue;
      documentCount += 1;
      for (const [i, field] of into.fields.entries())
        into.facets[i]?.addDocument(table.fieldAt(ordinal, field));
    }
  }
  return documentCount;
}
