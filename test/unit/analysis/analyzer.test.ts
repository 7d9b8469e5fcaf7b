import assert from "node:assert/strict";

import fc from "fast-check";

import { createAnalyzer } from "../../../src/analysis/analyzer.js";
import { limits } from "../../../src/core/limits.js";

const english = createAnalyzer("english");
const unicode = createAnalyzer("unicode");

describe("the english analyzer", () => {
  it("drops stop words and possessives, lowers and stems, in text order", () => {
    const text =
      "The proteins' and the Protein\u2019s folding is NOT described by O'Neil's folded café";
    assert.deepEqual(english.analyze(text), [
      ...["protein", "protein", "fold", "describ", "o'neil", "fold", "cafe"],
    ]);
  });

  it("finds the parts of dotted names", () => {
    assert.deepEqual(english.analyze("fs.readFile"), ["fs", "readfil"]);
    assert.deepEqual(english.analyze("readFile"), english.analyze("READFILE"));
  });

  it("drops exactly Lucene's 33 stop words", () => {
    const stopped =
      "a an and are as at be but by for if in into is it no not of on or such that the their " +
      "then there these they this to was will with";
    assert.deepEqual(english.analyze(stopped), []);
    assert.equal(stopped.split(" ").length, 33);
    assert.equal(english.analyze("from when which who how do has have he we you").length, 11);
  });

  it("splits what folding takes apart", () => {
    assert.deepEqual(english.analyze("a½b ﬁles"), ["a1", "2b", "file"]);
  });
});

describe("the unicode analyzer", () => {
  it("neither stops nor stems", () => {
    assert.deepEqual(unicode.analyze("The Cats' tails"), ["the", "cats", "tails"]);
  });

  it("gives runs of Han, kana and Hangul as pairs, a single one alone", () => {
    assert.deepEqual(unicode.analyze("東京都 に 한국어 A東"), [
      ...["東京", "京都", "に", "한국", "국어", "a", "東"],
    ]);
    assert.deepEqual(unicode.analyze("ﾊﾞｽ"), ["バス"]);
    assert.deepEqual(unicode.analyze("\u{20000}\u{20001}\u{20002}"), [
      ...["\u{20000}\u{20001}", "\u{20001}\u{20002}"],
    ]);
  });
});

describe("both analyzers", () => {
  it("tell the name and version that an index keeps", () => {
    assert.deepEqual([english.name, english.version], ["english", 1]);
    assert.deepEqual([unicode.name, unicode.version], ["unicode", 1]);
  });

  it("cut long words at a character", () => {
    assert.deepEqual(unicode.analyze("x".repeat(300)), ["x".repeat(limits.termBytesMax)]);
    assert.deepEqual(unicode.analyze("ж".repeat(300)), ["ж".repeat(127)]);
    assert.deepEqual(unicode.analyze("z" + "\u{1d7d8}".repeat(400)), ["z" + "0".repeat(254)]);
  });

  it("give the same terms again, whatever was analyzed between", () => {
    const fresh = createAnalyzer("english");
    const text = fc.string({ unit: "grapheme", maxLength: 80 });
    fc.assert(
      fc.property(text, text, (first, second) => {
        const before = fresh.analyze(first);
        fresh.analyze(second);
        assert.deepEqual(fresh.analyze(first), before);
        assert.deepEqual(createAnalyzer("english").analyze(first), before);
      }),
      { numRuns: 50 },
    );
  });

  it("keep to their limits over many distinct words", () => {
    const words = Array.from({ length: limits.termCacheWordsMax + 10 }, (_, i) => `w${i}`);
    assert.deepEqual(unicode.analyze(words.join(" ")), words);
    assert.deepEqual(unicode.analyze("w1 w2"), ["w1", "w2"]);
  });

  it("give well-formed terms of 1 to 255 bytes for any text", () => {
    const text = fc.string({ unit: "binary", maxLength: 400 });
    fc.assert(
      fc.property(text, (value) => {
        for (const term of [...english.analyze(value), ...unicode.analyze(value)]) {
          const bytes = Buffer.from(term, "utf8");
          assert.ok(bytes.length >= 1 && bytes.length <= limits.termBytesMax);
          assert.equal(bytes.toString("utf8"), term);
        }
      }),
    );
  });
});
