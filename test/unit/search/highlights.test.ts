import assert from "node:assert/strict";

import { firstAnalyzer } from "../../support/analyzers.js";
import { parseLexicalQuery } from "../../../src/analysis/lexical-query.js";
import { limits } from "../../../src/core/limits.js";
import { createPrng } from "../../../src/core/prng.js";
import { createHighlighter } from "../../../src/search/highlights.js";
import { below } from "../../support/seeded-corpus.js";

const analyzer = firstAnalyzer("english");
const start = { start: 0, end: 1 };

/** The text with its highlights in brackets. */
function marked(query: string, text: string, passage = start): string {
  const spans = createHighlighter(parseLexicalQuery(analyzer, query), analyzer)(text, passage);
  let result = "";
  let at = 0;
  for (const span of spans) {
    result += `${text.slice(at, span.start)}[${text.slice(span.start, span.end)}]`;
    at = span.end;
  }
  return result + text.slice(at);
}

describe("highlights", () => {
  it("mark the words whose stems the query has, and no others", () => {
    const text = "Reads files; a reader reads a file's lines. Goes on: go.";
    assert.equal(
      marked("the file reading", text),
      "[Reads] [files]; a reader [reads] a [file's] lines. Goes on: go.",
    );
    assert.equal(
      marked("go", "It is going, he has gone: Go!"),
      "It is [going], he has gone: [Go]!",
    );
    assert.equal(marked("unrelated", text), text);
  });

  it("mark words that begin as the query says", () => {
    assert.equal(
      marked("strea*", "Streams and a streaming Stream, no string"),
      "[Streams] and a [streaming] [Stream], no string",
    );
  });

  it("mark a phrase as one place, and its words elsewhere too", () => {
    assert.equal(
      marked('"line by line"', "line by line, or a line"),
      "[line by line], or a [line]",
    );
  });

  it("find pairs of characters where words have no spaces", () => {
    assert.equal(marked("京都", "東京都に行く"), "東[京都]に行く");
    assert.equal(marked("東京都", "東京都に行く"), "[東京都]に行く");
  });

  it("fold letters as the index does", () => {
    assert.equal(marked("cafe", "Le CAFÉ, un café"), "Le [CAFÉ], un [café]");
  });

  it("are none when the query has no words", () => {
    assert.equal(marked("the", "the end of the story"), "the end of the story");
  });

  it("are capped, and of a long text begin with the passage", () => {
    const text = "word ".repeat(limits.highlightTextMax);
    const at = 5 * 40_000;
    const query = parseLexicalQuery(analyzer, "word");
    const spans = createHighlighter(query, analyzer)(text, { start: at, end: at + 500 });
    assert.equal(spans.length, limits.highlightCountMax);
    assert.equal(spans[0]?.start, at);
  });

  it("lie in the text, in order and apart, whatever text and query are", () => {
    const alphabet = Array.from("ab \"*'é東京ﬁ😀\u0301.\ud800");
    for (let seed = 0; seed < 300; seed += 1) {
      const prng = createPrng(seed);
      const random = (length: number): string =>
        Array.from({ length }, () => alphabet[below(prng, alphabet.length)]).join("");
      const query = parseLexicalQuery(analyzer, random(8));
      const text = random(60);
      let before = 0;
      for (const span of createHighlighter(query, analyzer)(text, start)) {
        assert.ok(span.start >= before && span.end > span.start && span.end <= text.length);
        before = span.end;
      }
    }
  });
});
