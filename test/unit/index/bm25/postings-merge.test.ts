import assert from "node:assert/strict";

import fc from "fast-check";

import { mergePostings } from "../../../../src/index/bm25/postings-merge.js";
import { PostingsReader } from "../../../../src/index/bm25/postings-reader.js";
import { anyPassage, toPassageTerms, writeTerms } from "../../../support/passages.js";

describe("mergePostings", () => {
  it("drops deleted passages, and terms that only they had", () => {
    const first = new PostingsReader(
      writeTerms([toPassageTerms(["a"]), toPassageTerms(["b", "c"])]),
    );
    const second = new PostingsReader(writeTerms([toPassageTerms(["c"])]));
    const merged = new PostingsReader(
      mergePostings([{ reader: first, tombstones: Uint8Array.of(0b01) }, { reader: second }]),
    );
    assert.deepEqual([merged.ordinalCount, merged.termCount, merged.lengthTotal], [2, 2, 3]);
    assert.equal(merged.find(Buffer.from("a")), undefined);
    assert.deepEqual([...(merged.find(Buffer.from("c"))?.ordinals ?? [])], [0, 1]);
  });

  it("writes the bytes that writing the live passages anew would", () => {
    const segment = fc.array(fc.record({ passage: anyPassage, isDead: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
        const inputs = segments.map((entries) => {
          const tombstones = new Uint8Array(Math.ceil(entries.length / 8));
          for (const [ordinal, { isDead }] of entries.entries()) {
            if (isDead) tombstones[ordinal >> 3]! |= 1 << (ordinal & 7);
          }
          const reader = new PostingsReader(writeTerms(entries.map(({ passage }) => passage)));
          return { reader, tombstones };
        });
        const live = segments.flat().filter(({ isDead }) => !isDead);
        assert.deepEqual(mergePostings(inputs), writeTerms(live.map(({ passage }) => passage)));
      }),
    );
  });
});
