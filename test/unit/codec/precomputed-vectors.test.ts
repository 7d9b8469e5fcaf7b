import assert from "node:assert/strict";
import fc from "fast-check";
import { precomputedTokensMax, toTokenMatrix } from "../../../src/codec/precomputed-vectors.js";
import type { PrecomputedVectors } from "../../../src/core/document.js";
import { isSluiceError, type ErrorReason } from "../../../src/core/errors.js";

const dim = 16;
const expected = { dim, rowCountMax: precomputedTokensMax.passage, field: "document.vectors" };

describe("given vectors", () => {
  it("reads float32 and int8 rows from bytes at any address", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 127 }), { minLength: 16, maxLength: 16 }),
        (row) => {
          const floats = unaligned(new Uint8Array(Float32Array.from(row, (v) => v / 8).buffer));
          const ints = unaligned(new Uint8Array(Int8Array.from(row, (v) => -v).buffer));
          assert.deepEqual(
            [...read({ type: "float32", dim, bytes: floats })],
            row.map((v) => v / 8),
          );
          assert.deepEqual(
            [...read({ type: "int8", dim, bytes: ints })],
            row.map((v) => -v),
          );
        },
      ),
    );
  });

  it("reads every kind of float16", () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x8000, 0x3555];
    const values = [1, -2, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, -0, 0.333251953125];
    const bytes = new Uint8Array(Uint16Array.from([...halves, ...halves]).buffer);
    assert.deepEqual([...read({ type: "float16", dim, bytes })], [...values, ...values]);
  });

  it("refuses what is not one or more whole, finite, non-zero rows of the collection's dim", () => {
    const ones = new Float32Array(2 * dim).fill(1);
    const withNaN = ones.slice().fill(NaN, 20, 21);
    const zeroRow = ones.slice().fill(0, dim);
    const infiniteHalf = new Uint16Array(dim).fill(0x7c00);
    const cases: [PrecomputedVectors, ErrorReason, RegExp][] = [
      [given(ones, 32), "VECTORS_OF_OTHER_MODEL", /dim 32, the collection has dim 16/],
      [given(ones.subarray(0, 15)), "INVALID_VECTORS", /60 bytes are not one or more/],
      [given(ones.subarray(0, 0)), "INVALID_VECTORS", /0 bytes/],
      [given(withNaN), "INVALID_VECTORS", /row 1 has the value NaN at coordinate 4/],
      [given(zeroRow), "INVALID_VECTORS", /row 1 is all zeros/],
      [
        { type: "float16", dim, bytes: new Uint8Array(infiniteHalf.buffer) },
        "INVALID_VECTORS",
        /row 0 has the value Infinity/,
      ],
      [
        { type: "int8", dim, bytes: new Uint8Array(dim * 10_001).fill(1) },
        "LIMIT_EXCEEDED",
        /10001 token rows, the limit is 10000/,
      ],
    ];
    for (const [vectors, reason, message] of cases) {
      assert.throws(
        () => toTokenMatrix(vectors, expected),
        (error: unknown) => {
          assert.ok(isSluiceError(error));
          assert.equal(error.reason, reason);
          assert.match(error.message, message);
          assert.match(error.field ?? "", /^document\.vectors\./);
          return true;
        },
      );
    }
  });
});

function read(vectors: PrecomputedVectors): Float32Array {
  return toTokenMatrix(vectors, expected).values;
}

function given(values: Float32Array, ofDim = dim): PrecomputedVectors {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { type: "float32", dim: ofDim, bytes };
}

/** The same bytes at an odd offset. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 3);
  room.set(bytes, 3);
  return room.subarray(3);
}
