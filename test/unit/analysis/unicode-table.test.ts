import assert from "node:assert/strict";

import { fold } from "../../../src/analysis/unicode/fold.js";
import { characterClass, classOf } from "../../../src/analysis/unicode/table.js";

/** Categories and scripts are corrected now and then: a few characters in each version of Unicode. */
const correctionsMax = 20;

describe("the table of characters", () => {
  it("says of what this Node.js knows what this Node.js says", () => {
    const other: string[] = [];
    for (let codePoint = 0x80; codePoint < 0x20000; codePoint += 1) {
      const text = String.fromCodePoint(codePoint);
      if (!/^\p{Assigned}$/u.test(text) || /^\p{Default_Ignorable_Code_Point}$/u.test(text))
        continue;
      const kind = classOf(codePoint);
      const isWord =
        kind !== characterClass.separator &&
        kind !== characterClass.symbol &&
        kind !== characterClass.format;
      const isKnown = /^[\p{L}\p{N}\p{M}]$/u.test(text);
      if (isWord !== isKnown && codePoint !== 0x0640) other.push(codePoint.toString(16));
    }
    assert.ok(other.length <= correctionsMax, other.join(" "));
  });

  it("folds what this Node.js makes small, and what it writes with diacritics", () => {
    const other: string[] = [];
    for (let codePoint = 0x80; codePoint < 0x20000; codePoint += 1) {
      const text = String.fromCodePoint(codePoint);
      if (!/^\p{L}$/u.test(text)) continue;
      const isSame =
        fold(text.toLowerCase()) === fold(text) && fold(text.normalize("NFD")) === fold(text);
      if (!isSame) other.push(text);
    }
    assert.ok(other.length <= correctionsMax, other.join(" "));
  });
});
