// Codes whose errors do not show where they would be seen most: the plain form of a kernel.
//
// Rounding each coordinate to its level leaves an error in all directions. Two of them matter more
// than others. Along the centre of the rows every query row has a large part, so that an error there
// weighs many times what it weighs elsewhere. And along the row itself the error makes codes of short
// rows longer and of long rows shorter than the grid makes those of usual ones, so that inner products
// of different rows do not compare. Some coordinates near the middle between two levels are therefore
// given the other level, until the part along the centre is kept and the length is what the grid
// makes of a usual row. The codes stay codes of the grid, which the kernels score as any others.
//
// (Shaping the noise of quantisation away from where it is heard is as old as sigma-delta conversion;
// the correction of lengths is what RaBitQ keeps a factor beside each row for: Gao and Long, 2024.)
//
// Arithmetic is in float64. A sum over a row is `(s0 + s1) + (s2 + s3)`, where `s_k` is the sum of the
// terms of coordinates j with j mod 4 = k, in order.

import { checkShape } from "./check-arguments.js";
import { rowBytes } from "./kernels.js";
import type { CodeBits, CodeShape, Kernels } from "./kernels.js";

/**
 * Distances from the middle of a level, in steps, from which a coordinate is moved: those that lose
 * least are moved first.
 */
const movedFrom = [0.4, 0.25, 0] as const;

/** What an error along the direction weighs beside one of length. */
const alongWeight = 4;

/** Squared steps: less than this weighs a tenth of what rounding leaves. */
const errorMax = 1e-3;

/** See `Kernels.shapeCodes`. O(dim) a row. */
export const shapeCodes: Kernels["shapeCodes"] = (rotated, shape, out) => {
  checkShape(rotated, shape, out);
  const { bytes, dim, bits } = out;
  const codeBytes = rowBytes(dim, bits);
  const row = createRoundedRow(dim);
  const by = { ...shape, bits, levelMax: 2 ** bits - 1 };
  for (let i = 0; i * dim < rotated.length; i += 1) {
    const errors = round(row, rotated.subarray(i * dim, (i + 1) * dim), by);
    move(row, errors, by);
    pack(row.levels, bits, bytes.subarray(i * codeBytes, (i + 1) * codeBytes));
  }
};

/** One row in steps of the grid. */
interface RoundedRow {
  readonly values: Float64Array;
  /** From 0. */
  readonly levels: Uint8Array;
  /** By how much a value lies above the middle of its level. */
  readonly offsets: Float64Array;
  /** Four lanes each of: the part along the direction, the square, and what both lose. */
  readonly sums: Float64Array;
}

interface GridShape extends CodeShape {
  readonly bits: CodeBits;
  readonly levelMax: number;
}

function createRoundedRow(dim: number): RoundedRow {
  return {
    values: new Float64Array(dim),
    levels: new Uint8Array(dim),
    offsets: new Float64Array(dim),
    sums: new Float64Array(16),
  };
}

interface RowErrors {
  /** Part of the row along the direction, and its length across it. */
  readonly along: number;
  readonly across: number;
  /** What the code has too much: along the direction, and of the row's own across it. */
  readonly alongError: number;
  readonly lengthError: number;
}

function round(
  { values, levels, offsets, sums }: RoundedRow,
  rotated: Float32Array,
  { direction, step, lengthLoss, bits, levelMax }: GridShape,
): RowErrors {
  const half = 2 ** (bits - 1);
  sums.fill(0);
  for (let j = 0; j < rotated.length; j += 1) {
    const value = rotated[j]! * step;
    const place = value + half;
    // Written so that NaN becomes level 0, as in the other forms.
    const level = (place > levelMax ? levelMax : place > 0 ? place : 0) | 0;
    const offset = place - level - 0.5;
    values[j] = value;
    levels[j] = level;
    offsets[j] = offset;
    const lane = j & 3;
    sums[lane]! += direction[j]! * value;
    sums[4 + lane]! += value * value;
    sums[8 + lane]! -= direction[j]! * offset;
    sums[12 + lane]! -= value * offset;
  }
  const total = (at: number): number => sums[at]! + sums[at + 1]! + (sums[at + 2]! + sums[at + 3]!);
  const along = total(0);
  const alongError = total(8);
  const rest = total(4) - along * along;
  const across = Math.sqrt(rest > 1e-12 ? rest : 1e-12);
  const lengthError = (total(12) - along * alongError) / across + lengthLoss * across;
  return { along, across, alongError, lengthError };
}

/** Moves coordinates to the next level, on the side of their value, while both errors get less. */
function move(
  { values, levels, offsets }: RoundedRow,
  { along, across, ...errors }: RowErrors,
  { direction, order, levelMax }: GridShape,
): void {
  let { alongError, lengthError } = errors;
  let error = alongWeight * alongError * alongError + lengthError * lengthError;
  for (const least of movedFrom)
    for (let i = 0; i < values.length && error > errorMax; i += 1) {
      const j = order[i]!;
      const sign = offsets[j]! > 0 ? 1 : -1;
      const distance = offsets[j]! * sign;
      const level = levels[j]! + sign;
      if (!(distance >= least && distance <= 0.5) || level < 0 || level > levelMax) continue;
      const nextAlong = alongError + sign * direction[j]!;
      const nextLength = lengthError + (sign * (values[j]! - along * direction[j]!)) / across;
      const next = alongWeight * nextAlong * nextAlong + nextLength * nextLength;
      if (next >= error) continue;
      alongError = nextAlong;
      lengthError = nextLength;
      error = next;
      levels[j] = level;
      // It now lies a whole step off, on the other side: it is not moved again.
      offsets[j] = -sign;
    }
}

function pack(levels: Uint8Array, bits: CodeBits, bytes: Uint8Array): void {
  const perByte = 8 / bits;
  let j = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    let byte = 0;
    for (let k = 0; k < perByte; k += 1, j += 1) byte |= levels[j]! << (k * bits);
    bytes[at] = byte;
  }
}
