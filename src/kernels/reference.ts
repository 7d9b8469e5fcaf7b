// The specification of the kernels: plain loops, no SIMD. Every other form must return these bits.

import {
  anyScore,
  checkCodes,
  checkFloatRows,
  checkPassages,
  checkPackedQuery,
  checkRotation,
  checkRotationOut,
  checkScan,
  checkScores,
  checkUnitRows,
} from "./check-arguments.js";
import { fusedMultiplyAdd } from "./fused-multiply-add.js";
import {
  rowBytes,
  type CodeBits,
  type Kernels,
  type PackedCodes,
  type PackedQuery,
  type ScanResult,
} from "./kernels.js";
import { shapeCodes } from "./shaped-codes.js";
import { rotationStart, rotationWindow } from "./rotation-shape.js";

export function createReferenceKernels(): Kernels {
  return {
    name: "reference",
    maxSimBatch,
    sketchScan,
    rotate,
    rotateQuantize,
    maxSimFloat,
    unitRows,
    shapeCodes,
  };
}

function maxSimBatch(
  query: PackedQuery,
  codes: PackedCodes,
  tokenOffsets: Uint32Array,
  passages: Uint32Array,
  scores: Float32Array,
): void {
  checkCodes(codes);
  checkPackedQuery(query, codes.dim);
  checkScores(scores, passages);
  checkPassages(tokenOffsets, passages, Math.floor(codes.bytes.length / packedRowBytes(codes)));
  const best = new Int32Array(query.rowCount);
  const units = new Int16Array(codes.dim);
  for (let i = 0; i < passages.length; i += 1) {
    const first = tokenOffsets[passages[i]!]!;
    const end = tokenOffsets[passages[i]! + 1]!;
    best.fill(-2147483648);
    for (let row = first; row < end; row += 1) {
      unpackRow(codes, row, units);
      for (let r = 0; r < query.rowCount; r += 1) {
        best[r] = Math.max(best[r]!, dot(query.rows, r * codes.dim, units));
      }
    }
    scores[i] = first === end ? 0 : scaledSum(best, query.rowScales);
  }
}

/**
 * What one passage's MaxSim is made of: for each query row the best of the token rows [first, end),
 * the first of equals, counted from `first`, and its part of the sum, float32. The parts added up
 * in order, each sum rounded to float32, are the bits that `maxSimBatch` gives.
 */
export function bestTokens(
  query: PackedQuery,
  codes: PackedCodes,
  { first, end }: { readonly first: number; readonly end: number },
): { tokens: Uint32Array; scores: Float32Array } {
  checkCodes(codes);
  checkPackedQuery(query, codes.dim);
  const best = new Int32Array(query.rowCount).fill(-2147483648);
  const tokens = new Uint32Array(query.rowCount);
  const units = new Int16Array(codes.dim);
  for (let row = first; row < end; row += 1) {
    unpackRow(codes, row, units);
    for (let r = 0; r < query.rowCount; r += 1) {
      const product = dot(query.rows, r * codes.dim, units);
      if (product <= best[r]!) continue;
      best[r] = product;
      tokens[r] = row - first;
    }
  }
  if (first === end) return { tokens, scores: new Float32Array(query.rowCount) };
  const scores = Float32Array.from(best, (value, r) => query.rowScales[r]! * Math.fround(value));
  return { tokens, scores };
}

/** The float sum in row order, every product and sum rounded to float32. */
function scaledSum(best: Int32Array, rowScales: Float32Array): number {
  let sum = 0;
  for (let r = 0; r < best.length; r += 1) {
    sum = Math.fround(sum + Math.fround(rowScales[r]! * Math.fround(best[r]!)));
  }
  return sum;
}

function sketchScan(
  queryRow: Int8Array,
  codes: PackedCodes,
  rowCount: number,
  eligible: Uint8Array,
  topN: number,
  outRows: Uint32Array,
  outScores: Int32Array,
  scoreMin = anyScore,
): ScanResult {
  checkScan({ queryRow, codes, rowCount, eligible, topN, outRows, outScores, scoreMin });
  const units = new Int16Array(codes.dim);
  const scored: { row: number; score: number }[] = [];
  for (let row = 0; row < rowCount; row += 1) {
    if (((eligible[row >>> 3]! >>> (row & 7)) & 1) === 0) continue;
    unpackRow(codes, row, units);
    const score = dot(queryRow, 0, units);
    if (score >= scoreMin) scored.push({ row, score });
  }
  scored.sort((a, b) => b.score - a.score || a.row - b.row);
  const count = Math.min(topN, scored.length);
  for (let i = 0; i < count; i += 1) {
    outRows[i] = scored[i]!.row;
    outScores[i] = scored[i]!.score;
  }
  const tiesDropped = count > 0 && scored[count]?.score === scored[count - 1]!.score;
  return { count, tiesDropped };
}

function rotate(rows: Float32Array, factors: Float32Array, dim: number, out: Float32Array): void {
  checkRotation(rows, factors, dim);
  if (out.length < rows.length) throw new RangeError("out is too short");
  const window = rotationWindow(dim);
  const block = new Float32Array(window);
  if (out !== rows) out.set(rows);
  for (let row = 0; row < rows.length; row += dim) {
    for (let round = 0; round * dim < factors.length; round += 1) {
      for (let j = 0; j < dim; j += 1) {
        out[row + j] = out[row + j]! * factors[round * dim + j]!;
      }
      const start = rotationStart(dim, round);
      for (let j = 0; j < window; j += 1) block[j] = out[row + ((start + j) % dim)]!;
      hadamard(block);
      for (let j = 0; j < window; j += 1) out[row + ((start + j) % dim)] = block[j]!;
    }
  }
}

/** Walsh-Hadamard butterflies in place; storing into a Float32Array does the rounding. */
function hadamard(block: Float32Array): void {
  for (let stride = 1; stride < block.length; stride *= 2) {
    for (let group = 0; group < block.length; group += 2 * stride) {
      for (let j = group; j < group + stride; j += 1) {
        const a = block[j]!;
        const b = block[j + stride]!;
        block[j] = a + b;
        block[j + stride] = a - b;
      }
    }
  }
}

function rotateQuantize(
  rows: Float32Array,
  factors: Float32Array,
  inverseStep: number,
  out: { bytes: Uint8Array; dim: number; bits: CodeBits },
): void {
  checkRotation(rows, factors, out.dim);
  checkRotationOut(rows, out);
  const rotated = new Float32Array(rows.length);
  rotate(rows, factors, out.dim, rotated);
  const half = 2 ** (out.bits - 1);
  const perByte = 8 / out.bits;
  const scale = Math.fround(inverseStep);
  out.bytes.fill(0, 0, rotated.length / perByte);
  for (let i = 0; i < rotated.length; i += 1) {
    const level = Math.floor(Math.fround(rotated[i]! * scale));
    // Written so that NaN becomes the lowest level, as the SIMD maximum makes it.
    const code = Math.min(level > -half ? level : -half, half - 1) + half;
    const at = Math.floor(i / perByte);
    out.bytes[at] = out.bytes[at]! | (code << ((i % perByte) * out.bits));
  }
}

function maxSimFloat(
  query: Float32Array,
  rows: Float32Array,
  dim: number,
  tokenOffsets: Uint32Array,
  passages: Uint32Array,
  scores: Float32Array,
): void {
  checkFloatRows(query, rows, dim);
  checkScores(scores, passages);
  checkPassages(tokenOffsets, passages, rows.length / dim);
  for (let i = 0; i < passages.length; i += 1) {
    const first = tokenOffsets[passages[i]!]!;
    const end = tokenOffsets[passages[i]! + 1]!;
    let sum = 0;
    for (let q = 0; first < end && q < query.length; q += dim) {
      let best = -Infinity;
      for (let d = first * dim; d < end * dim; d += dim) {
        let product = 0;
        for (let j = 0; j < dim; j += 1) {
          product = fusedMultiplyAdd(query[q + j]!, rows[d + j]!, product);
        }
        if (product > best) best = product;
      }
      sum = Math.fround(sum + best);
    }
    scores[i] = sum;
  }
}

function packedRowBytes(codes: PackedCodes): number {
  return rowBytes(codes.dim, codes.bits);
}

/** Writes `2 * code - (2^bits - 1)` of each coordinate of one row. */
function unpackRow(codes: PackedCodes, row: number, units: Int16Array): void {
  const { bytes, bits } = codes;
  const top = 2 ** bits - 1;
  const perByte = 8 / bits;
  const start = row * packedRowBytes(codes);
  for (let j = 0; j < units.length; j += 1) {
    const byte = bytes[start + Math.floor(j / perByte)]!;
    const code = (byte >>> ((j % perByte) * bits)) & top;
    units[j] = 2 * code - top;
  }
}

function dot(queryRows: Int8Array, start: number, units: Int16Array): number {
  let sum = 0;
  for (let j = 0; j < units.length; j += 1) sum += queryRows[start + j]! * units[j]!;
  return sum;
}

function unitRows(
  rows: Float32Array | Int8Array,
  dim: number,
  tolerance: number,
  out: Float32Array,
  columnSums: Float64Array,
): number {
  checkUnitRows(rows, dim, { values: out, columnSums });
  if (rows !== out) out.set(rows);
  for (let start = 0; start < rows.length; start += dim) {
    const norm = Math.sqrt(squareOf(out, start, dim));
    if (Math.abs(norm - 1) <= tolerance) continue;
    if (!(norm > 0) || norm === Infinity) return start / dim;
    const factor = 1 / norm;
    for (let j = start; j < start + dim; j += 1) out[j] = out[j]! * factor;
  }
  // Four columns at a time: sums that do not wait for each other and stay out of memory.
  for (let j = 0; j < dim; j += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let at = j; at < rows.length; at += dim) {
      a += out[at]!;
      b += out[at + 1]!;
      c += out[at + 2]!;
      d += out[at + 3]!;
    }
    columnSums.set([a, b, c, d], j);
  }
  return -1;
}

/**
 * Sum of the squares of `dim` values from `start` in float64; NaN or Infinity when a value is.
 * `dim` is a multiple of 4: four sums that do not wait for each other.
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
