import assert from "node:assert/strict";

import fc from "fast-check";

import { firstAnalyzer } from "../../support/analyzers.js";
import { sortTerms, termFrequencies } from "../../../src/analysis/term-frequencies.js";

const analyzer = firstAnalyzer("english");

describe("termFrequencies", () => {
  it("counts each term and lists them in byte order", () => {
    assert.deepEqual(termFrequencies(analyzer, "wings, a wing in a slipstream: winged"), {
      terms: ["slipstream", "wing"],
      counts: [1, 3],
      // "a" and "in" are no terms, but words.
      positions: [5, 0, 2, 6],
      length: 4,
    });
  });

  it("gives nothing for text without terms", () => {
    const nothing = { terms: [], counts: [], positions: [], length: 0 };
    assert.deepEqual(termFrequencies(analyzer, "the ... of!"), nothing);
    assert.deepEqual(termFrequencies(analyzer, ""), nothing);
  });
});

describe("sortTerms", () => {
  it("sorts as UTF-8 bytes, also where UTF-16 order differs", () => {
    assert.deepEqual(sortTerms(["\u{1d400}", "\uff41", "a"]), ["a", "\uff41", "\u{1d400}"]);
    const terms = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(terms, (list) => {
        const bytes = list
          .map((term) => Buffer.from(term, "utf8"))
          .sort((a, b) => Buffer.compare(a, b));
        assert.deepEqual(
          sortTerms([...list]).map((term) => Buffer.from(term, "utf8")),
          bytes,
        );
      }),
    );
  });
});
