import assert from "node:assert/strict";

import fc from "fast-check";

import {
  createNearTest,
  groupByLetters,
  placesNear,
} from "../../../../src/index/bm25/near-terms.js";

describe("near terms", () => {
  it("are those that a table of distances finds, in a sorted dictionary and one by one", () => {
    const letter = fc.constantFrom("a", "b", "c", "é", "東", "😀");
    const term = fc.array(letter, { maxLength: 7 }).map((letters) => letters.join(""));
    const dictionary = fc.uniqueArray(term, { maxLength: 60 });
    fc.assert(
      fc.property(dictionary, term, fc.constantFrom(1, 2), (terms, word, distance) => {
        const sorted = terms
          .map((one) => Buffer.from(`=${one}`))
          .sort((a, b) => Buffer.compare(a, b));
        const near = { utf8: Buffer.from(`=${word}`), markLength: 1, distance };
        const ends = Uint32Array.from([...sorted, ""], (_, i) =>
          sorted.slice(0, i).reduce((sum, { length }) => sum + length, 0),
        );
        const all = { text: Buffer.concat(sorted), ends };
        const groups = groupByLetters(all, { start: 0, end: sorted.length });
        const found = placesNear(all, groups, near);
        const expected = sorted.flatMap((bytes, place) => {
          const edits = distanceOf(word, bytes.toString("utf8").slice(1));
          return edits > 0 && edits <= distance ? [place] : [];
        });
        assert.deepEqual(found, expected);
        const isNear = createNearTest(near);
        assert.deepEqual(
          sorted.flatMap((bytes, place) => (isNear(bytes) ? [place] : [])),
          expected,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("have the mark of the word, and end with damaged bytes", () => {
    const isNear = createNearTest({ utf8: Buffer.from("=word"), markLength: 1, distance: 1 });
    assert.ok(isNear(Buffer.from("=ward")) && !isNear(Buffer.from("ward")));
    assert.ok(!isNear(Uint8Array.of(0x3d, 0xff, 0x80, 0x80, 0x80, 0x80, 0x80)));
  });
});

/** Letters wrong, lacking, too many, or swapped with their neighbor (optimal string alignment). */
function distanceOf(one: string, other: string): number {
  const a = Array.from(one);
  const b = Array.from(other);
  const table = a.concat("").map(() => new Array<number>(b.length + 1).fill(0));
  for (let i = 0; i <= a.length; i += 1)
    for (let j = 0; j <= b.length; j += 1) {
      const options = i === 0 && j === 0 ? [0] : [];
      if (i > 0) options.push(table[i - 1]![j]! + 1);
      if (j > 0) options.push(table[i]![j - 1]! + 1);
      if (i > 0 && j > 0) options.push(table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        options.push(table[i - 2]![j - 2]! + 1);
      table[i]![j] = Math.min(...options);
    }
  return table[a.length]![b.length]!;
}
