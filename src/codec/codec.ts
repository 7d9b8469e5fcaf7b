// Float rows to codes and back: checks, centre, rotation, grid. Reading and scoring codes is the
// kernels'.

import { assert } from "../core/assert.js";
import { isCentreOpen } from "../core/centre.js";
import type { Centre, Centring } from "../core/centre.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import { rowBytes, type CodeBits, type Kernels, type PackedQuery } from "../kernels/kernels.js";
import { squareOf } from "../kernels/reference.js";
import { centreQueryRows, centreRows, uncentreRow } from "./centred-rows.js";
import { codeShape } from "./code-shape.js";
import { gridUnit, inverseStep } from "./grid.js";
import { createRefinePlane } from "./refine-plane.js";
import type { RefineBits } from "./refine-plane.js";
import { rotateBack, rotationFactors } from "./rotation.js";
import { createUnitRows } from "./unit-rows.js";
import type { RowMatrix, UnitRows } from "./unit-rows.js";

/** Largest magnitude of a quantised query coordinate: 255 * 63 * 2 fits int16 on every CPU. */
export const queryLevelMax = 63;

export interface CodecOptions {
  /** A multiple of 16 from 16 to 1024. */
  readonly dim: number;
  /** Bits a coordinate of token codes. */
  readonly bits: CodeBits;
  /** Bits a coordinate of sketches. */
  readonly sketchBits: CodeBits;
  /** Bits a coordinate of the refine plane, more than `bits`. Absent when there is none. */
  readonly refineBits?: RefineBits | undefined;
  /** Seed of the rotation, any 32-bit integer; kept in the collection's manifest. */
  readonly seed: number;
  /** Rows are coded relative to its centre. Absent, or without a centre: as they are. */
  readonly centring?: Centring | undefined;
}

export interface EncodedPassage {
  /** `rowCount` packed rows of `rowBytes(dim, bits)` bytes. */
  readonly codes: Uint8Array;
  /** As many rows of `rowBytes(dim, refineBits)` bytes. Absent when there is no refine plane. */
  readonly refineCodes?: Uint8Array | undefined;
  readonly tokenCount: number;
  /** One packed row of `rowBytes(dim, sketchBits)` bytes. */
  readonly sketch: Uint8Array;
  /** The unit rows, from which the codes may be made again. Absent once the centre is fixed. */
  readonly rows: Float32Array | undefined;
}

/** Query rows for token codes. */
export interface TokenQuery extends PackedQuery {
  /**
   * What the inner products of each row with codes lack, the same for every code: added to its part
   * of MaxSim. Absent when the codes have no centre.
   */
  readonly rowBiases?: Float32Array | undefined;
}

/** Query rows for the refine plane: as floats, since what it is read for is precision. */
export interface RefineQuery {
  /** `rowCount x dim`: their inner products with decoded rows (refine-plane.ts) are those of rows. */
  readonly rows: Float32Array;
  /** Added to the sum of the products: see `biasOf`. */
  readonly bias: number;
}

/** What MaxSim by codes lacks of MaxSim: the sum of the rows' biases. */
export function biasOf({ rowBiases }: Pick<TokenQuery, "rowBiases">): number {
  return rowBiases === undefined ? 0 : rowBiases.reduce((sum, bias) => sum + bias, 0);
}

export interface EncodedQuery {
  /** All rows, scaled for token codes. */
  readonly tokens: TokenQuery;
  /** One row, scaled for sketches. */
  readonly sketch: PackedQuery;
  /** Absent when there is no refine plane. */
  readonly refine?: RefineQuery | undefined;
  /**
   * UTF-16 offset in the query's text at which the model's input was truncated. Absent when it was
   * not.
   */
  readonly cutAt?: number | undefined;
  /** Whether the model finds no token in the query's text: the rows are of special tokens only. */
  readonly hasNoTokens?: boolean | undefined;
}

export interface Codec extends CodecOptions {
  /**
   * Codes of a passage's rows and of its sketch, the unit-normalised mean of the rows, both relative
   * to the centre. Rows are checked and brought to unit length (unit-rows.ts): throws INVALID_VECTORS
   * naming a bad row.
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
  const { dim, bits, sketchBits, refineBits, seed, centring } = options;
  const centre = centring?.centre;
  const factors = rotationFactors(seed, dim);
  const toUnitRows = createUnitRows(kernels, dim);
  const by = { dim, factors, centre, kernels };
  const encodeTokens = createRowEncoder(by, bits);
  const isShaped = centre !== undefined;
  const plane = refineBits && createRefinePlane({ dim, bits, refineBits, isShaped });
  const encodeSketch = createRowEncoder(by, sketchBits);

  const encodePassage = (given: RowMatrix): EncodedPassage => {
    assertShape(given, dim);
    const unit = toUnitRows(given);
    const rows = isCentreOpen(centring) ? unit.values.slice() : undefined;
    const sketch = encodeSketch(centre === undefined ? unit.unitMean() : sketchOf(unit, centre));
    if (centre !== undefined) centreRows(unit.values, centre, unit.values);
    const rotated = plane && rotate(unit.values, by);
    const codes = encodeTokens(unit.values);
    const refineCodes = rotated && plane?.encode(rotated, codes);
    return { codes, refineCodes, tokenCount: given.rowCount, sketch, rows };
  };
  const packQuery = (rotated: Float32Array, unit: number): PackedQuery =>
    quantizeQuery({ rotated, dim, unit });
  const encodeQuery = (rows: TokenMatrix): EncodedQuery => {
    assertShape(rows, dim);
    const { values, mean, unitMean } = toUnitRows(rows);
    const sketchRow = centre === undefined ? unitMean() : mean();
    if (centre !== undefined) centreQueryRows(sketchRow, centre, sketchRow);
    const rowBiases = centre && centreQueryRows(values, centre, values);
    const rotated = rotate(values, by);
    const scale = centre?.scale ?? 1;
    return {
      tokens: { ...packQuery(rotated, gridUnit(bits, dim) * scale), rowBiases },
      sketch: packQuery(rotate(sketchRow, by), gridUnit(sketchBits, dim)),
      refine: plane && { rows: rotated.map((value) => value * scale), bias: biasOf({ rowBiases }) },
    };
  };
  const decodeRow = (codes: Uint8Array, row: number): Float64Array => {
    const coded = rotateBack(rowValues({ codes, row, dim, bits }), factors);
    return centre === undefined ? coded : uncentreRow(coded, centre);
  };
  return { ...options, encodePassage, encodeQuery, decodeRow };
}

/** The mean of the rows relative to the centre, at unit length; zeros when it is the centre. */
function sketchOf({ mean }: UnitRows, centre: Centre): Float32Array {
  const row = mean();
  centreRows(row, centre, row);
  const norm = Math.sqrt(squareOf(row, 0, row.length));
  return norm < 1e-6 ? row.fill(0) : row.map((value) => value / norm);
}

/** Rows as they are to be coded into packed codes. The rows are overwritten. */
function createRowEncoder(
  by: { dim: number; factors: Float32Array; centre: Centre | undefined; kernels: Kernels },
  bits: CodeBits,
): (rows: Float32Array) => Uint8Array {
  const { dim, factors, centre, kernels } = by;
  const step = inverseStep(bits, dim);
  const shape = centre && codeShape(rotate(centre.direction, by), bits);
  return (rows) => {
    const bytes = new Uint8Array((rows.length / dim) * rowBytes(dim, bits));
    const out = { bytes, dim, bits };
    if (shape === undefined) {
      kernels.rotateQuantize(rows, factors, step, out);
    } else {
      kernels.rotate(rows, factors, dim, rows);
      kernels.shapeCodes(rows, shape, out);
    }
    return bytes;
  };
}

function rotate(
  rows: Float32Array,
  { dim, factors, kernels }: { dim: number; factors: Float32Array; kernels: Kernels },
): Float32Array {
  const rotated = new Float32Array(rows.length);
  kernels.rotate(rows, factors, dim, rotated);
  return rotated;
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
    // Rows that cancel each other out have a sketch of zeros.
    const scale = largest === 0 ? 1 : largest / queryLevelMax;
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
