// The self-check at load: a form of the kernels must return the reference's bits on small cases.

import { createPrng } from "../core/prng.js";
import { rowBytes, type CodeBits, type Kernels } from "./kernels.js";
import { createReferenceKernels } from "./reference.js";

const allBits: readonly CodeBits[] = [1, 2, 4, 8];
const dim = 48;
/** Lengths around the tile sizes of the SIMD forms, and an empty passage. */
const passageLengths = [1, 0, 17, 33, 5];
const rowTotal = 56;
const queryRowCount = 13;

/** Throws an Error naming the kernel that disagrees. Takes about a millisecond. */
export function checkKernels(kernels: Kernels): void {
  if (kernels.name === "reference") return;
  const reference = createReferenceKernels();
  for (const bits of allBits) {
    same("maxSimBatch", bits, runMaxSim(kernels, bits), runMaxSim(reference, bits));
    same("sketchScan", bits, runScan(kernels, bits), runScan(reference, bits));
    same("rotateQuantize", bits, runRotate(kernels, bits), runRotate(reference, bits));
    same("shapeCodes", bits, runShape(kernels, bits), runShape(reference, bits));
  }
  same("maxSimFloat", 32, runMaxSimFloat(kernels), runMaxSimFloat(reference));
  for (const rows of [floats(queryRowCount * dim), queryRows()])
    same("unitRows", 32, runUnitRows(kernels, rows), runUnitRows(reference, rows));
}

function same(kernel: string, bits: number, found: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(found, expected) !== 0) {
    throw new Error(`${kernel} at ${bits} bits differs from the reference`);
  }
}

function runMaxSim(kernels: Kernels, bits: CodeBits): Uint8Array {
  const scores = new Float32Array(passageLengths.length);
  const query = {
    rowCount: queryRowCount,
    dim,
    rows: queryRows(),
    rowScales: floats(queryRowCount),
  };
  const codes = { bytes: bytes(rowTotal * rowBytes(dim, bits)), dim, bits };
  kernels.maxSimBatch(query, codes, tokenOffsets(), Uint32Array.of(0, 1, 2, 3, 4), scores);
  return new Uint8Array(scores.buffer);
}

function runScan(kernels: Kernels, bits: CodeBits): Uint8Array {
  const topN = 9;
  const outRows = new Uint32Array(topN);
  const outScores = new Int32Array(topN);
  const codes = { bytes: bytes(rowTotal * rowBytes(dim, bits)), dim, bits };
  const eligible = bytes(rowTotal / 8);
  const row = queryRows().subarray(dim, 2 * dim);
  const { count } = kernels.sketchScan(row, codes, rowTotal, eligible, topN, outRows, outScores);
  return Buffer.concat([
    new Uint8Array(outRows.buffer),
    new Uint8Array(outScores.buffer),
    Uint8Array.of(count),
  ]);
}

function runRotate(kernels: Kernels, bits: CodeBits): Uint8Array {
  const rows = floats(queryRowCount * dim);
  const factors = floats(3 * dim);
  const codes = new Uint8Array(queryRowCount * rowBytes(dim, bits));
  kernels.rotateQuantize(rows, factors, 2 ** bits / 30, { bytes: codes, dim, bits });
  kernels.rotate(rows, factors, dim, rows);
  return Buffer.concat([codes, new Uint8Array(rows.buffer)]);
}

function runShape(kernels: Kernels, bits: CodeBits): Uint8Array {
  const bytes = new Uint8Array(queryRowCount * rowBytes(dim, bits));
  const order = Uint16Array.from({ length: dim }, (_, j) => (7 * j) % dim);
  const by = { direction: floats(dim), order, step: 2 ** bits / 2, lengthLoss: 0.1 };
  kernels.shapeCodes(floats(queryRowCount * dim), by, { bytes, dim, bits });
  return bytes;
}

function runMaxSimFloat(kernels: Kernels): Uint8Array {
  const scores = new Float32Array(passageLengths.length);
  const passages = Uint32Array.of(4, 3, 2, 1, 0);
  const query = floats(queryRowCount * dim);
  kernels.maxSimFloat(query, floats(rowTotal * dim), dim, tokenOffsets(), passages, scores);
  return new Uint8Array(scores.buffer);
}

function runUnitRows(kernels: Kernels, rows: Float32Array | Int8Array): Uint8Array {
  const out = new Float32Array(rows.length);
  const sums = new Float64Array(dim);
  // Half of the rows stay as they are.
  const bad = kernels.unitRows(rows, dim, 3, out, sums);
  const parts = [out, sums, Int32Array.of(bad)];
  return Buffer.concat(parts.map(({ buffer }) => new Uint8Array(buffer)));
}

function tokenOffsets(): Uint32Array {
  let row = 0;
  return Uint32Array.from([0, ...passageLengths], (length) => (row += length));
}

function queryRows(): Int8Array {
  const prng = createPrng(1);
  return Int8Array.from({ length: queryRowCount * dim }, () => (prng.nextUint32() % 127) - 63);
}

function bytes(length: number): Uint8Array {
  const prng = createPrng(2);
  return Uint8Array.from({ length }, () => prng.nextUint32());
}

function floats(length: number): Float32Array {
  const prng = createPrng(3);
  return Float32Array.from({ length }, () => 2 * prng.nextFloat() - 1);
}
