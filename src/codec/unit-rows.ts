// Makes rows fit to be coded: finite, not zero, of unit length.

import { SluiceError } from "../core/errors.js";
import type { TokenMatrix } from "../core/token-matrix.js";

/** A row whose norm is this close to 1 is kept bit for bit. */
const normTolerance = 1e-3;

/**
 * The rows at unit length: the same matrix when all norms are within 1e-3 of 1, else a copy where
 * the others are divided by their norm (float64). Throws INVALID_VECTORS naming the first row that
 * is zero or not finite.
 */
export function toUnitRows(rows: TokenMatrix): TokenMatrix {
  const { rowCount, dim } = rows;
  let values = rows.values;
  for (let row = 0; row < rowCount; row += 1) {
    const norm = rowNorm(values, row, dim);
    if (Math.abs(norm - 1) <= normTolerance) continue;
    if (!(norm > 0) || norm === Infinity) throw unusableRow(values, row, dim);
    if (values === rows.values) values = rows.values.slice();
    for (let j = row * dim; j < (row + 1) * dim; j += 1) values[j] = values[j]! / norm;
  }
  return values === rows.values ? rows : { rowCount, dim, values };
}

/** The unit-normalised mean of unit rows: the sketch. Rows that cancel out give the first row. */
export function meanRow(rows: TokenMatrix): Float32Array {
  const { rowCount, dim, values } = rows;
  const sum = new Float64Array(dim);
  for (let row = 0; row < rowCount; row += 1) {
    for (let j = 0; j < dim; j += 1) sum[j] = sum[j]! + values[row * dim + j]!;
  }
  let square = 0;
  for (const value of sum) square += value * value;
  // Opposite rows can sum to rounding noise, which has no direction worth keeping.
  if (Math.sqrt(square) < 1e-6 * rowCount) return values.slice(0, dim);
  const norm = Math.sqrt(square);
  return Float32Array.from(sum, (value) => value / norm);
}

/** Euclidean norm in float64; NaN or Infinity when a value is. */
function rowNorm(values: Float32Array, row: number, dim: number): number {
  let square = 0;
  for (let j = row * dim; j < (row + 1) * dim; j += 1) square += values[j]! * values[j]!;
  return Math.sqrt(square);
}

function unusableRow(values: Float32Array, row: number, dim: number): SluiceError {
  const at = values.subarray(row * dim, (row + 1) * dim).findIndex((v) => !Number.isFinite(v));
  const what =
    at < 0 ? "is all zeros" : `has the value ${values[row * dim + at]!} at coordinate ${at}`;
  return new SluiceError("INVALID_VECTORS", `row ${row} ${what}; send finite, non-zero rows`);
}
