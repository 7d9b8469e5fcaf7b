import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { createLibraryTokenizer } from "../../../src/encoders/library-tokenizer.js";
import { createTokenizer } from "../../../src/encoders/tokenizer.js";
import { hostileText, plainText } from "../../support/hostile-text.js";
import { embeddedModelFolder } from "../../support/model-folders.js";
import { withTemporaryFolder } from "../../support/temporary-folder.js";

const path = join(embeddedModelFolder, "tokenizer.json");
const tokenizer = createTokenizer(path);
const all = { maxTokens: 1_000_000 };
const [cls, sep, mask] = [101, 102, 103];

describe("createTokenizer", () => {
  it("puts [CLS] and [SEP] around a text, empty ones too", () => {
    assert.equal(tokenizer.specialCount, 2);
    assert.deepEqual([...tokenizer.encode("hello", all)], [cls, 7592, sep]);
    assert.deepEqual([...tokenizer.encode("", all)], [cls, sep]);
  });

  it("cuts at maxTokens and keeps [SEP] at the end", () => {
    const text = "the cat sat on the mat";
    const ids = [...tokenizer.encode(text, all)];
    assert.deepEqual([...tokenizer.encode(text, { maxTokens: 5 })], [...ids.slice(0, 4), sep]);
    assert.deepEqual([...tokenizer.encode(text, { maxTokens: 8 })], ids);
    assert.deepEqual([...tokenizer.encode(text, { maxTokens: 2 })], [cls, sep]);
  });

  it("takes text that looks like a special token as plain text", () => {
    const ids = [...tokenizer.encode("[CLS] [MASK] [SEP] [PAD]", all)];
    assert.deepEqual(
      ids.slice(1, -1).filter((id) => id === cls || id === sep || id === mask || id === 0),
      [],
    );
    assert.equal(tokenizer.countTokens("[CLS]"), 4); // [ cl ##s ]
  });

  it("puts a prefix after [CLS], and reads markers in it as tokens", () => {
    assert.deepEqual(tokenizer.prefix("").ids, []);
    assert.deepEqual(tokenizer.prefix("[unused0]").ids, [1]);
    assert.deepEqual(tokenizer.prefix("[MASK] ").ids, [mask]);
    const prefix = tokenizer.prefix("query: ");
    assert.deepEqual(prefix, { ids: [23032, 1024], space: "" });
    const ids = tokenizer.encode("the cat", { maxTokens: 5, prefix });
    assert.deepEqual([...ids], [cls, 23032, 1024, 1996, sep]);
  });

  it("gives the library's ids for running text", () => {
    const library = createLibraryTokenizer(JSON.parse(readFileSync(path, "utf8")) as object);
    const check = (text: string): void => {
      assert.deepEqual([...tokenizer.encode(text, all)], library.encode(text).ids);
    };
    fc.assert(fc.property(plainText(), check));
    // What differs by design is left out: special tokens in the text.
    const withoutSpecials = hostileText().map((text) => text.replaceAll("[", "("));
    fc.assert(fc.property(withoutSpecials, check), { numRuns: 500 });
  });

  it("counts what it encodes", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const count = tokenizer.countTokens(text);
        assert.equal(tokenizer.encode(text, all).length, count + 2);
        const { atomCount, tokensBefore, starts } = tokenizer.countAtoms(text, {
          tokensPerAtomMax: 1000,
        });
        assert.equal(tokensBefore[atomCount], count);
        assert.equal(starts.length, atomCount);
      }),
    );
  });

  it("adds up counts over white space", () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (a, b) => {
        const sum = tokenizer.countTokens(a) + tokenizer.countTokens(b);
        assert.equal(tokenizer.countTokens(`${a} ${b}`), sum);
      }),
    );
  });

  it("traces each token to its characters", () => {
    const text = "[CLS] Sluices, naïvely 北京!";
    const traced = tokenizer.trace(text, all);
    assert.deepEqual(
      traced.map((token) => token.id),
      [...tokenizer.encode(text, all)],
    );
    assert.deepEqual(
      traced.map(({ token, span }) => {
        return span === undefined ? token : [token, text.slice(span.start, span.end)];
      }),
      [
        "[CLS]",
        ["[", "["],
        ["cl", "CL"],
        ["##s", "S"],
        ["]", "]"],
        ["sl", "Sl"],
        ["##ui", "ui"],
        ["##ces", "ces"],
        [",", ","],
        ["naive", "naïve"],
        ["##ly", "ly"],
        ["北", "北"],
        ["京", "京"],
        ["!", "!"],
        "[SEP]",
      ],
    );
  });

  it("traces the ids that it encodes, within the text", () => {
    fc.assert(
      fc.property(hostileText(), fc.integer({ min: 2, max: 40 }), (text, maxTokens) => {
        const traced = tokenizer.trace(text, { maxTokens });
        const ids = tokenizer.encode(text, { maxTokens });
        assert.deepEqual(
          traced.map((token) => token.id),
          [...ids],
        );
        for (const { span } of traced) {
          if (span === undefined) continue;
          assert.ok(span.start >= 0 && span.start < span.end && span.end <= text.length);
        }
      }),
    );
  });

  const tenMegabytes = 10_000_000;
  const hostile: [name: string, text: string][] = [
    ["one word", "a".repeat(tenMegabytes)],
    ["punctuation", "(".repeat(tenMegabytes)],
    ["lone surrogates", "\ud83d".repeat(tenMegabytes)],
    ["emoji", "🙂".repeat(tenMegabytes / 2)],
    ["white space", " ".repeat(tenMegabytes)],
    ["NUL", "\0".repeat(tenMegabytes)],
    ["combining marks", "\u0301".repeat(tenMegabytes)],
    ["ideographs", "京".repeat(tenMegabytes)],
  ];
  for (const [name, text] of hostile) {
    it(`cuts ten million units of ${name} to 64 tokens`, () => {
      const ids = tokenizer.encode(text, { maxTokens: 64 });
      assert.ok(ids.length <= 64);
      assert.equal(ids[0], cls);
      assert.equal(ids.at(-1), sep);
    });
  }

  it("refuses a file that is missing, no JSON, or no tokenizer", async () => {
    await withTemporaryFolder(async (folder) => {
      const file = join(folder, "tokenizer.json");
      const refused = { reason: "MODEL_INVALID", message: /tokenizer\.json/ };
      assert.throws(() => createTokenizer(file), refused);
      for (const content of ["{", "[]", "{}", '{"model":{"type":"Oracle"}}']) {
        await writeFile(file, content);
        assert.throws(() => createTokenizer(file), refused, content);
      }
    });
  });
});
