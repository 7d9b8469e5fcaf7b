import { strict as assert } from "node:assert";
import { lastSentenceEnd, sentencesOf } from "../../../src/encoders/sentence-ends.js";

/** `|` marks the part's ends; the result is the text before the sentence end. */
function check(marked: string, expected: string | undefined): void {
  const [before = "", part = "", after = ""] = marked.split("|");
  const text = before + part + after;
  const span = { start: before.length, end: before.length + part.length };
  const end = lastSentenceEnd(text, span);
  assert.equal(end === undefined ? undefined : text.slice(0, end), expected);
}

describe("lastSentenceEnd", () => {
  const cases: [name: string, marked: string, expected: string | undefined][] = [
    ["the last of several", "|One. Two. Thr|ee.", "One. Two. "],
    ["one at the part's end", "|One. Two. |Three.", "One. Two. "],
    ["one at the part's start", "One. |Two three| four.", "One. "],
    ["none", "One. Two |three four| five.", undefined],
    ["no abbreviation inside a number", "|It costs 3.50 in| all.", undefined],
    ["a question in quotes", "|He said “Why?” Then he| left.", "He said “Why?” "],
    ["ideographic full stops", "|你好。再见|吧。", "你好。"],
    ["full sentences before line ends", "|One two.\nthree four\nfive| six", "One two.\n"],
    ["line ends where there is nothing else", "|one two\nthree| four", "one two\n"],
    ["blank lines", "|Heading\n\ntext text\nmore| text", "Heading\n\n"],
    ["nothing at the end of the text", "|no end", undefined],
  ];
  for (const [name, marked, expected] of cases) {
    it(`finds ${name}`, () => check(marked, expected));
  }

  it("searches only the end of a very long part", () => {
    const text = `One. ${"x".repeat(1_000_000)} y. Z`;
    assert.equal(lastSentenceEnd(text, { start: 0, end: text.length }), text.length - 1);
    assert.equal(lastSentenceEnd(text, { start: 0, end: 900_000 }), undefined);
  });
});

describe("sentencesOf", () => {
  it("gives sentences in turn, without white space around or runs of it inside", () => {
    const text = "One  two.\nThree, 3.50 in all!   \n\n  四五。六？";
    assert.deepEqual(sentencesOf(text), ["One two.", "Three, 3.50 in all!", "四五。", "六？"]);
    assert.deepEqual(sentencesOf("  \n "), []);
  });

  it("looks at so much of a long text only", () => {
    const found = sentencesOf("Word after word. ".repeat(100_000));
    assert.ok(found.length > 400 && found.length < 600, String(found.length));
  });
});
