import assert from "node:assert/strict";

import fc from "fast-check";

import { windowText } from "../../../src/search/reading-window.js";

const words = Array.from({ length: 100 }, (_, i) => `word${i}`);

describe("the text of a window", () => {
  it("is the whole passage when the passage is no longer than the window", () => {
    const window = { start: 0, tokenCount: 50, total: 50 };
    assert.equal(windowText("A title", "and its text", window), "A title and its text");
    assert.equal(windowText("", "only text", { ...window, total: 0 }), "only text");
  });

  it("has whole words about the window's place, and the title in front", () => {
    const text = windowText("The title", words.join(" "), {
      start: 150,
      tokenCount: 60,
      total: 300,
    });
    const [first, second, ...rest] = text.split(" ");
    assert.deepEqual([first, second], ["The", "title"]);
    assert.ok(rest.every((word) => words.includes(word)));
    assert.ok(rest.includes("word50") && rest.includes("word68"));
    assert.ok(!rest.includes("word47") && !rest.includes("word73"));
  });

  it("begins with the passage where the window does, without a second title", () => {
    const text = windowText("The title", words.join(" "), { start: 0, tokenCount: 60, total: 300 });
    assert.match(text, /^The title word0 word1 .* word19/u);
  });

  it("never cuts a character, and takes about its share of a text without spaces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("東", "😀", "a", " "), { minLength: 1, maxLength: 400 }),
        fc.nat(300),
        fc.integer({ min: 1, max: 100 }),
        (letters, start, tokenCount) => {
          const whole = letters.join("");
          const total = Math.max(letters.length, start + tokenCount);
          const text = windowText("", whole, { start, tokenCount, total });
          assert.ok(text.isWellFormed());
          assert.ok(whole.includes(text));
          const share = Math.ceil((whole.length * tokenCount) / total);
          assert.ok(total <= tokenCount || text.length <= share + 66);
        },
      ),
    );
  });
});
