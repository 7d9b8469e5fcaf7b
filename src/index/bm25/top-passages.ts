// The exact best passages by BM25 without scoring all: block-max MaxScore over windows of ordinals.
//
// MaxScore (Turtle and Flood 1995) with block maxima (Ding and Suel 2011), window by window, as
// Lucene does it: in a window the clauses that together cannot lift a passage to the threshold are
// only looked up for passages that the others make promising.

import { isBitSet } from "./bits.js";
import { contribution, isMatchable, scorePassage } from "./bm25.js";
import type { Bm25Scale } from "./bm25.js";
import type { BoundSegment } from "./bound-segment.js";
import { windowOrdinals } from "./postings-format.js";
import type { TermPostings } from "./postings-reader.js";

/**
 * Passages by falling score, then segment, then ordinal; all ties of the last place are among them.
 */
export interface TopPassages {
  readonly segments: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly scores: Float32Array;
}

export interface TopPassagesRequest {
  readonly segments: readonly BoundSegment[];
  /** Segments to search, [from, to) of `segments`. */
  readonly range: { readonly from: number; readonly to: number };
  /**
   * Parallel to `segments`; bit set: the passage may be returned. Absent when every passage may.
   */
  readonly eligible: readonly (Uint8Array | undefined)[];
  readonly scale: Bm25Scale;
  /** Passages wanted, 1 or more. */
  readonly topCount: number;
  /**
   * int32, the bits of a float32 (which order as the numbers do, above 0): a score that the wanted
   * passages reach at least, raised by everyone who looks at a part of the segments.
   */
  readonly sharedThreshold: SharedArrayBuffer;
  /** Called once per window; true ends the work. */
  readonly isCancelled: () => boolean;
}

/**
 * Undefined when cancelled. Passages of score 0 are never returned. When several ranges are
 * searched at once, each returns all that the best `topCount` of all ranges together can need.
 * O(postings) at worst.
 */
export function findTopPassages(request: TopPassagesRequest): TopPassages | undefined {
  const { segments, range, isCancelled } = request;
  const collector = createCollector(request);
  const window = new WindowScorer(request, collector);
  for (let place = range.from; place < range.to; place += 1) {
    const segment = segments[place]!;
    for (const number of windowsOf(segment)) {
      if (isCancelled()) return undefined;
      window.score(place, number);
    }
  }
  return collector.finish();
}

/** Numbers of the windows in which any clause has a posting, ascending. */
function windowsOf({ postings }: BoundSegment): number[] {
  const numbers = new Set<number>();
  for (const found of postings)
    if (found !== undefined) for (const window of found.blocks.windows) numbers.add(window);
  return [...numbers].sort((a, b) => a - b);
}

/** One clause's postings in a window. */
interface WindowClause {
  readonly clause: number;
  readonly postings: TermPostings;
  readonly from: number;
  readonly to: number;
  /** No passage of the window gets more from this clause. */
  readonly bound: number;
}

class WindowScorer {
  readonly #request: TopPassagesRequest;
  readonly #collector: Collector;
  readonly #sums = new Float32Array(windowOrdinals);
  readonly #touched = new Uint32Array(windowOrdinals);
  /** Sums in another order, and rounded to float32, may differ from exact ones by this share. */
  readonly #slack: number;

  constructor(request: TopPassagesRequest, collector: Collector) {
    this.#request = request;
    this.#collector = collector;
    this.#slack = 1 + (request.scale.weights.length + 1) * 2 ** -22;
  }

  /** Offers the passages of the window that may be among the best. */
  score(place: number, window: number): void {
    const segment = this.#request.segments[place]!;
    const clauses = clausesIn(segment, window, this.#request.scale);
    const threshold = this.#collector.readShared();
    let total = 0;
    for (const { bound } of clauses) total += bound;
    if (total * this.#slack < threshold) return;
    // Clauses that even together with all weaker ones cannot reach the threshold are not needed to
    // find passages.
    const byBound = [...clauses].sort((a, b) => a.bound - b.bound || a.clause - b.clause);
    let skipped = 0;
    let rest = 0;
    while (skipped < byBound.length && (rest + byBound[skipped]!.bound) * this.#slack < threshold) {
      rest += byBound[skipped]!.bound;
      skipped += 1;
    }
    const essential =
      skipped === 0 ? clauses : byBound.slice(skipped).sort((a, b) => a.clause - b.clause);
    const count = this.#accumulate(segment, essential);
    this.#offer(place, count, { rest, isExact: skipped === 0 });
  }

  /** Adds the clauses' contributions to the sums; returns how many passages were touched. */
  #accumulate(segment: BoundSegment, clauses: readonly WindowClause[]): number {
    const sums = this.#sums;
    const touched = this.#touched;
    const { lengths } = segment;
    const { base, slope, weights } = this.#request.scale;
    let count = 0;
    for (const { clause, postings, from, to } of clauses) {
      const { ordinals, counts } = postings;
      const weight = weights[clause]!;
      for (let i = from; i < to; i += 1) {
        const ordinal = ordinals[i]!;
        const at = ordinal % windowOrdinals;
        if (sums[at] === 0) touched[count++] = ordinal;
        sums[at]! += (weight * counts[i]!) / (counts[i]! + base + slope * lengths[ordinal]!);
      }
    }
    return count;
  }

  /** Clears the sums. `rest`: what the clauses that were left out can add at most. */
  #offer(
    place: number,
    count: number,
    { rest, isExact }: { readonly rest: number; readonly isExact: boolean },
  ): void {
    const { segments, eligible, scale } = this.#request;
    const collector = this.#collector;
    const sums = this.#sums;
    const slack = this.#slack;
    const segment = segments[place]!;
    const bits = eligible[place];
    for (let i = 0; i < count; i += 1) {
      const ordinal = this.#touched[i]!;
      const at = ordinal % windowOrdinals;
      const sum = sums[at]!;
      sums[at] = 0;
      if ((sum + rest) * slack < collector.threshold) continue;
      if (bits !== undefined && !isBitSet(bits, ordinal)) continue;
      if (!isMatchable(segment, ordinal)) continue;
      // With all clauses, in their order, the sum is the exact score.
      collector.offer(place, ordinal, isExact ? sum : scorePassage(segment, ordinal, scale));
    }
  }
}

/** In the clauses' order. */
function clausesIn(segment: BoundSegment, window: number, scale: Bm25Scale): WindowClause[] {
  const found: WindowClause[] = [];
  for (const [clause, postings] of segment.postings.entries()) {
    if (postings === undefined) continue;
    const { blocks } = postings;
    const block = blocks.windows.indexOf(window);
    if (block < 0) continue;
    const from = blocks.firsts[block]!;
    const to = blocks.firsts[block + 1] ?? postings.ordinals.length;
    // More counts and fewer words only raise a contribution.
    const count = blocks.maxCounts[block]!;
    const bound = contribution(scale, clause, { count, length: blocks.minLengths[block]! });
    found.push({ clause, postings, from, to, bound });
  }
  return found;
}

interface Collector {
  /** Passages below it are not wanted. */
  readonly threshold: number;
  /** The threshold, once others' have raised it: an atomic read is too much for each passage. */
  readShared(): number;
  offer(segment: number, ordinal: number, score: number): void;
  finish(): TopPassages;
}

/** Keeps the candidates of the top; a heap of the best scores, worst first, excludes the others. */
function createCollector({ topCount, sharedThreshold }: TopPassagesRequest): Collector {
  const candidates: { segment: number; ordinal: number; score: number }[] = [];
  // The heap starts as all zeros, which stand for places not taken.
  const heap = new Float32Array(topCount);
  const shared = new Int32Array(sharedThreshold);
  const scratch = new Float32Array(1);
  const scratchBits = new Int32Array(scratch.buffer);
  let threshold = 0;
  const raiseShared = (score: number): void => {
    scratch[0] = score;
    const bits = scratchBits[0]!;
    for (let seen = Atomics.load(shared, 0); seen < bits;) {
      const found = Atomics.compareExchange(shared, 0, seen, bits);
      if (found === seen) return;
      seen = found;
    }
  };
  return {
    get threshold() {
      return threshold;
    },
    readShared() {
      scratchBits[0] = Atomics.load(shared, 0);
      threshold = Math.max(threshold, scratch[0]!);
      return threshold;
    },
    offer(segment, ordinal, score) {
      if (score <= 0 || score < threshold) return;
      candidates.push({ segment, ordinal, score });
      if (score <= heap[0]!) return;
      replaceRoot(heap, score);
      if (heap[0]! <= threshold) return;
      threshold = heap[0]!;
      raiseShared(threshold);
    },
    finish() {
      const picked = candidates.filter(({ score }) => score >= heap[0]!);
      picked.sort((a, b) => b.score - a.score || a.segment - b.segment || a.ordinal - b.ordinal);
      return {
        segments: Uint32Array.from(picked, ({ segment }) => segment),
        ordinals: Uint32Array.from(picked, ({ ordinal }) => ordinal),
        scores: Float32Array.from(picked, ({ score }) => score),
      };
    },
  };
}

function replaceRoot(heap: Float32Array, score: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
    if (heap[child]! >= score) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = score;
}
