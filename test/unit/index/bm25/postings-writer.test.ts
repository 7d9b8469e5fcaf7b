import assert from "node:assert/strict";

import fc from "fast-check";

import { checkPostings } from "../../../../src/index/bm25/check-postings.js";
import { decodePositions, PostingsReader } from "../../../../src/index/bm25/postings-reader.js";
import { anyPassage, toPassageTerms, vocabulary, writeTerms } from "../../../support/passages.js";

describe("writePostings", () => {
  it("inverts passages: ordinals ascending, with counts, lengths and sums", () => {
    const passages = ["b a b", "", "c b"].map((text) => toPassageTerms(text.match(/\w/g) ?? []));
    const reader = new PostingsReader(writeTerms(passages));
    assert.deepEqual([reader.ordinalCount, reader.termCount, reader.postingCount], [3, 3, 4]);
    assert.deepEqual([...reader.lengths], [3, 0, 2]);
    assert.equal(reader.lengthTotal, 5);
    const found = reader.find(Buffer.from("b"));
    assert.deepEqual(
      [found?.documentFrequency, [...(found?.ordinals ?? [])], [...(found?.counts ?? [])]],
      [2, [0, 2], [2, 1]],
    );
  });

  it("writes whole 8-byte words, the same for the same passages", () => {
    const passages = [toPassageTerms(["wing", "é"])];
    const sections = writeTerms(passages);
    for (const section of Object.values(sections) as Uint8Array[]) {
      assert.equal(section.byteLength % 8, 0);
    }
    assert.deepEqual(writeTerms(passages), sections);
  });

  it("writes an empty segment", () => {
    const reader = new PostingsReader(writeTerms([]));
    checkPostings(reader);
    assert.deepEqual([reader.ordinalCount, reader.termCount, reader.lengthTotal], [0, 0, 0]);
    assert.equal(reader.find(Buffer.from("a")), undefined);
  });

  it("refuses a passage whose length is not the sum of its counts", () => {
    const terms = { terms: ["a"], counts: [2], positions: [0, 1] };
    assert.throws(() => writeTerms([{ ...terms, length: 3 }]), /one position/);
    assert.throws(() => writeTerms([{ ...terms, positions: [0], length: 2 }]), /one position/);
  });

  it("writes segments of many passages", () => {
    const passages = Array.from({ length: 3000 }, (_, i) =>
      toPassageTerms(["all", `own${i}`, `of${i % 7}`]),
    );
    const reader = new PostingsReader(writeTerms(passages));
    checkPostings(reader);
    assert.equal(reader.termCount, 3008);
    assert.equal(reader.find(Buffer.from("all"))?.documentFrequency, 3000);
    assert.deepEqual([...(reader.find(Buffer.from("own2999"))?.ordinals ?? [])], [2999]);
  });

  it("loses nothing of any passages", () => {
    fc.assert(
      fc.property(fc.array(anyPassage, { maxLength: 30 }), (passages) => {
        const reader = new PostingsReader(writeTerms(passages));
        checkPostings(reader);
        for (const term of vocabulary) {
          const found = reader.find(Buffer.from(term));
          const expected = passages.flatMap(({ terms, counts }, ordinal) =>
            terms.includes(term) ? [[ordinal, counts[terms.indexOf(term)]]] : [],
          );
          const listed = Array.from(found?.ordinals ?? [], (ordinal, i) => [
            ordinal,
            found?.counts[i],
          ]);
          assert.deepEqual(listed, expected);
          const place = reader.placeOf(Buffer.from(term));
          if (place < 0) continue;
          reader.forEachPosting(place, (ordinal, _count, from, to) => {
            const { terms, counts, positions } = passages[ordinal]!;
            const at = terms.indexOf(term);
            const start = counts.slice(0, at).reduce((sum, count) => sum + count, 0);
            const own = positions.slice(start, start + counts[at]!);
            assert.deepEqual(decodePositions(reader.positions, from, to), own);
          });
        }
      }),
    );
  });
});
