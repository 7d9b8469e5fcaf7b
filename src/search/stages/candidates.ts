// The sketch scan over every eligible passage, united with the lexical candidates in fused order.

import type { PackedQuery } from "../../kernels/kernels.js";
import type { Generation } from "../../index/generation.js";
import type { ScanTask, ScoredRows } from "../../scoring/score.protocol.js";
import { fuse, toCandidates } from "../fusion.js";
import type { Candidate } from "../fusion.js";
import type { SearchPlan } from "../plan.js";
import { partsOf } from "../search-context.js";
import type { ScopedContext } from "../search-context.js";
import type { LexicalResult } from "./lexical.js";

export interface CandidatesResult {
  /** In the order in which MaxSim scores them; `score` is the fused one. */
  readonly fused: readonly Candidate[];
  /** The best by sketch alone, plan.sketchPoolSize at most. */
  readonly sketches: readonly Candidate[];
  /** Cosine of the sketches, where the scan found the passage. */
  sketchOf(passage: { readonly segment: number; readonly row: number }): number | undefined;
}

/** Rows below which a scan is not worth cutting into pieces. */
const rowsPerTaskMin = 4096;

/** Undefined when cancelled. */
export async function candidatesStage(
  context: ScopedContext,
  plan: SearchPlan,
  found: { readonly query: PackedQuery; readonly lexical: LexicalResult },
): Promise<CandidatesResult | undefined> {
  const { generation, scorer, cancel, settings, scope } = context;
  const parts = partsOf(generation);
  const tasks = splitRows(generation, scorer.parallelism).map((ranges) =>
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
  const tops: ScoredRows[] = [];
  for (const answer of await Promise.all(tasks)) {
    if (answer === undefined) return undefined;
    tops.push(answer.top);
  }
  const sketch = mergeTops(tops, generation, plan.sketchPoolSize);
  const scale = found.query.rowScales[0] ?? 0;
  const cosines = new Map(sketch.map((c) => [placeId(c), Math.fround(scale * c.score)]));
  return {
    fused: fuse(plan.fusion, { lexical: found.lexical.candidates, sketch }, plan.lexicalWeight),
    sketches: sketch,
    sketchOf: (passage) => cosines.get(placeId(passage)),
  };
}

/** All rows as at most `count` lists of ranges of about equal size; ranges start at multiples of 8. */
function splitRows(generation: Generation, count: number): ScanTask["ranges"][] {
  let total = 0;
  for (const { part } of generation.segments) total += part.rowCount;
  const pieces = Math.max(1, Math.min(count, Math.floor(total / rowsPerTaskMin)));
  const rowsPerPiece = (Math.ceil(total / pieces) + 7) & ~7;
  const lists: { part: number; start: number; end: number }[][] = [[]];
  let room = rowsPerPiece;
  for (const [part, segment] of generation.segments.entries()) {
    const { rowCount } = segment.part;
    for (let start = 0; start < rowCount;) {
      const end = Math.min(rowCount, start + room);
      lists.at(-1)?.push({ part, start, end });
      // Rounded up, so that the next range of this part starts at a multiple of 8.
      room -= (end - start + 7) & ~7;
      start = end;
      if (room <= 0) {
        lists.push([]);
        room = rowsPerPiece;
      }
    }
  }
  return lists.filter((ranges) => ranges.length > 0);
}

function mergeTops(
  tops: readonly ScoredRows[],
  generation: Generation,
  count: number,
): Candidate[] {
  const joined: ScoredRows = {
    parts: Uint32Array.from(tops.flatMap((top) => [...top.parts])),
    rows: Uint32Array.from(tops.flatMap((top) => [...top.rows])),
    scores: Int32Array.from(tops.flatMap((top) => [...top.scores])),
  };
  return toCandidates(joined, generation.segments, count);
}

function placeId({ segment, row }: { segment: number; row: number }): number {
  return segment * 2 ** 32 + row;
}
