// The sketch scan over every eligible passage, united with the lexical candidates in fused order.

import type { PackedQuery } from "../../kernels/kernels.js";
import type { Generation } from "../../index/generation.js";
import type { ScanTask, ScoredPassages } from "../../scoring/score.protocol.js";
import { fuse, toCandidates } from "../fusion.js";
import type { Candidate } from "../fusion.js";
import { createPassageIds } from "../passage-ids.js";
import type { PassagePlace } from "../passage-ids.js";
import type { SearchPlan } from "../plan.js";
import { segmentPartsOf } from "../search-deps.js";
import type { ScopedDeps } from "../search-deps.js";
import type { LexicalResult } from "./lexical.js";

export interface CandidatesResult {
  /** In the order in which MaxSim scores them; `score` is the fused one. */
  readonly fused: readonly Candidate[];
  /** The best by sketch alone, plan.sketchPoolSize at most. */
  readonly sketches: readonly Candidate[];
  /** Cosine of the sketches, where the scan found the passage. */
  sketchOf(passage: PassagePlace): number | undefined;
}

/** Smallest number of passages per task. */
const passagesPerTaskMin = 4096;

/** Undefined when cancelled. */
export async function candidatesStage(
  deps: ScopedDeps,
  plan: SearchPlan,
  found: { readonly query: PackedQuery; readonly lexical: LexicalResult },
): Promise<CandidatesResult | undefined> {
  const { generation, scorer, cancel, settings, scope } = deps;
  const parts = segmentPartsOf(generation);
  const tasks = splitPassages(generation, scorer.parallelism).map((ranges) =>
    scorer.scan({
      kind: "scan",
      parts,
      eligible: scope.eligible,
      ranges,
      query: found.query,
      bits: settings.sketchBits,
      topCount: plan.sketchPoolSize,
      cancel,
    }),
  );
  const tops: ScoredPassages[] = [];
  for (const answer of await Promise.all(tasks)) {
    if (answer === undefined) return undefined;
    tops.push(answer.top);
  }
  const { segments } = generation;
  const sketch = toCandidates(tops, segments, plan.sketchPoolSize);
  const scale = found.query.rowScales[0] ?? 0;
  const idOf = createPassageIds(segments);
  const scores = new Map(sketch.map((candidate) => [idOf(candidate), candidate.score]));
  const lists = { lexical: found.lexical.candidates, sketch };
  return {
    fused: fuse(plan.fusion, lists, { segments, lexicalWeight: plan.lexicalWeight }),
    sketches: sketch,
    sketchOf: (passage) => {
      const score = scores.get(idOf(passage));
      return score === undefined ? undefined : Math.fround(scale * score);
    },
  };
}

/**
 * All passages as at most `count` lists of ranges of about equal size; ranges start at multiples of 8.
 */
function splitPassages(generation: Generation, count: number): ScanTask["ranges"][] {
  let total = 0;
  for (const { part } of generation.segments) total += part.ordinalCount;
  const pieces = Math.max(1, Math.min(count, Math.floor(total / passagesPerTaskMin)));
  const passagesPerPiece = (Math.ceil(total / pieces) + 7) & ~7;
  const lists: { part: number; start: number; end: number }[][] = [[]];
  let room = passagesPerPiece;
  for (const [part, segment] of generation.segments.entries()) {
    const { ordinalCount } = segment.part;
    for (let start = 0; start < ordinalCount;) {
      const end = Math.min(ordinalCount, start + room);
      lists.at(-1)?.push({ part, start, end });
      // Rounded up, so that the next range of this part starts at a multiple of 8.
      room -= (end - start + 7) & ~7;
      start = end;
      if (room <= 0) {
        lists.push([]);
        room = passagesPerPiece;
      }
    }
  }
  return lists.filter((ranges) => ranges.length > 0);
}
