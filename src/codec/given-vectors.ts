// Token rows that a client sends as bytes: checked and turned into float32 rows.

import type { GivenVectors, VectorType } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { TokenMatrix } from "../core/token-matrix.js";

const bytesPerValue: Readonly<Record<VectorType, number>> = { float32: 4, float16: 2, int8: 1 };

export interface GivenVectorsExpectation {
  /** Dim of the collection or model. */
  readonly dim: number;
  /** Rows allowed: `limits.passageRowsMax` or `limits.queryRowsMax`. */
  readonly rowCountMax: number;
  /** Path of the request field, for the error (`document.vectors`). */
  readonly field: string;
}

/**
 * The rows as float32, not yet of unit length (the codec sees to that). Throws
 * VECTORS_OF_OTHER_MODEL for another dim, LIMIT_EXCEEDED for too many rows, INVALID_VECTORS for no
 * rows, a broken last row, a zero row or a value that is not finite. The bytes need no alignment.
 */
export function toTokenMatrix(given: GivenVectors, expected: GivenVectorsExpectation): TokenMatrix {
  const { dim, rowCountMax, field } = expected;
  if (given.dim !== dim) {
    const message = `vectors have dim ${given.dim}, the collection has dim ${dim}`;
    throw new SluiceError("VECTORS_OF_OTHER_MODEL", message, { field: `${field}.dim` });
  }
  const rowLength = dim * bytesPerValue[given.type];
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
  const values = readValues(given);
  for (let row = 0; row < rowCount; row += 1) checkRow(values, row, { dim, field });
  return { rowCount, dim, values };
}

/** The two limits that a caller chooses from. */
export const givenRowCountMax = {
  passage: limits.passageRowsMax,
  query: limits.queryRowsMax,
} as const;

function readValues(given: GivenVectors): Float32Array {
  const { bytes, type } = given;
  const values = new Float32Array(bytes.length / bytesPerValue[type]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "float32":
      for (let i = 0; i < values.length; i += 1) values[i] = view.getFloat32(4 * i, true);
      break;
    case "float16":
      for (let i = 0; i < values.length; i += 1) values[i] = fromHalf(view.getUint16(2 * i, true));
      break;
    case "int8":
      for (let i = 0; i < values.length; i += 1) values[i] = view.getInt8(i);
      break;
  }
  return values;
}

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
  let square = 0;
  for (let j = row * at.dim; j < (row + 1) * at.dim; j += 1) {
    const value = values[j]!;
    if (!Number.isFinite(value)) {
      const message = `row ${row} has the value ${value} at coordinate ${j - row * at.dim}`;
      throw new SluiceError("INVALID_VECTORS", message, { field: `${at.field}.bytes` });
    }
    square += value * value;
  }
  if (square === 0) {
    const message = `row ${row} is all zeros; send rows with a direction`;
    throw new SluiceError("INVALID_VECTORS", message, { field: `${at.field}.bytes` });
  }
}
