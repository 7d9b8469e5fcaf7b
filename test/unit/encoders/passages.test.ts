import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import type { DocumentText, Passage } from "../../../src/encoders/passages.js";
import { splitPassages } from "../../../src/encoders/passages.js";
import type { Tokenizer } from "../../../src/encoders/tokenizer.js";
import { createTokenizer } from "../../../src/encoders/tokenizer.js";
import { byteLevelTokenizerFile } from "../../support/byte-level-tokenizer.js";
import { hostileText, plainText } from "../../support/hostile-text.js";
import { embeddedModelFolder } from "../../support/model-folders.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const bert = createTokenizer(join(embeddedModelFolder, "tokenizer.json"));
const options = { maxTokens: 40, overlapTokens: 8, titles: "every_passage" } as const;

function split(document: DocumentText, tokenizer: Tokenizer = bert): Passage[] {
  return splitPassages(document, tokenizer, options);
}

function encodedLength(passage: Passage, tokenizer: Tokenizer): number {
  return tokenizer.encode(passage.text, { maxTokens: 1_000_000 }).length;
}

/** What must hold of the passages of any document. */
function assertSound(document: DocumentText, tokenizer: Tokenizer): void {
  const { text } = document;
  const passages = split(document, tokenizer);
  assert.equal(passages[0]?.span.start, 0, "the first begins at the text's start");
  assert.equal(passages.at(-1)?.span.end, text.length, "the last ends at the text's end");
  for (const [i, passage] of passages.entries()) {
    const { start, end } = passage.span;
    assert.ok(passage.text.endsWith(text.slice(start, end)), "the text is that of the span");
    const length = encodedLength(passage, tokenizer);
    assert.ok(length <= options.maxTokens, `passage ${i} has ${length} tokens`);
    assert.ok(!partsPair(text, start) && !partsPair(text, end), "no character is cut in two");
    const next = passages[i + 1]?.span;
    if (next === undefined) continue;
    assert.ok(next.start > start && next.end > end, `passage ${i + 1} goes further`);
    assert.ok(next.start <= end, `nothing is lost after passage ${i}`);
  }
}

function partsPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, at - 1), at + 1));
}

describe("splitPassages", () => {
  it("makes one passage of a document that fits", () => {
    const [passage, ...others] = split({ title: "A title", text: " Some text.\n" });
    assert.deepEqual(passage, { span: { start: 0, end: 12 }, text: "A title  Some text.\n" });
    assert.deepEqual(others, []);
  });

  it("leaves an empty title or text out", () => {
    assert.deepEqual(split({ title: "", text: "text" }), [
      { span: { start: 0, end: 4 }, text: "text" },
    ]);
    assert.deepEqual(split({ title: "title", text: "" }), [
      { span: { start: 0, end: 0 }, text: "title" },
    ]);
    assert.deepEqual(split({ title: "", text: "" }), [{ span: { start: 0, end: 0 }, text: "" }]);
  });

  it("splits at the limit and not before it", () => {
    const words = (count: number): DocumentText => {
      return { title: "cat", text: "dog ".repeat(count) };
    };
    assert.equal(split(words(37)).length, 1);
    assert.equal(encodedLength(split(words(37))[0]!, bert), 40);
    assert.equal(split(words(38)).length, 2);
  });

  it("puts the title where it is wanted, and keeps one that is all there is", () => {
    const text = "dogs bark ".repeat(50);
    for (const [titles, count] of [
      ["first_passage", 1],
      ["none", 0],
    ] as const) {
      const at = (document: DocumentText): Passage[] =>
        splitPassages(document, bert, { ...options, titles });
      const passages = at({ title: "Cats", text });
      assert.ok(passages.length > 2);
      assert.equal(passages.filter(({ text: one }) => one.startsWith("Cats ")).length, count);
      assert.equal(passages.at(-1)?.span.end, text.length);
      const short = at({ title: "Cats", text: "dogs" }).map(({ text: one }) => one);
      assert.deepEqual(short, [titles === "none" ? "dogs" : "Cats dogs"]);
      assert.equal(at({ title: "Cats", text: "" })[0]?.text, "Cats");
    }
  });

  it("repeats the title before each window", () => {
    const passages = split({ title: "Cats", text: "dogs bark ".repeat(50) });
    assert.ok(passages.length > 2);
    for (const passage of passages) assert.match(passage.text, /^Cats (dogs|bark) /);
  });

  it("ends windows at sentence ends that are near", () => {
    const text = "The cat sat on the mat. Dogs run in the park. ".repeat(12);
    const passages = split({ title: "", text });
    assert.ok(passages.length > 3);
    for (const passage of passages) assert.match(passage.text, /\. $/);
  });

  it("overlaps windows by as many tokens as asked, less at most a word", () => {
    fc.assert(
      fc.property(plainText(), (text) => {
        const passages = split({ title: "A title", text });
        passages.slice(1).forEach(({ span }, i) => {
          const shared = bert.countTokens(text.slice(span.start, passages[i]!.span.end));
          assert.ok(shared <= options.overlapTokens, `${shared} tokens shared`);
          assert.ok(shared > options.overlapTokens - 4, `${shared} tokens shared`);
        });
      }),
    );
  });

  it("gives a very long title a third of the window", () => {
    const title = "title ".repeat(100).trim();
    const passages = split({ title, text: "word ".repeat(60) });
    assert.ok(passages.length > 2);
    for (const passage of passages) {
      assert.match(passage.text, /^(title ){12}(word ?)+$/);
      assert.ok(encodedLength(passage, bert) <= 40);
    }
    const titleOfOneWord = "x".repeat(90) + "京".repeat(300);
    assertSound({ title: titleOfOneWord, text: "word ".repeat(60) }, bert);
    assertSound({ title: titleOfOneWord, text: "" }, bert);
  });

  it("keeps a long title whole when the document fits", () => {
    const title = "title ".repeat(30).trim();
    assert.deepEqual(split({ title, text: "word" }), [
      { span: { start: 0, end: 4 }, text: `${title} word` },
    ]);
  });

  const gigantic: [name: string, text: string][] = [
    ["a word", "ab".repeat(20_000)],
    ["punctuation", "(".repeat(5000)],
    ["dashes", "—".repeat(5000)],
    ["decomposing signs", "≠".repeat(5000)],
    ["ideographs", "京".repeat(5000)],
    ["emoji", "🙂".repeat(5000)],
    ["lines of hex", `${"0f3a9c77e1".repeat(8)}\n`.repeat(60)],
  ];
  for (const [name, text] of gigantic) {
    it(`cuts ${name} without any gap`, () => {
      assertSound({ title: "t", text }, bert);
      assert.ok(split({ title: "t", text }).length > 1);
    });
  }

  it("is sound for any text", () => {
    fc.assert(
      fc.property(hostileText(10), hostileText(400), (title, text) => {
        assertSound({ title, text }, bert);
      }),
      { numRuns: 300 },
    );
  });

  it("is sound for a byte-level vocabulary", async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "tokenizer.json");
      await writeFile(path, JSON.stringify(byteLevelTokenizerFile()));
      const byteLevel = createTokenizer(path);
      assertSound({ title: "the word", text: "the word in the word ".repeat(40) }, byteLevel);
      fc.assert(
        fc.property(hostileText(4), hostileText(60), (title, text) => {
          assertSound({ title, text }, byteLevel);
        }),
      );
    });
  });

  it("splits four megabytes of text without a sentence or a space", () => {
    for (const text of ["lorem ipsum ".repeat(350_000), "x".repeat(4_000_000)]) {
      const passages = splitPassages({ title: "t", text }, bert, {
        maxTokens: 320,
        overlapTokens: 64,
        titles: "every_passage",
      });
      assert.equal(passages.at(-1)?.span.end, text.length);
    }
  });
});
