// The way of the byte-level and unigram vocabularies; tokenizer.test.ts has BERT's.

import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import type { Tokenizer } from "../../../src/encoders/tokenizer.js";
import { createTokenizer } from "../../../src/encoders/tokenizer.js";
import { byteLevelTokenizerFile } from "../../support/byte-level-tokenizer.js";
import { hostileText } from "../../support/hostile-text.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const all = { maxTokens: 1_000_000 };

describe("a byte-level tokenizer", () => {
  let tokenizer: Tokenizer;

  before(async () => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, "tokenizer.json");
      await writeFile(path, JSON.stringify(byteLevelTokenizerFile()));
      tokenizer = createTokenizer(path);
    });
  });

  function tokensOf(text: string): string[] {
    return tokenizer.trace(text, all).map((token) => token.token);
  }

  it("ignores truncation and padding of its file", () => {
    assert.deepEqual(tokensOf("the word"), ["[CLS]", "the", "Ġword", "[SEP]"]);
    assert.deepEqual(tokensOf("in"), ["[CLS]", "in", "[SEP]"]);
  });

  it("takes special tokens in text as plain text, but in a prefix as themselves", () => {
    assert.ok(!tokensOf("[SEP]").slice(1, -1).includes("[SEP]"));
    assert.equal(tokenizer.countTokens("[SEP]"), 5);
    assert.equal(tokenizer.prefix("[Q] ").ids.length, 1);
  });

  it("reads only as much of a long text as it must, with the same ids", () => {
    fc.assert(
      fc.property(hostileText(200), fc.integer({ min: 3, max: 30 }), (text, maxTokens) => {
        const repeated = text.repeat(20);
        const whole = tokenizer.encode(repeated, all);
        const cut = tokenizer.encode(repeated, { maxTokens });
        assert.deepEqual([...cut.slice(0, -1)], [...whole.slice(0, -1)].slice(0, maxTokens - 1));
      }),
      { numRuns: 50 },
    );
  });

  it("traces tokens to their words without the white space before", () => {
    const text = "the  word";
    const spans = tokenizer.trace(text, all).map(({ span }) => {
      return span === undefined ? undefined : text.slice(span.start, span.end);
    });
    assert.deepEqual(spans, [undefined, "the", "word", "word", undefined]);
  });

  it("stops counting above the limit", () => {
    assert.equal(tokenizer.countTokens("the ".repeat(1_000_000), 10), 11);
    assert.equal(tokenizer.countTokens("the the", 10), 2);
  });
});
