// What MaxSim of a passage can be at most, whatever its codes.

import type { Centre } from "../core/centre.js";
import type { CodeBits } from "../kernels/kernels.js";
import type { TokenQuery } from "./codec.js";
import { gridSteps } from "./grid.js";

/** Rows are of unit length within 1e-3 (unit-rows.ts); the rest is for the rotation's rounding. */
const normMax = 1.002;

/** Room for the float32 rounding of up to a thousand summed rows. */
const roundingShare = 1e-4;

/**
 * An upper bound of the sum over query rows, for passages coded by the codec. For each query row
 * the smaller of two bounds of its inner product with a row u of odd levels, |u_j| <= m = 2^bits -
 * 1: m * |q|_1, reached by the row that agrees with every sign; and by Cauchy-Schwarz for the row
 * that u was rounded from, plus half a step a coordinate for the rounding, or a whole one where
 * coordinates are moved (kernels/shaped-codes.ts): clipping only shortens it. The first is smaller at 1 and
 * 2 bits, the second at 4 and 8. O(rows * dim).
 */
export function maxSimUpperBound(
  { rowCount, dim, rows, rowScales, rowBiases }: TokenQuery,
  { bits, centre }: { readonly bits: CodeBits; readonly centre: Centre | undefined },
): number {
  const levelMax = 2 ** bits - 1;
  const lengthMax = centre === undefined ? normMax : codedLengthMax(centre);
  const roundingMax = centre === undefined ? 1 : 2;
  let sum = 0;
  for (let row = 0; row < rowCount; row += 1) {
    let absolute = 0;
    let square = 0;
    for (const value of rows.subarray(row * dim, (row + 1) * dim)) {
      absolute += Math.abs(value);
      square += value * value;
    }
    const rounded =
      (2 * lengthMax * Math.sqrt(dim * square)) / gridSteps[bits] + roundingMax * absolute;
    const product = (rowScales[row] ?? 0) * Math.min(levelMax * absolute, rounded);
    const bias = rowBiases?.[row] ?? 0;
    sum += product * (1 + roundingShare) + bias + Math.abs(bias) * roundingShare;
  }
  return sum;
}

/** What a unit row is at most once it is relative to the centre; see centred-rows.ts. */
function codedLengthMax({ mean, stretch, scale }: Centre): number {
  return (normMax * (1 + stretch * (1 + mean))) / scale;
}
