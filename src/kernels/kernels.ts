// The one interface of the numeric inner loops. Every implementation returns identical bits.

/** Bits a coordinate of a code. */
export type CodeBits = 1 | 2 | 4 | 8;

/** Codes of many rows, packed `bits` a coordinate, low bits first, rows padded to whole bytes. */
export interface PackedCodes {
  /** Rows one after another, `rowBytes(dim, bits)` bytes each; need not be aligned. */
  readonly bytes: Uint8Array;
  readonly dim: number;
  readonly bits: CodeBits;
}

/** A quantised query. */
export interface PackedQuery {
  readonly rowCount: number;
  readonly dim: number;
  /** `rowCount x dim`, row-major, each in [-63, 63]. */
  readonly rows: Int8Array;
  /** One factor a row: turns the integer I(q, d) into an inner product (row scale x grid value). */
  readonly rowScales: Float32Array;
}

/** What sketchScan found: `count` entries in the output arrays, best first. */
export interface ScanResult {
  readonly count: number;
  /** True when rows with the same score as the last entry were left out. */
  readonly tiesDropped: boolean;
}

export interface Kernels {
  /** For logs, Describe and metrics. */
  readonly name: string;

  /**
   * MaxSim of one query against passages of one segment:
   * `scores[i] = sum over query rows r, in row order, in float32, of
   * fround(rowScales[r] * fround(max over rows d of passage i of I(r, d)))`, where
   * `I(r, d) = sum over j of q[r][j] * (2 * code[d][j] - (2^bits - 1))`, an exact int32.
   * An empty passage scores 0. Passage p owns rows `tokenOffsets[p]` to `tokenOffsets[p + 1] - 1`.
   * `scores.length >= passages.length`. Throws RangeError when an offset leaves `codes` or a
   * passage number leaves `tokenOffsets`; scores are then undefined.
   */
  maxSimBatch(
    query: PackedQuery,
    codes: PackedCodes,
    tokenOffsets: Uint32Array,
    passages: Uint32Array,
    scores: Float32Array,
  ): void;

  /**
   * Scores one int8 row (query row 0) against rows 0 to `rowCount - 1` of `codes` and keeps the
   * best `topN` by (I descending, row ascending). Bit r of `eligible` (bit r & 7 of byte r >> 3)
   * lets row r take part. `outRows`, `outScores`: length >= topN; filled best first. Rows that
   * score less than `scoreMin` (an int32) do not take part: who scans several segments hands the
   * worst score kept so far to the next scan and saves most of the selection.
   */
  sketchScan(
    queryRow: Int8Array,
    codes: PackedCodes,
    rowCount: number,
    eligible: Uint8Array,
    topN: number,
    outRows: Uint32Array,
    outScores: Int32Array,
    scoreMin?: number,
  ): ScanResult;

  /**
   * The structured rotation. For each round: every coordinate is multiplied by its factor (one
   * rounding), then the window of the round (rotation-shape.ts) goes through the fast
   * Walsh-Hadamard butterflies with strides 1, 2, 4, ... (`a, b -> a + b, a - b`, each rounded).
   * `factors`: `rounds x dim`. `rows` and `out`: `n x dim`; they may be the same array.
   */
  rotate(rows: Float32Array, factors: Float32Array, dim: number, out: Float32Array): void;

  /**
   * Rotates `rows` (`n x dim` float32) and writes packed codes. Code of a rotated coordinate z:
   * `clamp(floor(fround(z * inverseStep)), -2^(bits-1), 2^(bits-1) - 1) + 2^(bits-1)`.
   */
  rotateQuantize(
    rows: Float32Array,
    factors: Float32Array,
    inverseStep: number,
    out: { bytes: Uint8Array; dim: number; bits: CodeBits },
  ): void;

  /**
   * MaxSim over float32 rows: `scores[i] = sum over query rows, in order, of the largest inner
   * product with a row of passage i`. An inner product is one chain of float32 fused multiply-adds
   * over the coordinates in order, from 0. An empty passage scores 0. Values must be finite and
   * their products must not overflow.
   */
  maxSimFloat(
    query: Float32Array,
    rows: Float32Array,
    dim: number,
    tokenOffsets: Uint32Array,
    passages: Uint32Array,
    scores: Float32Array,
  ): void;

  /**
   * Brings rows (`n x dim`) to unit length and adds up their columns. The norm of a row is the
   * square root of `(s0 + s1) + (s2 + s3)`, where `s_k` is the sum of the squares of coordinates j
   * with j mod 4 = k, in order, in float64. A row whose norm is within `tolerance` of 1 is copied;
   * else its values are multiplied by `1 / norm` in float64 and rounded to float32. `out`: `n x
   * dim`; it may be `rows`. `columnSums`: dim sums over the rows of `out`, in order, in float64.
   * Returns the first row that is zero or not finite, and both outputs are then undefined; -1:
   * there is none.
   */
  unitRows(
    rows: Float32Array | Int8Array,
    dim: number,
    tolerance: number,
    out: Float32Array,
    columnSums: Float64Array,
  ): number;

  /**
   * Packed codes of rotated rows (`n x dim`), rounded so that neither the part along a direction nor
   * the length is wrong: shaped-codes.ts is the specification.
   */
  shapeCodes(
    rotated: Float32Array,
    by: CodeShape,
    out: { bytes: Uint8Array; dim: number; bits: CodeBits },
  ): void;
}

/** By what the errors of codes are shaped. */
export interface CodeShape {
  /** `dim` values: the rotated unit direction along which errors weigh most. */
  readonly direction: Float32Array;
  /** A permutation of 0 to dim - 1: the order in which coordinates are moved. */
  readonly order: Uint16Array;
  /** Levels a unit. */
  readonly step: number;
  /** Share of its length across the direction that a code of the grid loses. */
  readonly lengthLoss: number;
}

/** Bytes of one packed row. */
export function rowBytes(dim: number, bits: CodeBits): number {
  return (dim * bits) >>> 3;
}
