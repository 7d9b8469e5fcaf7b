// Makes rows fit to be coded: finite, not zero, of unit length.

import { SluiceError } from "../core/errors.js";
import type { TokenMatrix } from "../core/token-matrix.js";

/** Room for that many floats, the same memory each time: fresh memory costs more than to fill it. */
export type ScratchFloats = (length: number) => Float32Array;

export function createScratchFloats(): ScratchFloats {
  let floats = new Float32Array(0);
  return (length) => {
    if (floats.length < length) floats = new Float32Array(length);
    return floats.subarray(0, length);
  };
}

/** A row whose norm is this close to 1 is kept bit for bit. */
const normTolerance = 1e-3;

/**
 * The rows at unit length: the same matrix when all norms are within 1e-3 of 1, else a copy where
 * the others are brought to unit length (float64). Throws INVALID_VECTORS naming the first row that
 * is zero or not finite. `scratch`: room for the copy; who hands it in reads the result before the
 * next call.
 */
export function toUnitRows(rows: TokenMatrix, scratch?: ScratchFloats): TokenMatrix {
  const { rowCount, dim } = rows;
  let values = rows.values;
  for (let row = 0; row < rowCount; row += 1) {
    const norm = Math.sqrt(squareOf(values, row * dim, dim));
    if (Math.abs(norm - 1) <= normTolerance) continue;
    if (!(norm > 0) || norm === Infinity) throw unusableRow(values, row, dim);
    if (values === rows.values) {
      values = scratch?.(values.length) ?? new Float32Array(values.length);
      values.set(rows.values);
    }
    const factor = 1 / norm;
    for (let j = row * dim; j < (row + 1) * dim; j += 1) values[j] = values[j]! * factor;
  }
  return values === rows.values ? rows : { rowCount, dim, values };
}

/** The unit-normalised mean of unit rows: the sketch. Rows that cancel out give the first row. */
export function meanRow(rows: TokenMatrix): Float32Array {
  const { rowCount, dim, values } = rows;
  const sum = new Float64Array(dim);
  // Four columns at a time: sums that do not wait for each other and stay out of memory.
  for (let j = 0; j < dim; j += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let at = j; at < rowCount * dim; at += dim) {
      a += values[at]!;
      b += values[at + 1]!;
      c += values[at + 2]!;
      d += values[at + 3]!;
    }
    sum[j] = a;
    sum[j + 1] = b;
    sum[j + 2] = c;
    sum[j + 3] = d;
  }
  let square = 0;
  for (const value of sum) square += value * value;
  // Opposite rows can sum to rounding noise, which has no direction worth keeping.
  if (Math.sqrt(square) < 1e-6 * rowCount) return values.slice(0, dim);
  const norm = Math.sqrt(square);
  return Float32Array.from(sum, (value) => value / norm);
}

/**
 * Sum of the squares of `dim` values from `start` in float64; NaN or Infinity when a value is. `dim`
 * is a multiple of 4: four sums that do not wait for each other.
 */
export function squareOf(values: Float32Array, start: number, dim: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let j = start; j < start + dim; j += 4) {
    a += values[j]! * values[j]!;
    b += values[j + 1]! * values[j + 1]!;
    c += values[j + 2]! * values[j + 2]!;
    d += values[j + 3]! * values[j + 3]!;
  }
  return a + b + (c + d);
}

function unusableRow(values: Float32Array, row: number, dim: number): SluiceError {
  const at = values.subarray(row * dim, (row + 1) * dim).findIndex((v) => !Number.isFinite(v));
  const what =
    at < 0 ? "is all zeros" : `has the value ${values[row * dim + at]!} at coordinate ${at}`;
  return new SluiceError("INVALID_VECTORS", `row ${row} ${what}; send finite, non-zero rows`);
}
