import assert from "node:assert/strict";

import { isBitSet, unlessEmpty } from "../../../../src/index/bm25/bits.js";

describe("bitmaps over passages", () => {
  it("count bits from the lowest of the first byte; beyond the end none is set", () => {
    const bits = Uint8Array.of(0b0000_0010, 0b1000_0000);
    const set = Array.from({ length: 40 }, (_, ordinal) => ordinal).filter((ordinal) =>
      isBitSet(bits, ordinal),
    );
    assert.deepEqual(set, [1, 15]);
  });

  it("are left out when empty", () => {
    const bits = Uint8Array.of(0, 4);
    assert.equal(unlessEmpty(bits), bits);
    assert.equal(unlessEmpty(new Uint8Array(3)), undefined);
    assert.equal(unlessEmpty(undefined), undefined);
  });
});
