import assert from "node:assert/strict";
import fc from "fast-check";
import { createCodec, type Codec } from "../../../src/codec/codec.js";
import { isSluiceError } from "../../../src/core/errors.js";
import { createPrng } from "../../../src/core/prng.js";
import { tokenMatrix, type TokenMatrix } from "../../../src/core/token-matrix.js";
import { loadKernels } from "../../../src/kernels/load-kernels.js";
import { rowBytes, type CodeBits } from "../../../src/kernels/kernels.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";

const { kernels } = loadKernels();
/** Cosine between a vector and its code on N(0, 1) coordinates, less a margin for chance. */
const cosineFloor: Readonly<Record<CodeBits, number>> = { 1: 0.7, 2: 0.9, 4: 0.985, 8: 0.9995 };
const dims = fc.constantFrom(48, 64, 96, 112, 128, 240, 384, 768);
const allBits = fc.constantFrom<CodeBits>(1, 2, 4, 8);

describe("codec", () => {
  it("keeps the direction of any row, random or concentrated", () => {
    fc.assert(
      fc.property(dims, allBits, fc.nat(1e6), fc.boolean(), (dim, bits, seed, sparse) => {
        // A few large coordinates are what a rotation exists for.
        const rows = sparse ? sparseRows(3, dim, seed) : randomRows(3, dim, seed);
        const codec = codecOf(dim, bits);
        const { codes, tokenCount: rowCount } = codec.encodePassage(rows);
        assert.equal(rowCount, 3);
        assert.equal(codes.length, 3 * rowBytes(dim, bits));
        for (let row = 0; row < 3; row += 1) {
          const found = cosine(codec.decodeRow(codes, row), rowOf(rows, row));
          const floor = cosineFloor[bits] - (dim < 100 ? 0.08 : 0.03);
          assert.ok(found >= floor, `cosine ${found} at ${bits} bits, dim ${dim}`);
        }
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it("scores a query against codes close to the float inner product", () => {
    const dim = 384;
    const codec = codecOf(dim, 8);
    const passage = randomRows(30, dim, 1);
    const query = randomRows(5, dim, 2);
    const { codes } = codec.encodePassage(passage);
    const { tokens } = codec.encodeQuery(query);
    const scores = new Float32Array(1);
    const packed = { bytes: codes, dim, bits: 8 as const };
    kernels.maxSimBatch(tokens, packed, Uint32Array.of(0, 30), Uint32Array.of(0), scores);
    assert.ok(Math.abs(scores[0]! - floatMaxSim(query, passage)) < 0.01);
  });

  it("returns the same bytes whatever the kernels", () => {
    const plain = createReferenceKernels();
    fc.assert(
      fc.property(dims, allBits, fc.nat(1e6), (dim, bits, seed) => {
        const options = { dim, bits, sketchBits: 2 as const, seed: 11 };
        const rows = randomRows(5, dim, seed);
        const [fast, slow] = [createCodec(options, kernels), createCodec(options, plain)];
        assert.deepEqual(fast.encodePassage(rows), slow.encodePassage(rows));
        assert.deepEqual(fast.encodeQuery(rows), slow.encodeQuery(rows));
      }),
      { numRuns: 40, seed: 8 },
    );
  });

  it("keeps query coordinates within 63 and uses the whole range", () => {
    const { tokens, sketch } = codecOf(128, 2).encodeQuery(randomRows(9, 128, 3));
    for (let row = 0; row < 9; row += 1) {
      const values = tokens.rows.subarray(row * 128, (row + 1) * 128);
      assert.equal(Math.max(...values.map(Math.abs)), 63);
    }
    assert.equal(sketch.rowCount, 1);
    assert.equal(sketch.rows.length, 128);
  });

  it("codes a row of another length as its unit vector, and keeps a nearly unit row as it is", () => {
    const codec = codecOf(64, 4);
    const rows = randomRows(2, 64, 4);
    const scaled = tokenMatrix(
      rows.values.map((value) => value * 37),
      64,
    );
    assert.deepEqual(codec.encodePassage(scaled), codec.encodePassage(rows));
    const nearly = tokenMatrix(
      rows.values.map((value) => value * 1.0005),
      64,
    );
    const before = nearly.values.slice();
    codec.encodePassage(nearly);
    assert.deepEqual(nearly.values, before);
  });

  it("makes a sketch of rows that cancel out", () => {
    const row = rowOf(randomRows(1, 64, 5), 0);
    const rows = tokenMatrix(Float32Array.from([...row, ...row.map((value) => -value)]), 64);
    const { sketch, codes } = codecOf(64, 2).encodePassage(rows);
    assert.deepEqual(sketch, codes.slice(0, 16));
  });

  it("names the row that is zero or not finite", () => {
    const codec = codecOf(48, 2);
    const cases: [number, RegExp][] = [
      [NaN, /row 1 has the value NaN at coordinate 5/],
      [Infinity, /row 1 has the value Infinity/],
    ];
    for (const [value, expected] of cases) {
      const rows = randomRows(3, 48, 6);
      rows.values[48 + 5] = value;
      assertInvalid(() => codec.encodePassage(rows), expected);
      assertInvalid(() => codec.encodeQuery(rows), expected);
    }
    const rows = randomRows(3, 48, 6);
    rows.values.fill(0, 96, 144);
    assertInvalid(() => codec.encodePassage(rows), /row 2 is all zeros/);
  });
});

function assertInvalid(attempt: () => unknown, expected: RegExp): void {
  assert.throws(attempt, (error: unknown) => {
    assert.ok(isSluiceError(error) && error.reason === "INVALID_VECTORS");
    assert.match(error.message, expected);
    return true;
  });
}

function codecOf(dim: number, bits: CodeBits): Codec {
  return createCodec({ dim, bits, sketchBits: 2, seed: 11 }, kernels);
}

/** Unit rows with Gaussian coordinates (Box-Muller). */
function randomRows(rowCount: number, dim: number, seed: number): TokenMatrix {
  const prng = createPrng(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - prng.nextFloat())) * Math.cos(2 * Math.PI * prng.nextFloat());
  return unit(tokenMatrix(Float32Array.from({ length: rowCount * dim }, normal), dim));
}

/** Unit rows with three coordinates that are not 0. */
function sparseRows(rowCount: number, dim: number, seed: number): TokenMatrix {
  const prng = createPrng(seed);
  const rows = tokenMatrix(new Float32Array(rowCount * dim), dim);
  for (let row = 0; row < rowCount; row += 1) {
    for (let i = 0; i < 3; i += 1) {
      rows.values[row * dim + (prng.nextUint32() % dim)] = 0.2 + prng.nextFloat();
    }
  }
  return unit(rows);
}

function unit(rows: TokenMatrix): TokenMatrix {
  for (let row = 0; row < rows.rowCount; row += 1) {
    const values = rowOf(rows, row);
    const norm = Math.hypot(...values);
    for (let j = 0; j < values.length; j += 1) values[j] = values[j]! / norm;
  }
  return rows;
}

function rowOf(rows: TokenMatrix, row: number): Float32Array {
  return rows.values.subarray(row * rows.dim, (row + 1) * rows.dim);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += a[j]! * b[j]!;
  return sum;
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function floatMaxSim(query: TokenMatrix, passage: TokenMatrix): number {
  let score = 0;
  for (let q = 0; q < query.rowCount; q += 1) {
    let best = -Infinity;
    for (let d = 0; d < passage.rowCount; d += 1) {
      best = Math.max(best, dot(rowOf(query, q), rowOf(passage, d)));
    }
    score += best;
  }
  return score;
}
