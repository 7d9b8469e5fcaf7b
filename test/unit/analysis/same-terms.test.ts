// Terms are the same on every platform and with every version of Node.js.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { sampleLanguages } from "../../../bench/languages/settings.js";
import { analyze } from "../../../src/analysis/analyzer.js";
import type { Analyzer } from "../../../src/analysis/query-words.js";
import { parseLexicalQuery } from "../../../src/analysis/lexical-query.js";
import { limits } from "../../../src/core/limits.js";
import { repositoryRoot } from "../../../src/core/paths.js";
import { latestAnalyzer } from "../../support/analyzers.js";

const unicode = latestAnalyzer("unicode");

describe("terms of version 2", () => {
  it("are those that were recorded, in every language of the sample", () => {
    const digest = createHash("sha256");
    for (const { name, settings } of sampleLanguages) {
      const analyzer = latestAnalyzer(settings.analyzer, settings);
      const corpus = join(repositoryRoot(), "test/fixtures/languages", name, "corpus.jsonl");
      for (const line of readFileSync(corpus, "utf8").trim().split("\n")) {
        const { text } = JSON.parse(line) as { text: string };
        digest.update(`${analyze(analyzer, text).join("\n")}\n\n`);
      }
    }
    // Another value is another version of the analyzer: stored terms would no longer be found.
    assert.equal(digest.digest("hex").slice(0, 16), "2486d00e065178a3");
  });

  it("of texts that no language has are few and short", () => {
    const joiners = "\u200d\u200c\u2060\u00ad\ufeff".repeat(2000);
    assert.deepEqual(analyze(unicode, `sym${joiners}phony`), ["symphony"]);
    assert.deepEqual(analyze(unicode, joiners), []);
    assert.deepEqual(analyze(unicode, "\ud83c \udf55 a\ud800b"), ["a", "b"]);
    for (const unit of ["x", "ß", "ก", "東", "א", "\u0301", "☃"]) {
      const terms = analyze(unicode, unit.repeat(2 ** 20));
      assert.ok(terms.every((term) => Buffer.byteLength(term) <= limits.termBytesMax));
    }
    // No dictionary and no stemmer knows these; Cyrillic inside Latin, Thai inside Han.
    for (const [text, word] of [
      ["ᎣᏏᏲ ᏣᎳᎩ", "ᏣᎳᎩ"],
      ["ⵜⴰⵎⴰⵣⵉⵖⵜ ⴰⵡⴰⵍ", "ⴰⵡⴰⵍ"],
      ["𐌲𐌿𐍄𐌹𐍃𐌺 𐍂𐌰𐌶𐌳𐌰", "𐍂𐌰𐌶𐌳𐌰"],
      ["Voда воda", "Voда"],
      ["我在กรุงเทพ吃饭", "กรุงเทพ"],
      ["我在กรุงเทพ吃饭", "吃饭"],
    ] as const)
      assert.ok(isFound(unicode, text, word), word);
  });

  it("are those of queries as well, however odd", () => {
    for (const unit of ["\u200d", "\ud800", "-", '"', "*", "-\u200d", "ก\u0e31", "👩\u200d"]) {
      const { terms } = parseLexicalQuery(unicode, unit.repeat(10_000), {
        lastWordBegins: true,
        misspellings: true,
      });
      assert.ok(terms.length <= 10, unit);
    }
  });
});

/** True when the text has every term of the word. */
function isFound(analyzer: Analyzer, text: string, word: string): boolean {
  const known = new Set(analyze(analyzer, text));
  const { terms } = parseLexicalQuery(analyzer, word);
  return terms.length > 0 && terms.every(({ term }) => known.has(term));
}
