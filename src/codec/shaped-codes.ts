// Codes whose errors do not show where they would be seen most.
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

import { rowBytes } from "../kernels/kernels.js";
import type { CodeBits } from "../kernels/kernels.js";
import { gridErrors } from "./grid.js";

/**
 * Distances from the middle of a level, in steps, from which a coordinate is moved: those that lose
 * least are moved first.
 */
const movedFrom = [0.4, 0.25, 0] as const;

/** What an error along the centre weighs beside one of length. */
const centreWeight = 4;

/** Squared steps: less than this weighs a tenth of what rounding leaves. */
const errorMax = 1e-3;

export interface CodeShaper {
  /** Writes the codes of rotated rows (`n x dim`), packed as `Kernels.rotateQuantize` packs them. */
  encode(rotated: Float32Array, bytes: Uint8Array): void;
}

/**
 * `direction`: the centre's, rotated. `step`: levels a unit, as `inverseStep` of grid.ts gives it.
 * Arithmetic is in float64 in the order of the code, so that equal rows give equal codes on every
 * machine. O(dim) a row.
 */
export function createCodeShaper(
  direction: Float32Array,
  { bits, step }: { readonly bits: CodeBits; readonly step: number },
): CodeShaper {
  const dim = direction.length;
  const codeBytes = rowBytes(dim, bits);
  const row = createRoundedRow(dim);
  const order = byFallingMagnitude(direction);
  const by = { direction, order, bits, step, levelMax: 2 ** bits - 1 };
  return {
    encode(rotated, bytes) {
      for (let i = 0; i * dim < rotated.length; i += 1) {
        const found = round(row, rotated.subarray(i * dim, (i + 1) * dim), by);
        move(row, found, by);
        pack(row.levels, bits, bytes.subarray(i * codeBytes, (i + 1) * codeBytes));
      }
    },
  };
}

/** One row in steps of the grid. */
interface RoundedRow {
  readonly values: Float64Array;
  /** From 0. */
  readonly levels: Uint8Array;
  /** By how much a value lies above the middle of its level. */
  readonly offsets: Float64Array;
}

function createRoundedRow(dim: number): RoundedRow {
  return {
    values: new Float64Array(dim),
    levels: new Uint8Array(dim),
    offsets: new Float64Array(dim),
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
  { values, levels, offsets }: RoundedRow,
  rotated: Float32Array,
  by: {
    readonly direction: Float32Array;
    readonly bits: CodeBits;
    readonly step: number;
    readonly levelMax: number;
  },
): RowErrors {
  const { direction, bits, step, levelMax } = by;
  const half = 2 ** (bits - 1);
  let [along, square, alongError, ownError] = [0, 0, 0, 0];
  for (let j = 0; j < rotated.length; j += 1) {
    const value = rotated[j]! * step;
    const place = value + half;
    const level = place < 0 ? 0 : place > levelMax ? levelMax : place | 0;
    const offset = place - level - 0.5;
    values[j] = value;
    levels[j] = level;
    offsets[j] = offset;
    along += direction[j]! * value;
    square += value * value;
    alongError -= direction[j]! * offset;
    ownError -= value * offset;
  }
  const across = Math.sqrt(Math.max(1e-12, square - along * along));
  const lengthError = (ownError - along * alongError) / across + gridErrors[bits] * across;
  return { along, across, alongError, lengthError };
}

/** Moves coordinates to the next level, on the side of their value, while both errors get less. */
function move(
  { values, levels, offsets }: RoundedRow,
  { along, across, ...errors }: RowErrors,
  by: {
    readonly direction: Float32Array;
    readonly order: Uint16Array;
    readonly levelMax: number;
  },
): void {
  const { direction, order, levelMax } = by;
  let { alongError, lengthError } = errors;
  let error = centreWeight * alongError * alongError + lengthError * lengthError;
  for (let pass = 0; pass < movedFrom.length; pass += 1) {
    const least = movedFrom[pass]!;
    for (let i = 0; i < order.length && error > errorMax; i += 1) {
      const j = order[i]!;
      const sign = offsets[j]! > 0 ? 1 : -1;
      const distance = offsets[j]! * sign;
      const level = levels[j]! + sign;
      if (distance < least || distance > 0.5 || level < 0 || level > levelMax) continue;
      const nextAlong = alongError + sign * direction[j]!;
      const nextLength = lengthError + (sign * (values[j]! - along * direction[j]!)) / across;
      const next = centreWeight * nextAlong * nextAlong + nextLength * nextLength;
      if (next >= error) continue;
      alongError = nextAlong;
      lengthError = nextLength;
      error = next;
      levels[j] = level;
      // It now lies a whole step off, on the other side: it is not moved again.
      offsets[j] = -sign;
    }
  }
}

/** Coordinates by falling magnitude of the direction; of equals, the first is first. */
function byFallingMagnitude(direction: Float32Array): Uint16Array {
  const order = Array.from(direction, (_, j) => j);
  order.sort((a, b) => Math.abs(direction[b]!) - Math.abs(direction[a]!) || a - b);
  return Uint16Array.from(order);
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
