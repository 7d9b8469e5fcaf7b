// Typing never loses a hit by the next letter: whatever a passage's word begins with finds it.

import assert from "node:assert/strict";

import fc from "fast-check";

import type { Analyzer } from "../../src/analysis/query-words.js";
import { parseLexicalQuery } from "../../src/analysis/lexical-query.js";
import type { LexicalQuery } from "../../src/analysis/lexical-query.js";
import { packTerms, termFrequencies } from "../../src/analysis/term-frequencies.js";
import { bindFlushed, bindLive } from "../../src/index/bm25/bound-segment.js";
import type { BoundSegment } from "../../src/index/bm25/bound-segment.js";
import { countFrequencies, scaleOf, scorePassage } from "../../src/index/bm25/bm25.js";
import { LiveTerms } from "../../src/index/bm25/live-terms.js";
import { PostingsReader } from "../../src/index/bm25/postings-reader.js";
import { writePostings } from "../../src/index/bm25/postings-writer.js";
import type { Bm25Query } from "../../src/index/bm25/query.js";
import { toBm25Query } from "../../src/search/stages/lexical.js";
import { latestAnalyzer } from "../support/analyzers.js";
import { anyHostileText } from "../support/hostile-texts.js";

const analyzers = [
  latestAnalyzer("english"),
  latestAnalyzer("unicode"),
  latestAnalyzer("unicode", { stemmer: "russian", stopWords: "russian" }),
  latestAnalyzer("unicode", { stemmer: "arabic" }),
];

describe("beginnings of words", () => {
  it("find their passage at every length, while they are typed and with a star", () => {
    fc.assert(
      fc.property(anyHostileText, fc.constantFrom(...analyzers), (text, analyzer) => {
        const segments = segmentsOf(analyzer, text);
        for (const word of wordsOf(text))
          for (const beginning of beginningsOf(word)) {
            const typed = parseLexicalQuery(analyzer, beginning, { lastWordBegins: true });
            assertFound(segments, typed, beginning);
            if (/[\p{L}\p{N}]$/u.test(beginning))
              assertFound(segments, parseLexicalQuery(analyzer, `${beginning}*`), `${beginning}*`);
          }
      }),
      { numRuns: 1000 },
    );
  });

  it("find whole words and not their stems", () => {
    const [english] = analyzers;
    assert.ok(english !== undefined);
    const texts = ["a happy relative", "happiness and relativity", "universities", "organs"];
    const found = (query: string): number[] =>
      texts.flatMap((text, i) => {
        const asked = toBm25Query(parseLexicalQuery(english, query));
        return segmentsOf(english, text).every((bind) => score(bind(asked), asked) > 0) ? [i] : [];
      });
    assert.deepEqual(found("happi*"), [1]);
    assert.deepEqual(found("relativ*"), [0, 1]);
    assert.deepEqual(found("relativi*"), [1]);
    assert.deepEqual(found("universit*"), [2]);
    assert.deepEqual(found("organi*"), []);
  });
});

/**
 * What stands between blanks and signs that join nothing, from its first letter on.
 */
function wordsOf(text: string): string[] {
  const parts = text.split(/[^\p{L}\p{M}\p{N}\p{Cf}'\u2019_.@&,+#-]|\u200b/u);
  return parts.map((part) => part.replace(/^[^\p{L}\p{N}]+/u, ""));
}

/** Of two letters and more, as people count them: what makes a line longer or voices a kana is none. */
function beginningsOf(word: string): string[] {
  const characters = Array.from(word);
  return characters
    .map((_, i) => characters.slice(0, i + 1).join(""))
    .filter((beginning) => (beginning.match(/(?![\u0640\uff9e\uff9f])\p{L}/gu) ?? []).length >= 2);
}

type Bind = (query: Bm25Query) => BoundSegment;

/** One passage, flushed and live. */
function segmentsOf(analyzer: Analyzer, text: string): Bind[] {
  const packed = packTerms(termFrequencies(analyzer, text));
  const reader = new PostingsReader(writePostings([packed]));
  const live = new LiveTerms();
  live.append(packed);
  return [
    (query) => bindFlushed(reader, query, undefined),
    (query) => bindLive(live.snapshot(), query, live.resolve(query), undefined),
  ];
}

function assertFound(segments: readonly Bind[], lexical: LexicalQuery, what: string): void {
  const query = toBm25Query(lexical);
  for (const bind of segments) assert.ok(score(bind(query), query) > 0, JSON.stringify(what));
}

function score(segment: BoundSegment, query: Bm25Query): number {
  const lengthTotal = segment.lengths[0] ?? 0;
  const totals = { passageCount: 1, lengthTotal };
  return scorePassage(segment, 0, scaleOf(query, countFrequencies([segment], query), totals));
}
