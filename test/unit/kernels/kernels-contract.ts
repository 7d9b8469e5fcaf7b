// The contract of every form of the kernels: the reference's bits for any input, refusal of bad ones.

import assert from "node:assert/strict";
import fc from "fast-check";
import { rowBytes, type CodeBits, type Kernels } from "../../../src/kernels/kernels.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";
import { badCalls } from "./bad-calls.js";

const reference = createReferenceKernels();
const bits = fc.constantFrom<CodeBits>(1, 2, 4, 8);
/** All that must be fast, the smallest, the largest, and one with a window that barely covers it. */
const dims = fc.constantFrom(16, 32, 48, 64, 96, 112, 128, 240, 384, 400, 768, 1024);
const seed = fc.integer({ min: 1, max: 0xffffff });
/** How the random bytes of a case are drawn: freely, or all at an end of their range. */
const fill = fc.constantFrom("any", "lowest", "highest");
type Fill = "any" | "lowest" | "highest";

/** Registers the tests of one form; `label` names it in the output. */
export function kernelsContract(label: string, open: () => Kernels): void {
  describe(`kernels ${label}`, () => {
    const kernels = open();

    it("maxSimBatch returns the reference's bits", () => {
      const lengths = fc.array(fc.constantFrom(0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 70), {
        minLength: 1,
        maxLength: 6,
      });
      const rows = fc.constantFrom(1, 2, 5, 6, 11, 12, 13, 16, 20, 30, 32, 33, 64);
      check(fc.tuple(dims, bits, rows, lengths, fill, seed), (...given) => {
        assert.deepEqual(maxSim(kernels, ...given), maxSim(reference, ...given));
      });
    });

    it("maxSimBatch takes 512 query rows and passages of 10,000 rows", () => {
      const many = [16, 2, 512, [3, 40], "any", 5] as const;
      assert.deepEqual(maxSim(kernels, ...many), maxSim(reference, ...many));
      const long = [16, 1, 3, [10_000, 1], "any", 6] as const;
      assert.deepEqual(maxSim(kernels, ...long), maxSim(reference, ...long));
    });

    it("sketchScan returns the reference's rows, scores and ties", () => {
      const rowCount = fc.constantFrom(0, 1, 7, 8, 9, 15, 16, 17, 100, 333);
      const topN = fc.constantFrom(0, 1, 3, 16, 64, 400);
      const density = fc.constantFrom(0, 0.1, 0.9, 1);
      const least = fc.constantFrom<number | undefined>(undefined, 0, -2147483648, 2147483647, 333);
      check(fc.tuple(dims, bits, rowCount, topN, density, fill, least, seed), (...given) => {
        assert.deepEqual(scan(kernels, ...given), scan(reference, ...given));
      });
    });

    it("rotate and rotateQuantize return the reference's bits", () => {
      const rowCount = fc.constantFrom(0, 1, 3, 4, 8, 15, 16, 17, 33);
      const rounds = fc.constantFrom(0, 1, 3, 4, 5);
      check(fc.tuple(dims, bits, rowCount, rounds, seed), (...given) => {
        assert.deepEqual(rotated(kernels, ...given), rotated(reference, ...given));
      });
    });

    it("rotateQuantize clamps huge values and turns NaN into the lowest level", () => {
      const rows = Float32Array.from({ length: 16 }, (_, j) => [NaN, 1e38, -1e38, -0][j % 4]!);
      for (const width of [1, 2, 4, 8] as const) {
        const found = [kernels, reference].map((form) => {
          const out = { bytes: new Uint8Array(2 * width), dim: 16, bits: width };
          form.rotateQuantize(rows, new Float32Array(0), 3, out);
          return out.bytes;
        });
        assert.deepEqual(found[0], found[1]);
      }
    });

    it("maxSimFloat returns the reference's bits", () => {
      const lengths = fc.array(fc.constantFrom(0, 1, 4, 17, 33), { minLength: 1, maxLength: 3 });
      const rows = fc.constantFrom(1, 3, 6, 13, 30, 64);
      const exponent = fc.constantFrom(0, -70, 40);
      check(fc.tuple(dims, rows, lengths, exponent, seed), (...given) => {
        assert.deepEqual(maxSimFloat(kernels, ...given), maxSimFloat(reference, ...given));
      });
    });

    it("unitRows returns the reference's bits, and the first row without a direction", () => {
      const rowCount = fc.constantFrom(0, 1, 3, 4, 5, 17);
      const form = fc.constantFrom("floats", "near", "int8", "zero", "nan");
      check(fc.tuple(dims, rowCount, form, fc.boolean(), seed), (...given) => {
        assert.deepEqual(unitRows(kernels, ...given), unitRows(reference, ...given));
      });
    });

    it("shapeCodes returns the reference's bits", () => {
      const rowCount = fc.constantFrom(0, 1, 4, 9);
      const form = fc.constantFrom("usual", "zero", "large", "shared");
      check(fc.tuple(dims, bits, rowCount, form, seed), (...given) => {
        assert.deepEqual(shapeCodes(kernels, ...given), shapeCodes(reference, ...given));
      });
    });

    it("refuses what does not fit, before reading it", () => {
      for (const [name, attempt] of badCalls(kernels)) assert.throws(attempt, RangeError, name);
    });
  });
}

function check<Given extends unknown[]>(
  given: fc.Arbitrary<Given>,
  predicate: (...given: Given) => void,
): void {
  fc.assert(
    fc.property(given, (values) => {
      predicate(...values);
    }),
    { numRuns: 60, seed: 42 },
  );
}

/** xorshift32: fast enough to fill matrices of a property test. */
function random(seedValue: number): () => number {
  let state = seedValue;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Bytes over shared memory that start at an odd address, as a view of a segment may. */
function unalignedBytes(length: number, next: () => number, how: Fill): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(length + 5), 5);
  for (let i = 0; i < length; i += 1) {
    bytes[i] = how === "any" ? next() : how === "lowest" ? 0 : 255;
  }
  return bytes;
}

function queryRows(length: number, next: () => number, how: Fill): Int8Array {
  return Int8Array.from({ length }, () =>
    how === "any" ? (next() % 127) - 63 : how === "lowest" ? -63 : 63,
  );
}

function floats(length: number, next: () => number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => (next() / 2147483648 - 1) * scale);
}

function offsetsOf(lengths: readonly number[]): Uint32Array {
  let row = 0;
  return Uint32Array.from([0, ...lengths], (length) => (row += length));
}

/** Every passage, backwards, and the first again. */
function passagesOf(lengths: readonly number[]): Uint32Array {
  return Uint32Array.from([...lengths.keys()].reverse().concat(0));
}

function maxSim(
  kernels: Kernels,
  dim: number,
  width: CodeBits,
  rowCount: number,
  lengths: readonly number[],
  how: Fill,
  seedValue: number,
): Uint32Array {
  const next = random(seedValue);
  const tokenOffsets = offsetsOf(lengths);
  const bytes = unalignedBytes(tokenOffsets.at(-1)! * rowBytes(dim, width), next, how);
  const query = {
    rowCount,
    dim,
    rows: queryRows(rowCount * dim, next, how),
    rowScales: floats(rowCount, next),
  };
  const passages = passagesOf(lengths);
  const scores = new Float32Array(passages.length + 1).fill(7);
  kernels.maxSimBatch(query, { bytes, dim, bits: width }, tokenOffsets, passages, scores);
  return new Uint32Array(scores.buffer);
}

function scan(
  kernels: Kernels,
  dim: number,
  width: CodeBits,
  rowCount: number,
  topN: number,
  density: number,
  how: Fill,
  scoreMin: number | undefined,
  seedValue: number,
): unknown {
  const next = random(seedValue);
  const bytes = unalignedBytes(rowCount * rowBytes(dim, width), next, how);
  const eligible = new Uint8Array(Math.ceil(rowCount / 8));
  for (let row = 0; row < rowCount; row += 1) {
    if (next() / 2 ** 32 < density) eligible[row >>> 3]! |= 1 << (row & 7);
  }
  const query = queryRows(dim, next, how);
  const rows = new Uint32Array(topN);
  const scores = new Int32Array(topN);
  const codes = { bytes, dim, bits: width };
  const result = kernels.sketchScan(query, codes, rowCount, eligible, topN, rows, scores, scoreMin);
  return { ...result, rows, scores };
}

function rotated(
  kernels: Kernels,
  dim: number,
  width: CodeBits,
  rowCount: number,
  rounds: number,
  seedValue: number,
): unknown {
  const next = random(seedValue);
  const rows = floats(rowCount * dim, next);
  const factors = floats(rounds * dim, next);
  const bytes = new Uint8Array(rowCount * rowBytes(dim, width) + 3).fill(99);
  kernels.rotateQuantize(rows, factors, 2 ** (width - 2), { bytes, dim, bits: width });
  const out = new Float32Array(rows.length + 1).fill(3);
  kernels.rotate(rows, factors, dim, out);
  kernels.rotate(rows, factors, dim, rows);
  return [bytes, new Uint32Array(out.buffer), new Uint32Array(rows.buffer)];
}

function maxSimFloat(
  kernels: Kernels,
  dim: number,
  rowCount: number,
  lengths: readonly number[],
  exponent: number,
  seedValue: number,
): Uint32Array {
  const next = random(seedValue);
  const tokenOffsets = offsetsOf(lengths);
  const query = floats(rowCount * dim, next, 2 ** exponent);
  const rows = floats(tokenOffsets.at(-1)! * dim, next, 2 ** exponent);
  const passages = passagesOf(lengths);
  const scores = new Float32Array(passages.length);
  kernels.maxSimFloat(query, rows, dim, tokenOffsets, passages, scores);
  return new Uint32Array(scores.buffer);
}

function unitRows(
  kernels: Kernels,
  ...[dim, rowCount, form, isInPlace, seedValue]: [number, number, string, boolean, number]
): unknown[] {
  const next = random(seedValue);
  const length = rowCount * dim;
  const isInt8 = form === "int8";
  // Rows of the norm 1 and a little: within the tolerance, and not.
  const level = form === "near" ? (1 + (next() % 3000) / 1e6) / Math.sqrt(dim) : 1;
  const values = Float32Array.from({ length }, () =>
    form === "near" ? level : next() / 2 ** 31 - 1,
  );
  const bad = rowCount === 0 ? 0 : next() % rowCount;
  if (form === "zero") values.fill(0, bad * dim, (bad + 1) * dim);
  if (form === "nan" && rowCount > 0)
    values[bad * dim + (next() % dim)] = [NaN, -Infinity][next() % 2]!;
  const rows = isInt8 ? queryRows(length, next, "any") : values;
  const out = isInPlace && !isInt8 ? values : new Float32Array(length + 3);
  const sums = new Float64Array(dim);
  const found = kernels.unitRows(rows, dim, 1e-3, out, sums);
  // Both outputs are undefined where a row is unusable.
  return found >= 0 ? [found] : [found, bytesOf(out), bytesOf(sums)];
}

function shapeCodes(
  kernels: Kernels,
  ...[dim, bits, rowCount, form, seedValue]: [number, CodeBits, number, string, number]
): Uint8Array {
  const next = random(seedValue);
  const float = (): number => next() / 2 ** 31 - 1;
  const direction = Float32Array.from({ length: dim }, () => float() / Math.sqrt(dim));
  const order = Uint16Array.from({ length: dim }, (_, j) => (j * 11 + (seedValue & 15)) % dim);
  const size = { usual: 2, zero: 0, large: 1e4, shared: 0.1 }[form] ?? 1;
  const rows = Float32Array.from(
    { length: rowCount * dim },
    (_, i) => (size * float()) / Math.sqrt(dim) + (form === "shared" ? direction[i % dim]! : 0),
  );
  const bytes = new Uint8Array(rowCount * rowBytes(dim, bits) + 2);
  const by = { direction, order, step: (2 ** bits * Math.sqrt(dim)) / 4, lengthLoss: 0.12 };
  kernels.shapeCodes(rows, by, { bytes, dim, bits });
  return bytes;
}

function bytesOf({ buffer }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer);
}
