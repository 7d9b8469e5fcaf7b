import assert from "node:assert/strict";
import fc from "fast-check";

import { printable, printableJson } from "../../../src/core/printable.js";

/** Of characters that a terminal obeys. */
const anyText = fc.string({
  unit: fc.constantFrom(
    "\u001b",
    "[2J",
    "\u0007",
    "\u009b",
    "\u007f",
    "\u202e",
    "\r",
    "\n",
    "\t",
    "é",
  ),
});

describe("printable", () => {
  it("leaves no control character but line feeds and tabs, and every other character", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = printable(text);
        assert.ok(!/[^\P{C}\n\t]/u.test(shown));
        assert.equal(shown.replaceAll(" ", ""), text.replaceAll(/[^\P{C}\n\t]/gu, ""));
      }),
    );
  });

  it("escapes them in JSON, which stays the same", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = printableJson(JSON.stringify({ [text]: text }));
        assert.ok(!/\p{C}/u.test(json));
        assert.deepEqual(JSON.parse(json), { [text]: text });
      }),
    );
  });
});
