// Segments that are only used to look up passages, for rankings and fusion.

import { toSequence } from "../../src/core/ids.js";
import type { Fields } from "../../src/core/document.js";
import { packTerms } from "../../src/analysis/term-frequencies.js";
import { liveEntry } from "../../src/index/generation.js";
import type { GenerationSegment } from "../../src/index/generation.js";
import { LiveSegment } from "../../src/index/live-segment.js";

export interface PlacedPassage {
  readonly key: string;
  readonly passageNumber: number;
  /** Fields of its document. */
  readonly fields?: Fields;
}

/** One live segment per list, with passages in the given order. */
export function segmentsOf(lists: readonly (readonly PlacedPassage[])[]): GenerationSegment[] {
  return lists.map((passages) => {
    const live = new LiveSegment(64);
    for (const [i, { key, passageNumber, fields = new Map() }] of passages.entries())
      live.append({
        sequence: toSequence(i + 1),
        key,
        passageNumber,
        span: { start: 0, end: 1 },
        tokenCount: 1,
        codes: Uint8Array.of(1, 2, 3, 4),
        sketch: Uint8Array.of(5, 6, 7, 8),
        fields,
        terms: packTerms({ terms: ["word"], counts: [1], positions: [0], length: 1 }),
      });
    return liveEntry(live, undefined);
  });
}
