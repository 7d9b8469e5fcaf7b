import assert from "node:assert/strict";
import fc from "fast-check";
import { fusedMultiplyAdd } from "../../../src/kernels/fused-multiply-add.js";

describe("fusedMultiplyAdd", () => {
  it("rounds once, as exact arithmetic says", () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 50), max: 2 ** 50 });
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        const found = fusedMultiplyAdd(a, b, c);
        assert.ok(Object.is(found + 0, nearestFloat(exact(a) * exact(b) + exact(c, 600)) + 0));
      }),
      { numRuns: 3000, seed: 3 },
    );
  });

  it("differs from rounding twice where a tie hides a smaller part", () => {
    // 1 + 2^-24 is a tie that rounds to 1; the product's last bit, 2^-80, breaks it upwards.
    const a = Math.fround(2 ** -24);
    const b = 1;
    const tiny = Math.fround(1 + 2 ** -23);
    assert.equal(fusedMultiplyAdd(a, b, 1), 1);
    assert.equal(fusedMultiplyAdd(a, tiny, 1), Math.fround(1 + 2 ** -23));
  });
});

/** `value * 2^shift` as an integer; float32 products need shifts of 300 each. */
function exact(value: number, shift = 300): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value))) - 30;
  const mantissa = BigInt(value / 2 ** exponent);
  const left = shift + exponent;
  return left >= 0 ? mantissa << BigInt(left) : mantissa >> BigInt(-left);
}

/** `value / 2^600` rounded to float32, ties to even. */
function nearestFloat(value: bigint): number {
  const sign = value < 0n ? -1 : 1;
  const magnitude = value < 0n ? -value : value;
  if (magnitude === 0n) return 0;
  // Keep 24 bits, fewer for subnormal numbers: the last bit is never below 2^-149.
  const drop = Math.max(magnitude.toString(2).length - 24, 600 - 149);
  const [kept, rest] = [magnitude >> BigInt(drop), magnitude & ((1n << BigInt(drop)) - 1n)];
  const half = 1n << BigInt(drop - 1);
  const up = rest > half || (rest === half && (kept & 1n) === 1n);
  return sign * Number(up ? kept + 1n : kept) * 2 ** (drop - 600);
}
