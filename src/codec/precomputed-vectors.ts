// Token rows that a client sends as bytes: checked and turned into float32 rows.

import { vectorValueBytes } from "../core/document.js";
import type { PrecomputedVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import { squareOf } from "../kernels/reference.js";
import type { RowMatrix } from "./unit-rows.js";

export interface VectorsExpectation {
  /** Dim of the collection or model. */
  readonly dim: number;
  /** Rows allowed: `limits.passageRowsMax` or `limits.queryRowsMax`. */
  readonly rowCountMax: number;
  /** Path of the request field, for the error (`document.vectors`). */
  readonly field: string;
}

/**
 * The rows as float32, not yet of unit length (the codec sees to that); float32 rows may be a view
 * of the given bytes. Throws as toRowMatrix, and INVALID_VECTORS for a zero row or a value that is
 * not finite.
 */
export function toTokenMatrix(
  given: PrecomputedVectors,
  expected: VectorsExpectation,
): TokenMatrix {
  const rows = toRowMatrix(given, expected);
  const { rowCount, dim } = rows;
  const values = rows.values instanceof Float32Array ? rows.values : Float32Array.from(rows.values);
  for (let row = 0; row < rowCount; row += 1) checkRow(values, row, { dim, field: expected.field });
  return { rowCount, dim, values };
}

/**
 * The rows as they are given, for the codec, which finds what is wrong with their values; a view of
 * the given bytes where that is possible. Throws VECTORS_OF_OTHER_MODEL for another dim,
 * LIMIT_EXCEEDED for too many rows, INVALID_VECTORS for no rows or a broken last row. The bytes
 * need no alignment.
 */
export function toRowMatrix(given: PrecomputedVectors, expected: VectorsExpectation): RowMatrix {
  const { dim, rowCountMax, field } = expected;
  if (given.dim !== dim) {
    const message = `vectors have dim ${given.dim}, the collection has dim ${dim}`;
    throw new SluiceError("VECTORS_OF_OTHER_MODEL", message, { field: `${field}.dim` });
  }
  const rowLength = dim * vectorValueBytes[given.type];
  const byteLength = given.bytes.length;
  if (byteLength === 0 || byteLength % rowLength !== 0) {
    const message = `${byteLength} bytes are not one or more ${given.type} rows of ${rowLength} bytes`;
    throw new SluiceError("INVALID_VECTORS", message, { field: `${field}.rows` });
  }
  const rowCount = byteLength / rowLength;
  if (rowCount > rowCountMax) {
    const message = `${rowCount} token rows, the limit is ${rowCountMax}`;
    throw new SluiceError("LIMIT_EXCEEDED", message, { field: `${field}.rows` });
  }
  return { rowCount, dim, values: readValues(given) };
}

/** The two limits that a caller chooses from. */
export const precomputedTokensMax = {
  passage: limits.passageRowsMax,
  query: limits.queryRowsMax,
} as const;

/** All CPUs that Node runs on and Sluice has kernels for are little-endian, as the wire is. */
function readValues({ bytes, type }: PrecomputedVectors): Float32Array | Int8Array {
  switch (type) {
    case "float32":
      return new Float32Array(...alignedPlace(bytes, 4));
    case "float16": {
      const halves = new Uint16Array(...alignedPlace(bytes, 2));
      halfValues ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
      const values = new Float32Array(halves.length);
      for (let i = 0; i < values.length; i += 1) values[i] = halfValues[halves[i]!]!;
      return values;
    }
    case "int8":
      return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** Where a typed array finds `bytes`: in place when they are aligned, else in a copy. */
function alignedPlace(bytes: Uint8Array, size: 2 | 4): [ArrayBufferLike, number, number] {
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return [aligned.buffer, aligned.byteOffset, aligned.length / size];
}

/** Value of each binary16, made at its first use. */
let halfValues: Float32Array | undefined;

/** The value of an IEEE 754 binary16. */
function fromHalf(half: number): number {
  const sign = half >>> 15 === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function checkRow(values: Float32Array, row: number, at: { dim: number; field: string }): void {
  const { dim, field } = at;
  const square = squareOf(values, row * dim, dim);
  // A value that is not finite makes the sum so, and no finite float32 has a square beyond float64.
  if (square > 0 && square < Infinity) return;
  const place = values.subarray(row * dim, (row + 1) * dim).findIndex((v) => !Number.isFinite(v));
  const message =
    place < 0
      ? `row ${row} is all zeros; send rows with a direction`
      : `row ${row} has the value ${values[row * dim + place]!} at coordinate ${place}`;
  throw new SluiceError("INVALID_VECTORS", message, { field: `${field}.bytes` });
}
