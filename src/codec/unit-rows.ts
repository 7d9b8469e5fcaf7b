// Makes rows fit to be coded: finite, not zero, of unit length; and their mean, the sketch.

import { SluiceError } from "../core/errors.js";
import type { Kernels } from "../kernels/kernels.js";

/** Rows as they are given: row-major, `rowCount` x `dim`; small integers stand for themselves. */
export interface RowMatrix {
  readonly rowCount: number;
  readonly dim: number;
  readonly values: Float32Array | Int8Array;
}

export interface UnitRows {
  /** At unit length: those whose norm is within 1e-3 of 1 bit for bit as they were given. */
  readonly values: Float32Array;
  /** The mean of the rows. */
  readonly mean: () => Float32Array;
  /** The unit-normalised mean of the rows. Rows that cancel out give the first row. */
  readonly unitMean: () => Float32Array;
}

/** A row whose norm is this close to 1 is kept bit for bit. */
const normTolerance = 1e-3;

/**
 * Returns a function that throws INVALID_VECTORS naming the first row that is zero or not finite.
 * Each call writes to the same memory, since fresh memory costs more than to fill it: who calls
 * reads the result before the next call.
 */
export function createUnitRows(kernels: Kernels, dim: number): (rows: RowMatrix) => UnitRows {
  let room = new Float32Array(0);
  const columnSums = new Float64Array(dim);
  return ({ rowCount, values: given }) => {
    if (room.length < given.length) room = new Float32Array(given.length);
    const values = room.subarray(0, given.length);
    const unusable = kernels.unitRows(given, dim, normTolerance, values, columnSums);
    if (unusable >= 0) throw unusableRow(given, unusable, dim);
    return {
      values,
      mean: () => Float32Array.from(columnSums, (sum) => sum / rowCount),
      unitMean: () => unitMeanOf(columnSums, rowCount) ?? values.slice(0, dim),
    };
  };
}

function unitMeanOf(columnSums: Float64Array, rowCount: number): Float32Array | undefined {
  let square = 0;
  for (const value of columnSums) square += value * value;
  const norm = Math.sqrt(square);
  // Opposite rows can sum to rounding noise, which has no direction worth keeping.
  if (norm < 1e-6 * rowCount) return undefined;
  const mean = new Float32Array(columnSums.length);
  for (let j = 0; j < mean.length; j += 1) mean[j] = columnSums[j]! / norm;
  return mean;
}

function unusableRow(values: RowMatrix["values"], row: number, dim: number): SluiceError {
  const at = Array.from(values.subarray(row * dim, (row + 1) * dim)).findIndex(
    (value) => !Number.isFinite(value),
  );
  const what =
    at < 0 ? "is all zeros" : `has the value ${values[row * dim + at]!} at coordinate ${at}`;
  return new SluiceError("INVALID_VECTORS", `row ${row} ${what}; send finite, non-zero rows`);
}
