import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { createLibraryTokenizer } from "../../../src/encoders/library-tokenizer.js";
import { createWordPieces } from "../../../src/encoders/word-pieces.js";
import { embeddedModelFolder } from "../../support/model-folders.js";

const file = JSON.parse(
  readFileSync(join(embeddedModelFolder, "tokenizer.json"), "utf8"),
) as object;
const library = createLibraryTokenizer(file);
const pieces = createWordPieces(library);

function libraryIds(text: string): number[] {
  return library.encode(text, { add_special_tokens: false }).ids;
}

describe("createWordPieces", () => {
  it("gives the library's ids for words of any kind", () => {
    const word = fc.oneof(
      fc.stringMatching(/^[a-z]{1,30}$/),
      fc.stringMatching(/^[A-Za-z0-9]{1,40}$/),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => {
        return text.replace(/[\s\p{P}!-/:-@[-`{-~]/gu, "x");
      }),
      fc.constantFrom("ａｂｃ", "İstanbul", "ﬁne", "ΟΔΟΣ", "क्षत्रिय", "x≠y", "\u0000", "a\u00adb"),
    );
    fc.assert(
      fc.property(word, (text) => assert.deepEqual(pieces.ids(text), libraryIds(text))),
      { numRuns: 1000 },
    );
  });

  it("takes words of up to 100 characters and no longer ones", () => {
    for (const length of [99, 100, 101, 250]) {
      const word = "ab".repeat(length).slice(0, length);
      assert.deepEqual(pieces.ids(word), libraryIds(word), `${length} characters`);
    }
    assert.deepEqual(pieces.ids("z".repeat(101)), [100]);
  });

  it("places each piece in its word", () => {
    const word = "Unaffable";
    const placed = pieces.trace(word).map(({ id, span }) => {
      return [library.id_to_token(id), word.slice(span.start, span.end)];
    });
    assert.deepEqual(placed, [
      ["una", "Una"],
      ["##ffa", "ffa"],
      ["##ble", "ble"],
    ]);
  });

  it("places pieces on the whole word where normalizing changed its length", () => {
    const word = "cafe\u0301";
    assert.deepEqual(pieces.trace(word), [{ id: 7668, span: { start: 0, end: 5 } }]);
  });
});
