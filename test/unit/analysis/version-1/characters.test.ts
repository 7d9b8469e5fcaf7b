import assert from "node:assert/strict";

import {
  codeUnitClass,
  characterClasses,
  classOfCodePoint,
  foldCharacters,
} from "../../../../src/analysis/version-1/characters.js";

describe("characterClasses", () => {
  it("tells letters, digits, separators, marks and scripts without spaces apart", () => {
    const expected: [string, keyof typeof codeUnitClass][] = [
      ["a", "word"],
      ["É", "word"],
      ["7", "word"],
      ["²", "word"],
      ["ж", "word"],
      ["_", "separator"],
      [" ", "separator"],
      ["。", "separator"],
      ["東", "ideograph"],
      ["ア", "ideograph"],
      ["ー", "ideograph"],
      ["한", "ideograph"],
      ["\u0301", "mark"],
      ["'", "apostrophe"],
      ["\u2019", "apostrophe"],
      ["\ud83d", "surrogate"],
    ];
    for (const [character, name] of expected) {
      const kind = characterClasses()[character.charCodeAt(0)];
      assert.equal(kind, codeUnitClass[name], JSON.stringify(character));
    }
  });

  it("knows characters above U+FFFF", () => {
    assert.equal(classOfCodePoint(0x20000), codeUnitClass.ideograph);
    assert.equal(classOfCodePoint(0x1d400), codeUnitClass.word);
    assert.equal(classOfCodePoint(0x1f600), codeUnitClass.separator);
  });
});

describe("foldCharacters", () => {
  it("drops case, diacritics and compatibility forms", () => {
    const expected: [string, string][] = [
      ["CAFÉ", "cafe"],
      ["cafe\u0301", "cafe"],
      ["Łódź", "lodz"],
      ["Straße", "strasse"],
      ["ﬁne", "fine"],
      ["Ｆｕｌｌ", "full"],
      ["İstanbul", "istanbul"],
      ["ΣΊΣΥΦΟΣ", "σισυφοσ"],
      ["Æsir", "aesir"],
      ["x²", "x2"],
      ["O\u2019Neil", "o'neil"],
      ["مُحَمَّد", "محمد"],
    ];
    for (const [word, folded] of expected) assert.equal(foldCharacters(word), folded);
  });

  it("keeps the marks that spell in Indic scripts and kana", () => {
    assert.equal(foldCharacters("हिन्दी"), "हिन्दी");
    assert.equal(foldCharacters("が"), "が");
    assert.equal(foldCharacters("ｶﾞ"), "ガ");
    assert.equal(foldCharacters("한국"), "한국");
  });
});
