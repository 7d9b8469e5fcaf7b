import assert from "node:assert/strict";

import fc from "fast-check";

import { forEachWord } from "../../../../src/analysis/version-1/words.js";

function words(text: string): string[] {
  const found: string[] = [];
  forEachWord(text, (start, end, isUnspaced) => {
    found.push(text.slice(start, end) + (isUnspaced ? "*" : ""));
  });
  return found;
}

describe("forEachWord", () => {
  it("splits at everything that is neither letter nor digit", () => {
    assert.deepEqual(words("fs.readFile(path, snake_case) -- v1.2"), [
      ...["fs", "readFile", "path", "snake", "case", "v1", "2"],
    ]);
  });

  it("keeps apostrophes inside words only", () => {
    assert.deepEqual(words("'don't' O\u2019Neil's dogs' '"), ["don't", "O\u2019Neil's", "dogs"]);
  });

  it("keeps combining marks with their letter", () => {
    assert.deepEqual(words("cafe\u0301 \u0301x हिन्दी"), ["cafe\u0301", "x", "हिन्दी"]);
  });

  it("tells runs without spaces from their neighbors", () => {
    assert.deepEqual(words("iPhone手机v2。東京'tower"), [
      "iPhone",
      "手机*",
      "v2",
      "東京*",
      "tower",
    ]);
  });

  it("passes over emoji and lone surrogates, and keeps letters above U+FFFF", () => {
    assert.deepEqual(words("a😀b \ud800c \u{1d400}\u{1d401} \u{20000}"), [
      ...["a", "b", "c", "\u{1d400}\u{1d401}", "\u{20000}*"],
    ]);
  });

  it("covers every letter exactly once, in order", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(texts, (text) => {
        const letters = /[\p{L}\p{N}]/gu;
        const found = words(text).join("").match(letters) ?? [];
        assert.deepEqual(found, text.match(letters) ?? []);
      }),
    );
  });
});
