import assert from "node:assert/strict";

import fc from "fast-check";

import { toPassageOrdinal, toSegmentOrdinal } from "../../../src/core/ids.js";
import { compareKeys } from "../../../src/core/document.js";
import { fuse, toCandidates } from "../../../src/search/fusion.js";
import type { Candidate } from "../../../src/search/fusion.js";
import { segmentsOf } from "../../support/passage-places.js";

describe("fuse", () => {
  it("sums 1 / (60 + rank) over the lists a passage is in", () => {
    const lexical = [candidate("a", 9), candidate("b", 8)];
    const sketch = [candidate("b", 700), candidate("c", 600)];
    const fused = fuse("reciprocal_rank", { lexical, sketch }, blended(0.15));
    assert.deepEqual(
      fused.map(({ ordinal, score }) => [placeAt(ordinal).key, score]),
      [
        ["b", 1 / 61 + 1 / 62],
        ["a", 1 / 61],
        ["c", 1 / 62],
      ],
    );
  });

  it("sums scores brought to [0, 1], the lexical ones weighted", () => {
    const lexical = [candidate("a", 9), candidate("b", 5), candidate("d", 1)];
    const sketch = [candidate("b", 300), candidate("c", 200), candidate("a", 100)];
    const fused = fuse("min_max", { lexical, sketch }, blended(0.5));
    assert.deepEqual(
      fused.map(({ ordinal, score }) => [placeAt(ordinal).key, score]),
      [
        ["b", 1 + 0.5 * 0.5],
        ["c", 0.5],
        ["a", 0 + 0.5 * 1],
        ["d", 0],
      ],
    );
  });

  it("counts every score of a list of equal ones as the best", () => {
    const sketch = [candidate("a", 3), candidate("b", 3)];
    const fused = fuse("min_max", { lexical: [], sketch }, blended(1));
    assert.deepEqual(
      fused.map(({ score }) => score),
      [1, 1],
    );
  });

  it("is the plain formula for any lists, ties by place in the sketch list, then in the lexical one", () => {
    fc.assert(
      fc.property(anyList, anyList, fc.double({ min: 0, max: 10, noNaN: true }), checkFormula),
      { numRuns: 300 },
    );
  });

  it("is empty for empty lists", () => {
    for (const method of ["reciprocal_rank", "min_max"] as const)
      assert.deepEqual(fuse(method, { lexical: [], sketch: [] }, blended(1)), []);
  });
});

describe("toCandidates", () => {
  it("keeps the best by score, key and passage number, wherever they lie", () => {
    const segments = segmentsOf([
      [
        { key: "b", passageNumber: 0 },
        { key: "\u{1d400}", passageNumber: 0 },
      ],
      [
        { key: "a", passageNumber: 1 },
        { key: "a", passageNumber: 0 },
        { key: "\uff41", passageNumber: 0 },
      ],
    ]);
    const found = {
      parts: Uint32Array.of(0, 0, 1, 1, 1),
      ordinals: Uint32Array.of(0, 1, 0, 1, 2),
      scores: Int32Array.of(5, 7, 5, 5, 7),
    };
    const kept = toCandidates([found], segments, 4);
    assert.deepEqual(
      kept.map(({ segment, ordinal }) => [segment, ordinal]),
      [
        [1, 2],
        [0, 1],
        [1, 1],
        [1, 0],
      ],
    );
  });
});

const keys = ["a", "b", "c", "d", "e", "\uff41", "\u{1d400}"];

/** Three passages of each key, in one segment: the same passage lies in the same place in both lists. */
const places = keys.flatMap((key) => [0, 1, 2].map((passageNumber) => ({ key, passageNumber })));
const segments = segmentsOf([places]);

function candidate(key: string, score: number, passageNumber = 0): Candidate {
  return {
    score,
    segment: toSegmentOrdinal(0),
    ordinal: toPassageOrdinal(3 * keys.indexOf(key) + passageNumber),
  };
}

function placeAt(ordinal: number): { key: string; passageNumber: number } {
  return places[ordinal]!;
}

function blended(lexicalWeight: number): Parameters<typeof fuse>[2] {
  return { segments, lexicalWeight };
}

function inOrder(a: Candidate, b: Candidate): number {
  const [placeA, placeB] = [placeAt(a.ordinal), placeAt(b.ordinal)];
  return (
    b.score - a.score ||
    compareKeys(placeA.key, placeB.key) ||
    placeA.passageNumber - placeB.passageNumber
  );
}

/** As stages give them: by falling score, ties in the total order. */
const anyList = fc
  .uniqueArray(
    fc.record({
      key: fc.constantFrom(...keys),
      passageNumber: fc.nat(2),
      score: fc.integer({ min: -4, max: 4 }),
    }),
    { selector: ({ key, passageNumber }) => `${key}:${passageNumber}`, maxLength: 14 },
  )
  .map((list) =>
    list.map(({ key, score, passageNumber }) => candidate(key, score, passageNumber)).sort(inOrder),
  );

function checkFormula(lexical: Candidate[], sketch: Candidate[], weight: number): void {
  const ordinals = new Set([...lexical, ...sketch].map(({ ordinal }) => ordinal));
  for (const method of ["reciprocal_rank", "min_max"] as const) {
    const scoreIn = (list: Candidate[], ordinal: number): number => {
      const place = list.findIndex((entry) => entry.ordinal === ordinal);
      if (place < 0) return 0;
      if (method === "reciprocal_rank") return 1 / (61 + place);
      const scores = list.map(({ score }) => score);
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      return low === high ? 1 : (list[place]!.score - low) / (high - low);
    };
    const lexicalWeight = method === "min_max" ? weight : 1;
    const fused = fuse(method, { lexical, sketch }, blended(weight));
    assert.deepEqual(new Set(fused.map(({ ordinal }) => ordinal)), ordinals);
    for (const { ordinal, score } of fused)
      assert.equal(score, scoreIn(sketch, ordinal) + lexicalWeight * scoreIn(lexical, ordinal));
    const placeIn = (list: Candidate[], { ordinal }: Candidate): number => {
      const place = list.findIndex((entry) => entry.ordinal === ordinal);
      return place < 0 ? Infinity : place;
    };
    for (const [i, next] of fused.slice(1).entries()) {
      const before = fused[i]!;
      if (before.score !== next.score) assert.ok(before.score > next.score);
      else if (placeIn(sketch, before) === placeIn(sketch, next))
        assert.ok(placeIn(lexical, before) < placeIn(lexical, next));
      else assert.ok(placeIn(sketch, before) < placeIn(sketch, next));
    }
  }
}
