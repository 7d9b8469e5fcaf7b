// The best passages of a search, possibly several per document: a context is assembled from them.

import type { PassageOrdinal, SegmentOrdinal } from "../core/ids.js";
import type { GenerationSegment } from "../index/generation.js";
import { compareRanked } from "./ranking.js";
import type { ScoredPassage } from "./ranking.js";

export interface BestPassage {
  readonly key: string;
  readonly segment: SegmentOrdinal;
  readonly ordinal: PassageOrdinal;
  readonly passageNumber: number;
  readonly score: number;
  readonly bm25: number | undefined;
}

export interface BestPassages {
  /** Amortized O(log count). */
  offer(passage: ScoredPassage): void;
  /** Best first, at most `count`. */
  top(): readonly BestPassage[];
}

/** Keeps the best `count` in the order of rankings. */
export function createBestPassages(
  segments: readonly GenerationSegment[],
  count: number,
): BestPassages {
  let kept: BestPassage[] = [];
  let scoreMin = -Infinity;
  const prune = (): void => {
    kept = kept.sort(compareRanked).slice(0, count);
    if (kept.length === count) scoreMin = kept.at(-1)?.score ?? -Infinity;
  };
  return {
    offer({ segment, ordinal, score, bm25 }) {
      const table = segments[segment]?.table;
      if (score < scoreMin || table === undefined) return;
      const key = table.keyAt(ordinal);
      const passageNumber = table.passageNumberAt(ordinal);
      kept.push({ key, segment, ordinal, passageNumber, score, bm25 });
      if (kept.length >= 2 * count) prune();
    },
    top() {
      prune();
      return kept;
    },
  };
}
