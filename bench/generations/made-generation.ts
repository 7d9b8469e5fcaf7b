// A generation of many small segments in memory with trivial token vectors, for benchmarks of
// stages that do not read them.

import { toSequence } from "../../src/core/ids.js";
import { packTerms } from "../../src/analysis/term-frequencies.js";
import type { PassageTerms } from "../../src/analysis/term-frequencies.js";
import type { Fields } from "../../src/core/document.js";
import { openFlushedSegment } from "../../src/index/flushed-segment.js";
import { flushedEntry, sumTotals } from "../../src/index/generation.js";
import type { Generation, GenerationSegment } from "../../src/index/generation.js";
import { writeSegment } from "../../src/index/segment-writer.js";

export interface MadePassage {
  readonly terms?: PassageTerms;
  readonly fields?: Fields;
}

const noTerms: PassageTerms = { terms: [], counts: [], positions: [], length: 0 };

/** Passages come from `passageOf`, in order. Only the fields that a search reads are set. */
export function makeGeneration(
  size: { readonly passageCount: number; readonly segmentCount: number },
  passageOf: () => MadePassage,
): Generation {
  const { passageCount, segmentCount } = size;
  const perSegment = Math.ceil(passageCount / segmentCount);
  const segments: GenerationSegment[] = [];
  for (let first = 0; first < passageCount; first += perSegment) {
    const passages = Array.from({ length: Math.min(perSegment, passageCount - first) }, (_, i) => {
      const { terms = noTerms, fields = new Map() } = passageOf();
      return {
        sequence: toSequence(first + i + 1),
        key: `${first + i}`,
        passageNumber: 0,
        tokenCount: 1,
        span: { start: 0, end: 1 },
        codes: new Uint8Array(4),
        sketch: new Uint8Array(4),
        terms: packTerms(terms),
        fields,
      };
    });
    const segment = openFlushedSegment(segments.length + 1, writeSegment(passages), { codes: 4 });
    segments.push(flushedEntry(segment, undefined));
  }
  return { segments, totals: sumTotals(segments) } as unknown as Generation;
}
