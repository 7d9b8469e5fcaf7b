import assert from "node:assert/strict";

import fc from "fast-check";

import { firstAnalyzer, latestAnalyzer } from "../../support/analyzers.js";
import { isEmptyQuery, parseLexicalQuery } from "../../../src/analysis/lexical-query.js";

const parse = (text: string): ReturnType<typeof parseLexicalQuery> =>
  parseLexicalQuery(firstAnalyzer("english"), text);

describe("parseLexicalQuery", () => {
  it("takes words, phrases and beginnings apart", () => {
    const query = parse('fast "state of the art" Embed* embed* engines');
    assert.deepEqual(
      query.terms.map(({ term }) => term),
      ["fast", "state", "art", "engin"],
    );
    assert.deepEqual(query.prefixes, [{ term: "embed", frequency: 2 }]);
    assert.deepEqual(query.phrases, [
      {
        terms: [
          { term: "state", offset: 0 },
          { term: "art", offset: 3 },
        ],
      },
    ]);
    assert.equal(query.plainText, "fast state of the art Embed embed engines");
  });

  it("takes a lone quote and a lone star for what they are in plain text", () => {
    for (const text of ['5" pipe', "a * b", "2*3", "**", 'say "', "*nix"]) {
      const { prefixes, phrases, plainText } = parse(text);
      assert.deepEqual([prefixes, phrases, plainText], [[], [], text], text);
    }
  });

  it("finds nothing to look for in stop words, quoted or not", () => {
    for (const text of ["", "the", '"the of"', '""']) assert.ok(isEmptyQuery(parse(text)), text);
    assert.deepEqual(parse('"the of"').phrases, []);
    assert.ok(!isEmptyQuery(parse("th*")));
  });

  it("asks for ideographs that stand alone among kana, beside the pairs", () => {
    const termsOf = (text: string): string[] =>
      parseLexicalQuery(latestAnalyzer("unicode"), text).terms.map(({ term }) => term);
    assert.deepEqual(termsOf("月と潮"), ["月と", "と潮", "月", "潮"]);
    assert.deepEqual(termsOf("東京へ"), ["東京", "京へ"]);
    assert.deepEqual(termsOf("東"), ["東"]);
  });

  it("asks for all of a short word without spaces, and for some of a question", () => {
    const countsOf = (text: string): number[] =>
      parseLexicalQuery(latestAnalyzer("unicode"), text).quorums.map(({ count }) => count);
    assert.deepEqual(countsOf("ข้าวเช้า"), [2]);
    assert.deepEqual(countsOf("ผึ้งทำน้ำผึ้งอย่างไร"), [2]);
  });

  it("leaves any text without syntax as it is, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const query = parse(text);
        if (!/["*]/.test(text)) assert.equal(query.plainText, text);
        for (const { terms } of query.phrases) assert.ok(terms.length > 0);
      }),
    );
  });
});
