// What every kernel demands of its arguments. The native binding demands the same by itself.

import type { CodeBits, CodeShape, PackedCodes, PackedQuery } from "./kernels.js";

/** Throws RangeError unless dim is a multiple of 16 in [16, 1024]. */
export function checkDim(dim: number): void {
  if (!Number.isInteger(dim) || dim < 16 || dim > 1024 || dim % 16 !== 0) {
    throw new RangeError(`dim ${dim} is not a multiple of 16 from 16 to 1024`);
  }
}

export function checkBits(bits: number): asserts bits is CodeBits {
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) {
    throw new RangeError(`bits ${bits} is not 1, 2, 4 or 8`);
  }
}

export function checkCodes(codes: PackedCodes): void {
  checkDim(codes.dim);
  checkBits(codes.bits);
}

export function checkPackedQuery(query: PackedQuery, dim: number): void {
  if (query.dim !== dim) throw new RangeError(`query of dim ${query.dim}, codes of dim ${dim}`);
  const { rowCount } = query;
  if (!Number.isInteger(rowCount) || rowCount < 1 || rowCount > 512) {
    throw new RangeError(`query of ${rowCount} rows: 1 to 512 are allowed`);
  }
  if (query.rows.length < rowCount * dim) throw new RangeError("query rows are too short");
  if (query.rowScales.length < rowCount) throw new RangeError("row scales are too short");
}

/** `rowCountMax`: rows that the row array holds. */
export function checkPassages(
  tokenOffsets: Uint32Array,
  passages: Uint32Array,
  rowCountMax: number,
): void {
  for (const passage of passages) {
    // A comparison with NaN would be false, so a passage without both offsets must be named first.
    if (passage + 1 >= tokenOffsets.length) {
      throw new RangeError(`passage ${passage} of ${tokenOffsets.length - 1}`);
    }
    const first = tokenOffsets[passage]!;
    const end = tokenOffsets[passage + 1]!;
    if (first > end || end > rowCountMax) {
      throw new RangeError(`rows ${first} to ${end} of passage ${passage} leave the codes`);
    }
  }
}

/** The scoreMin that excludes no row. */
export const anyScore = -2147483648;

export function checkScores(scores: Float32Array, passages: Uint32Array): void {
  if (scores.length < passages.length) throw new RangeError("scores are too short");
}

export function checkScan(arguments_: {
  queryRow: Int8Array;
  codes: PackedCodes;
  rowCount: number;
  eligible: Uint8Array;
  topN: number;
  outRows: Uint32Array;
  outScores: Int32Array;
  scoreMin: number;
}): void {
  const { queryRow, codes, rowCount, eligible, topN, outRows, outScores, scoreMin } = arguments_;
  if ((scoreMin | 0) !== scoreMin) throw new RangeError(`scoreMin ${scoreMin} is not an int32`);
  checkCodes(codes);
  if (queryRow.length < codes.dim) throw new RangeError("query row is too short");
  if (!Number.isInteger(rowCount) || rowCount < 0 || rowCount > 0xffffffff) {
    throw new RangeError(`row count ${rowCount} is out of range`);
  }
  if (rowCount * ((codes.dim * codes.bits) >>> 3) > codes.bytes.length) {
    throw new RangeError(`${rowCount} rows leave the codes`);
  }
  if (eligible.length < Math.ceil(rowCount / 8)) throw new RangeError("eligible is too short");
  if (!Number.isInteger(topN) || topN < 0 || topN > 0xffffff) {
    throw new RangeError(`topN ${topN} is out of range`);
  }
  if (outRows.length < topN || outScores.length < topN) {
    throw new RangeError("outputs are shorter than topN");
  }
}

export function checkRotation(rows: Float32Array, factors: Float32Array, dim: number): void {
  checkDim(dim);
  if (rows.length % dim !== 0) throw new RangeError("rows are not a whole number of rows");
  if (factors.length % dim !== 0) throw new RangeError("factors are not a whole number of rounds");
}

/** Checks what rotateQuantize writes to. */
export function checkRotationOut(
  rows: Float32Array,
  out: { bytes: Uint8Array; dim: number; bits: CodeBits },
): void {
  checkBits(out.bits);
  if (out.bytes.length < (rows.length / out.dim) * ((out.dim * out.bits) >>> 3)) {
    throw new RangeError("code bytes are too short");
  }
}

export function checkUnitRows(
  rows: Float32Array | Int8Array,
  dim: number,
  out: { readonly values: Float32Array; readonly columnSums: Float64Array },
): void {
  checkDim(dim);
  if (rows.length % dim !== 0) throw new RangeError("rows are not a whole number of rows");
  if (out.values.length < rows.length) throw new RangeError("out is too short");
  if (out.columnSums.length < dim) throw new RangeError("column sums are too short");
}

export function checkShape(
  rotated: Float32Array,
  { direction, order }: CodeShape,
  out: { bytes: Uint8Array; dim: number; bits: CodeBits },
): void {
  const { dim } = out;
  checkDim(dim);
  if (rotated.length % dim !== 0) throw new RangeError("rows are not a whole number of rows");
  if (direction.length < dim) throw new RangeError("direction is too short");
  if (order.length < dim) throw new RangeError("order is too short");
  if (order.subarray(0, dim).some((j) => j >= dim)) throw new RangeError("order leaves the row");
  checkRotationOut(rotated, out);
}

export function checkFloatRows(query: Float32Array, rows: Float32Array, dim: number): void {
  checkDim(dim);
  if (query.length % dim !== 0 || query.length === 0 || query.length > 512 * dim) {
    throw new RangeError("query is not 1 to 512 whole rows");
  }
  if (rows.length % dim !== 0) throw new RangeError("rows are not a whole number of rows");
}
