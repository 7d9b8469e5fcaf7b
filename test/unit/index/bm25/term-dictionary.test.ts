import assert from "node:assert/strict";

import fc from "fast-check";

import { TermDictionary } from "../../../../src/index/bm25/term-dictionary.js";

const anyTerm = fc.string({ unit: "binary", maxLength: 5 });

describe("term dictionary", () => {
  it("numbers terms as they come first, and finds them and their beginnings", () => {
    fc.assert(
      fc.property(fc.array(anyTerm), anyTerm, (terms, other) => {
        const dictionary = new TermDictionary();
        const expected: string[] = [];
        for (const term of terms) {
          if (!expected.includes(term)) expected.push(term);
          const padded = Buffer.from(`<${term}>`);
          assert.equal(dictionary.add(padded, 1, padded.length - 1), expected.indexOf(term));
        }
        assert.equal(dictionary.size, expected.length);
        for (const term of [...terms, other]) {
          assert.equal(dictionary.find(Buffer.from(term)), expected.indexOf(term));
          const beginning = Buffer.from(term).subarray(0, 2);
          const withIt = [...expected.keys()].filter((id) =>
            Buffer.from(expected[id]!).subarray(0, beginning.length).equals(beginning),
          );
          assert.deepEqual(dictionary.findPrefix(beginning), withIt);
        }
      }),
    );
  });

  it("keeps the numbers of many terms while it grows", () => {
    const dictionary = new TermDictionary();
    const terms = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`term${i * 7919}`));
    for (const term of terms) dictionary.add(term, 0, term.length);
    for (const [id, term] of terms.entries()) assert.equal(dictionary.find(term), id);
    assert.equal(dictionary.find(Buffer.from("term")), -1);
  });
});
