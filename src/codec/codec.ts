// Float rows to codes and back: checks, rotation, grid. Reading and scoring codes is the kernels'.

import { assert } from "../core/assert.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import { rowBytes, type CodeBits, type Kernels, type PackedQuery } from "../kernels/kernels.js";
import { gridUnit, inverseStep } from "./grid.js";
import { rotateBack, rotationFactors } from "./rotation.js";
import { createUnitRows } from "./unit-rows.js";
import type { RowMatrix } from "./unit-rows.js";

/** Largest magnitude of a quantised query coordinate: 255 * 63 * 2 fits int16 on every CPU. */
export const queryLevelMax = 63;

export interface CodecOptions {
  /** A multiple of 16 from 16 to 1024. */
  readonly dim: number;
  /** Bits a coordinate of token codes. */
  readonly bits: CodeBits;
  /** Bits a coordinate of sketches. */
  readonly sketchBits: CodeBits;
  /** Seed of the rotation, any 32-bit integer; kept in the collection's manifest. */
  readonly seed: number;
}

export interface EncodedPassage {
  /** `rowCount` packed rows of `rowBytes(dim, bits)` bytes. */
  readonly codes: Uint8Array;
  readonly tokenCount: number;
  /** One packed row of `rowBytes(dim, sketchBits)` bytes. */
  readonly sketch: Uint8Array;
}

export interface EncodedQuery {
  /** All rows, scaled for token codes. */
  readonly tokens: PackedQuery;
  /** One row, scaled for sketches. */
  readonly sketch: PackedQuery;
  /**
   * UTF-16 offset in the query's text at which the model's input was truncated. Absent when it was
   * not.
   */
  readonly cutAt?: number | undefined;
}

export interface Codec extends CodecOptions {
  /**
   * Codes of a passage's rows and of its sketch, the unit-normalised mean of the rows. Rows are
   * checked and brought to unit length (unit-rows.ts): throws INVALID_VECTORS naming a bad row.
   */
  encodePassage(rows: RowMatrix): EncodedPassage;
  /** Rotates and quantises query rows to [-63, 63], one scale a row; errors as encodePassage. */
  encodeQuery(rows: TokenMatrix): EncodedQuery;
  /**
   * The vector that row `row` of token codes stands for, rotated back. Slow: for tests, explain.
   */
  decodeRow(codes: Uint8Array, row: number): Float64Array;
}

export function createCodec(options: CodecOptions, kernels: Kernels): Codec {
  const { dim, bits, sketchBits, seed } = options;
  const factors = rotationFactors(seed, dim);
  const toUnitRows = createUnitRows(kernels, dim);

  const encodeRows = (rows: Float32Array, rowBits: CodeBits): Uint8Array => {
    const bytes = new Uint8Array((rows.length / dim) * rowBytes(dim, rowBits));
    kernels.rotateQuantize(rows, factors, inverseStep(rowBits, dim), { bytes, dim, bits: rowBits });
    return bytes;
  };
  const encodePassage = (rows: RowMatrix): EncodedPassage => {
    assertShape(rows, dim);
    const unit = toUnitRows(rows);
    const codes = encodeRows(unit.values, bits);
    return { codes, tokenCount: rows.rowCount, sketch: encodeRows(unit.meanRow(), sketchBits) };
  };
  const packQuery = (rows: Float32Array, rowBits: CodeBits): PackedQuery => {
    const rotated = new Float32Array(rows.length);
    kernels.rotate(rows, factors, dim, rotated);
    return quantizeQuery({ rotated, dim, unit: gridUnit(rowBits, dim) });
  };
  const encodeQuery = (rows: TokenMatrix): EncodedQuery => {
    assertShape(rows, dim);
    const unit = toUnitRows(rows);
    return {
      tokens: packQuery(unit.values, bits),
      sketch: packQuery(unit.meanRow(), sketchBits),
    };
  };
  const decodeRow = (codes: Uint8Array, row: number): Float64Array =>
    rotateBack(rowValues({ codes, row, dim, bits }), factors);
  return { ...options, encodePassage, encodeQuery, decodeRow };
}

function assertShape(rows: RowMatrix, dim: number): void {
  assert(rows.dim === dim, "rows have the codec's dim");
  assert(rows.rowCount > 0, "a token matrix has rows");
  assert(rows.values.length === rows.rowCount * dim, "a token matrix holds whole rows");
}

/** Symmetric int8 rows; `unit` is multiplied into the scales. */
function quantizeQuery(query: { rotated: Float32Array; dim: number; unit: number }): PackedQuery {
  const { rotated, dim, unit } = query;
  const rowCount = rotated.length / dim;
  const rows = new Int8Array(rotated.length);
  const rowScales = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    let largest = 0;
    for (let j = row * dim; j < (row + 1) * dim; j += 1) {
      largest = Math.max(largest, Math.abs(rotated[j]!));
    }
    const scale = largest / queryLevelMax;
    for (let j = row * dim; j < (row + 1) * dim; j += 1) rows[j] = Math.round(rotated[j]! / scale);
    rowScales[row] = scale * unit;
  }
  return { rowCount, dim, rows, rowScales };
}

function rowValues(at: {
  codes: Uint8Array;
  row: number;
  dim: number;
  bits: CodeBits;
}): Float32Array {
  const { codes, row, dim, bits } = at;
  const top = 2 ** bits - 1;
  const unit = gridUnit(bits, dim);
  const start = row * rowBytes(dim, bits);
  return Float32Array.from({ length: dim }, (_, j) => {
    const bit = j * bits;
    const code = (codes[start + (bit >>> 3)]! >>> (bit & 7)) & top;
    return (2 * code - top) * unit;
  });
}
