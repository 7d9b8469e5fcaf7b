import assert from "node:assert/strict";

import fc from "fast-check";

import type { PassageTerms } from "../../../../src/analysis/term-frequencies.js";
import { bm25Parameters, rowCountOf, scoreBm25 } from "../../../../src/index/bm25/bm25.js";
import type { Bm25Segment, Bm25Totals } from "../../../../src/index/bm25/bm25.js";
import { createLiveTerms } from "../../../../src/index/bm25/live-terms.js";
import { openPostings } from "../../../../src/index/bm25/postings-reader.js";
import { writePostings } from "../../../../src/index/bm25/postings-writer.js";
import { anyPassage, toPassageTerms, vocabulary } from "../../../support/passages.js";

interface Entry {
  readonly passage: PassageTerms;
  readonly isDead: boolean;
}

interface WantedTerm {
  readonly term: string;
  readonly frequency: number;
}

describe("scoreBm25", () => {
  it("computes the formula", () => {
    const entries = ["a a b", "b", "c c c c"].map((text) => alive(text.split(" ")));
    const scores = score([toSegment("flushed", entries, [{ term: "a", frequency: 2 }])], {
      wanted: [{ term: "a", frequency: 2 }],
      totals: totalsOf(entries),
    });
    const idf = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5));
    const expected = (2 * idf * 2) / (2 + 0.9 * (1 - 0.4 + (0.4 * 3) / (8 / 3)));
    assert.deepEqual(bm25Parameters, { k1: 0.9, b: 0.4 });
    assert.deepEqual(scores, [Float32Array.of(expected, 0, 0)]);
  });

  it("gives bit-identical scores however passages are spread over segments", () => {
    fc.assert(
      fc.property(anyCollection, anyQuery, (segments, wanted) => {
        const entries = segments.flatMap(({ entries }) => entries);
        const totals = totalsOf(entries);
        const spread = segments.map(({ kind, entries }) => toSegment(kind, entries, wanted));
        const actual = score(spread, { wanted, totals });
        const expected = Float32Array.from(bruteForce(entries, wanted));
        assert.deepEqual(
          actual.flatMap((scores) => [...scores]),
          [...expected],
        );
      }),
      { numRuns: 300 },
    );
  });

  it("scores as if deleted passages had never been", () => {
    fc.assert(
      fc.property(anyCollection, anyQuery, (segments, wanted) => {
        const entries = segments.flatMap(({ entries }) => entries);
        const live = entries.filter(({ isDead }) => !isDead);
        const totals = totalsOf(entries);
        const spread = segments.map(({ kind, entries }) => toSegment(kind, entries, wanted));
        const all = score(spread, { wanted, totals }).flatMap((scores) => [...scores]);
        const [anew = new Float32Array()] = score([toSegment("flushed", live, wanted)], {
          wanted,
          totals,
        });
        assert.deepEqual(
          all.filter((_, row) => entries[row]?.isDead === false),
          [...anew],
        );
        assert.ok(all.every((value, row) => entries[row]?.isDead === false || value === 0));
      }),
      { numRuns: 200 },
    );
  });

  it("overwrites what the score arrays held and tells document frequencies", () => {
    const wanted = [
      { term: "b", frequency: 1 },
      { term: "absent", frequency: 1 },
    ];
    const entries = [alive(["b"]), dead(["b"]), alive(["c"])];
    const scores = [new Float32Array(3).fill(7)];
    const frequencies = scoreBm25({
      segments: [toSegment("flushed", entries, wanted)],
      terms: toTerms(wanted),
      totals: totalsOf(entries),
      scores,
    });
    assert.deepEqual(frequencies, [1, 0]);
    assert.ok(scores[0]![0]! > 0 && scores[0]![0]! < 7);
    assert.deepEqual([...scores[0]!.subarray(1)], [0, 0]);
  });

  it("gives zeros for no segments, no terms, and nothing but deleted or empty passages", () => {
    const wanted = [{ term: "a", frequency: 1 }];
    assert.deepEqual(score([], { wanted, totals: { passageCount: 0, lengthTotal: 0 } }), []);
    for (const entries of [[dead(["a"])], [alive([])], []]) {
      const segment = toSegment("flushed", entries, wanted);
      const scores = score([segment], { wanted, totals: totalsOf(entries) });
      assert.ok(scores[0]!.every((value) => value === 0));
    }
    const segment = toSegment("live", [alive(["a"])], []);
    const totals = { passageCount: 1, lengthTotal: 1 };
    assert.deepEqual(score([segment], { wanted: [], totals }), [Float32Array.of(0)]);
  });

  it("stops when cancelled", () => {
    const entries = [alive(["a"])];
    const wanted = [{ term: "a", frequency: 1 }];
    const result = scoreBm25({
      segments: [toSegment("flushed", entries, wanted)],
      terms: toTerms(wanted),
      totals: totalsOf(entries),
      scores: [new Float32Array(1)],
      isCancelled: () => true,
    });
    assert.equal(result, undefined);
  });
});

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  passage: anyPassage,
  isDead: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const anyCollection = fc.array(
  fc.record({
    kind: fc.constantFrom("flushed" as const, "live" as const),
    entries: fc.array(anyEntry, { maxLength: 20 }),
  }),
  { maxLength: 5 },
);
const anyQuery: fc.Arbitrary<WantedTerm[]> = fc.uniqueArray(
  fc.record({
    term: fc.constantFrom(...vocabulary, "absent"),
    frequency: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 6, selector: ({ term }) => term },
);

function alive(words: readonly string[]): Entry {
  return { passage: toPassageTerms(words), isDead: false };
}

function dead(words: readonly string[]): Entry {
  return { passage: toPassageTerms(words), isDead: true };
}

function toSegment(
  kind: "flushed" | "live",
  entries: readonly Entry[],
  wanted: readonly WantedTerm[],
): Bm25Segment {
  const tombstones = new Uint8Array(Math.ceil(entries.length / 8));
  for (const [row, { isDead }] of entries.entries()) {
    if (isDead) tombstones[row >> 3]! |= 1 << (row & 7);
  }
  const passages = entries.map(({ passage }) => passage);
  if (kind === "flushed") {
    return { kind, postings: openPostings(writePostings(passages)), tombstones };
  }
  const live = createLiveTerms();
  for (const passage of passages) live.append(passage);
  const termIds = live.resolve(wanted.map(({ term }) => term));
  const snapshot = live.snapshot();
  // A later append must not be seen.
  live.append(toPassageTerms([...vocabulary]));
  return { kind, snapshot, termIds, tombstones };
}

function score(
  segments: readonly Bm25Segment[],
  { wanted, totals }: { wanted: readonly WantedTerm[]; totals: Bm25Totals },
): Float32Array[] {
  const scores = segments.map((segment) => new Float32Array(rowCountOf(segment)));
  const frequencies = scoreBm25({ segments, terms: toTerms(wanted), totals, scores });
  assert.equal(frequencies?.length, wanted.length);
  return scores;
}

function toTerms(wanted: readonly WantedTerm[]): { utf8: Uint8Array; frequency: number }[] {
  return wanted.map(({ term, frequency }) => ({ utf8: Buffer.from(term), frequency }));
}

function totalsOf(entries: readonly Entry[]): Bm25Totals {
  const live = entries.filter(({ isDead }) => !isDead);
  const lengthTotal = live.reduce((sum, { passage }) => sum + passage.length, 0);
  return { passageCount: live.length, lengthTotal };
}

/** Passage by passage, straight from the formula; its partial sums in float32. */
function bruteForce(entries: readonly Entry[], wanted: readonly WantedTerm[]): number[] {
  const { passageCount, lengthTotal } = totalsOf(entries);
  const { k1, b } = bm25Parameters;
  const countIn = ({ passage }: Entry, term: string): number =>
    passage.counts[passage.terms.indexOf(term)] ?? 0;
  return entries.map((entry) => {
    let sum = 0;
    if (entry.isDead) return 0;
    for (const { term, frequency } of wanted) {
      const count = countIn(entry, term);
      if (count === 0) continue;
      const df = entries.filter((other) => !other.isDead && countIn(other, term) > 0).length;
      const idf = Math.log(1 + (passageCount - df + 0.5) / (df + 0.5));
      const slope = (k1 * b * passageCount) / lengthTotal;
      const norm = count + k1 * (1 - b) + slope * entry.passage.length;
      sum = Math.fround(sum + (frequency * idf * count) / norm);
    }
    return sum;
  });
}
