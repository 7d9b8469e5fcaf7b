import assert from "node:assert/strict";

import fc from "fast-check";

import { analyze } from "../../../../src/analysis/analyzer.js";
import { firstAnalyzer } from "../../../support/analyzers.js";
import { limits } from "../../../../src/core/limits.js";

const english = firstAnalyzer("english");
const unicode = firstAnalyzer("unicode");

describe("the english analyzer", () => {
  it("drops stop words and possessives, lowers and stems, in text order", () => {
    const text =
      "The proteins' and the Protein\u2019s folding is NOT described by O'Neil's folded café";
    assert.deepEqual(analyze(english, text), [
      ...["protein", "protein", "fold", "describ", "o'neil", "fold", "cafe"],
    ]);
  });

  it("finds the parts of dotted names", () => {
    assert.deepEqual(analyze(english, "fs.readFile"), ["fs", "readfil"]);
    assert.deepEqual(analyze(english, "readFile"), analyze(english, "READFILE"));
  });

  it("drops exactly Lucene's 33 stop words", () => {
    const stopped =
      "a an and are as at be but by for if in into is it no not of on or such that the their " +
      "then there these they this to was will with";
    assert.deepEqual(analyze(english, stopped), []);
    assert.equal(stopped.split(" ").length, 33);
    assert.equal(analyze(english, "from when which who how do has have he we you").length, 11);
  });

  it("splits what folding takes apart", () => {
    assert.deepEqual(analyze(english, "a½b ﬁles"), ["a1", "2b", "file"]);
  });
});

describe("the unicode analyzer", () => {
  it("neither stops nor stems", () => {
    assert.deepEqual(analyze(unicode, "The Cats' tails"), ["the", "cats", "tails"]);
  });

  it("gives runs of Han, kana and Hangul as pairs, a single one alone", () => {
    assert.deepEqual(analyze(unicode, "東京都 に 한국어 A東"), [
      ...["東京", "京都", "に", "한국", "국어", "a", "東"],
    ]);
    assert.deepEqual(analyze(unicode, "ﾊﾞｽ"), ["バス"]);
    assert.deepEqual(analyze(unicode, "\u{20000}\u{20001}\u{20002}"), [
      ...["\u{20000}\u{20001}", "\u{20001}\u{20002}"],
    ]);
  });
});

describe("both analyzers", () => {
  it("tell the name and version that an index keeps", () => {
    assert.deepEqual([english.settings.analyzer, english.settings.analyzerVersion], ["english", 1]);
    assert.deepEqual([unicode.settings.analyzer, unicode.settings.analyzerVersion], ["unicode", 1]);
  });

  it("cut long words at a character", () => {
    assert.deepEqual(analyze(unicode, "x".repeat(300)), ["x".repeat(limits.termBytesMax)]);
    assert.deepEqual(analyze(unicode, "ж".repeat(300)), ["ж".repeat(127)]);
    assert.deepEqual(analyze(unicode, "z" + "\u{1d7d8}".repeat(400)), ["z" + "0".repeat(254)]);
  });

  it("give the same terms again, whatever was analyzed between", () => {
    const fresh = firstAnalyzer("english");
    const text = fc.string({ unit: "grapheme", maxLength: 80 });
    fc.assert(
      fc.property(text, text, (first, second) => {
        const before = analyze(fresh, first);
        analyze(fresh, second);
        assert.deepEqual(analyze(fresh, first), before);
        assert.deepEqual(analyze(firstAnalyzer("english"), first), before);
      }),
      { numRuns: 50 },
    );
  });

  it("keep to their limits over many distinct words", () => {
    const words = Array.from({ length: limits.termCacheWordsMax + 10 }, (_, i) => `w${i}`);
    assert.deepEqual(analyze(unicode, words.join(" ")), words);
    assert.deepEqual(analyze(unicode, "w1 w2"), ["w1", "w2"]);
  });

  it("give well-formed terms of 1 to 255 bytes for any text", () => {
    const text = fc.string({ unit: "binary", maxLength: 400 });
    fc.assert(
      fc.property(text, (value) => {
        for (const term of [...analyze(english, value), ...analyze(unicode, value)]) {
          const bytes = Buffer.from(term, "utf8");
          assert.ok(bytes.length >= 1 && bytes.length <= limits.termBytesMax);
          assert.equal(bytes.toString("utf8"), term);
        }
      }),
    );
  });
});
