// float32 fused multiply-add in plain arithmetic: a * b + c with one rounding.

const cell = new Float64Array(1);
const words = new Uint32Array(cell.buffer);

/**
 * Exactly what a hardware float32 FMA returns, for finite operands. The product of two float32 is
 * exact in float64; the sum is not, so it is rounded to odd there: a float64 sum whose last bit is
 * odd whenever it is inexact rounds to float32 as the exact sum would (Boldo and Melquiond,
 * "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd").
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  // TwoSum (Knuth): `error` is the exact difference between the sum and its rounding.
  const back = sum - product;
  const error = product - (sum - back) + (c - back);
  if (error === 0) return Math.fround(sum);
  cell[0] = sum;
  // Typed arrays are little-endian on every machine that Node runs on but s390x.
  if ((words[0]! & 1) === 0) {
    if (error > 0 === sum > 0) {
      words[0] = words[0]! | 1;
    } else {
      if (words[0] === 0) words[1] = words[1]! - 1;
      words[0] = words[0]! - 1;
    }
  }
  return Math.fround(cell[0]);
}
