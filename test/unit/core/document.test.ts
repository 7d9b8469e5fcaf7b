import assert from "node:assert/strict";

import fc from "fast-check";

import { compareKeys } from "../../../src/core/document.js";
import { anyText } from "../../support/stored-values.js";

/** Compares byte by byte, without Buffer.compare. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

describe("compareKeys", () => {
  it("orders keys as their UTF-8 bytes", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const expected = Math.sign(compareBytes(encoder.encode(a), encoder.encode(b)));
        assert.equal(Math.sign(compareKeys(a, b)), expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("puts characters beyond the Basic Multilingual Plane last, unlike UTF-16 order", () => {
    assert.ok(compareKeys("\uff41", "\u{1d400}") < 0);
    assert.ok("\uff41" > "\u{1d400}");
  });

  it("puts a key before the keys that it begins", () => {
    assert.ok(compareKeys("", "a") < 0);
    assert.ok(compareKeys("a", "ab") < 0);
    assert.ok(compareKeys("a\0", "a") > 0);
    assert.equal(compareKeys("key", "key"), 0);
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (a, b, c) => {
        // Adding 0 turns -0 into 0.
        assert.equal(compareKeys(a, b), -compareKeys(b, a) + 0);
        if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) assert.ok(compareKeys(a, c) <= 0);
      }),
    );
  });
});
