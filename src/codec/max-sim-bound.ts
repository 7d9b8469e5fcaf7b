// What MaxSim of a passage can be at most, whatever its codes.

import type { CodeBits, PackedQuery } from "../kernels/kernels.js";
import { gridSteps } from "./grid.js";

/** Rows are of unit length within 1e-3 (unit-rows.ts); the rest is for the rotation's rounding. */
const normMax = 1.002;

/** Room for the float32 rounding of up to a thousand summed rows. */
const roundingShare = 1e-4;

/**
 * An upper bound of the sum over query rows, for passages coded by the codec. For each query row
 * the smaller of two bounds of its inner product with a row u of odd levels, |u_j| <= m = 2^bits -
 * 1: m * |q|_1, reached by the row that agrees with every sign; and by Cauchy-Schwarz for the unit
 * row that u was rounded from, plus half a step a coordinate for the rounding: clipping only
 * shortens it. The first is smaller at 1 and 2 bits, the second at 4 and 8. O(rows * dim).
 */
export function maxSimUpperBound(
  { rowCount, dim, rows, rowScales }: PackedQuery,
  bits: CodeBits,
): number {
  const levelMax = 2 ** bits - 1;
  let sum = 0;
  for (let row = 0; row < rowCount; row += 1) {
    let absolute = 0;
    let square = 0;
    for (const value of rows.subarray(row * dim, (row + 1) * dim)) {
      absolute += Math.abs(value);
      square += value * value;
    }
    const rounded = (2 * normMax * Math.sqrt(dim * square)) / gridSteps[bits] + absolute;
    sum += (rowScales[row] ?? 0) * Math.min(levelMax * absolute, rounded);
  }
  return sum * (1 + roundingShare);
}
