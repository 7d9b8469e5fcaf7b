// Codes of rows that share a direction: relative to their centre.

import assert from "node:assert/strict";

import fc from "fast-check";

import { biasOf, createCodec } from "../../../src/codec/codec.js";
import type { Codec } from "../../../src/codec/codec.js";
import { maxSimUpperBound } from "../../../src/codec/max-sim-bound.js";
import { measureCentre } from "../../../src/codec/measure-centre.js";
import { centreChecksum } from "../../../src/core/centre.js";
import type { Centre } from "../../../src/core/centre.js";
import { once } from "../../../src/core/memoize.js";
import { tokenMatrix } from "../../../src/core/token-matrix.js";
import { kernelChoices, loadKernels } from "../../../src/kernels/load-kernels.js";
import { rowBytes, type CodeBits, type Kernels } from "../../../src/kernels/kernels.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";
import { sharedDirectionRows } from "../../support/shared-direction.js";

const { kernels } = loadKernels();
const dims = fc.constantFrom(48, 64, 128, 240, 384);
const allBits = fc.constantFrom<CodeBits>(1, 2, 4, 8);
const cosines = fc.constantFrom(0.5, 0.8, 0.95, 0.99);

interface Made {
  readonly dim: number;
  readonly bits: CodeBits;
  readonly centre: Centre | undefined;
}

function codecOf({ dim, bits, centre }: Made, by: Kernels = kernels): Codec {
  const centring = { centre, rowCount: 2048, isFixed: true };
  return createCodec({ dim, bits, sketchBits: 2, seed: 3, centring }, by);
}

const centres = new Map<string, Centre | undefined>();

function centreOf(dim: number, meanCosine: number): Centre | undefined {
  return once(centres, `${dim} ${meanCosine}`, () =>
    measureCentre([sharedDirectionRows({ dim, rowCount: 400, meanCosine, seed: 1 })], dim),
  );
}

describe("codes relative to a centre", () => {
  it("score a query as the float rows do, where codes without a centre do not", () => {
    const dim = 128;
    const meanCosine = 0.95;
    const errorOf = (centre: Centre | undefined): number => {
      const rows = sharedDirectionRows({ dim, rowCount: 300, meanCosine, seed: 2 });
      const asked = sharedDirectionRows({ dim, rowCount: 20, meanCosine, seed: 3 });
      const codec = codecOf({ dim, bits: 2, centre });
      const found = productsOf(codec, rows, asked);
      return deviation(found.map((value, i) => value - floatProduct(rows, asked, { dim, i })));
    };
    const [plain, centred] = [errorOf(undefined), errorOf(centreOf(dim, meanCosine))];
    assert.ok(centred < plain / 10, `${centred} to ${plain}`);
  });

  it("keep the part of a row along the centre, however few their bits", () => {
    fc.assert(
      fc.property(dims, allBits, cosines, fc.nat(1e5), (dim, bits, meanCosine, seed) => {
        const centre = centreOf(dim, meanCosine)!;
        const rows = sharedDirectionRows({ dim, rowCount: 5, meanCosine, seed });
        const codec = codecOf({ dim, bits, centre });
        const { codes } = codec.encodePassage(tokenMatrix(rows.slice(), dim));
        for (let row = 0; row < 5; row += 1) {
          const decoded = codec.decodeRow(codes, row);
          const part = sum(centre.direction, (value, j) => value * rows[row * dim + j]!);
          const kept = sum(centre.direction, (value, j) => value * decoded[j]!);
          // A row far from the centre may lie outside of the grid.
          assert.ok(Math.abs(kept - part) < 0.02, `${kept} of ${part}`);
        }
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it("are the same bytes whatever the kernels", () => {
    const forms = kernelsOfThisMachine();
    fc.assert(
      fc.property(dims, allBits, cosines, fc.nat(1e5), (dim, bits, meanCosine, seed) => {
        const made = { dim, bits, centre: centreOf(dim, meanCosine) };
        const rows = sharedDirectionRows({ dim, rowCount: 4, meanCosine, seed });
        const reference = codecOf(made, createReferenceKernels());
        for (const form of forms) {
          const codec = codecOf(made, form);
          const matrix = tokenMatrix(rows, dim);
          assert.deepEqual(codec.encodePassage(matrix), reference.encodePassage(matrix));
          assert.deepEqual(codec.encodeQuery(matrix), reference.encodeQuery(matrix));
        }
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it("never score above the bound of what is not scored yet", () => {
    fc.assert(
      fc.property(allBits, cosines, fc.nat(1e5), (bits, meanCosine, seed) => {
        const dim = 48;
        const centre = centreOf(dim, meanCosine)!;
        const codec = codecOf({ dim, bits, centre });
        const asked = sharedDirectionRows({ dim, rowCount: 3, meanCosine, seed });
        // Rows of another direction, opposite ones, and the query's own.
        const others = [{ direction: 9, meanCosine: 0.9 }, { meanCosine }];
        const given = others.map((other) =>
          sharedDirectionRows({ dim, rowCount: 3, seed: seed + 1, ...other }),
        );
        const { tokens } = codec.encodeQuery(tokenMatrix(asked, dim));
        const bound = maxSimUpperBound(tokens, { bits, centre });
        for (const rows of [...given, asked, asked.map((value) => -value)])
          assert.ok(maxSim(codec, rows, asked) <= bound);
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});

describe("the centre of rows", () => {
  it("is none where rows have no common direction, or there is one row", () => {
    assert.equal(centreOf(128, 0), undefined);
    const single = sharedDirectionRows({ dim: 128, rowCount: 1, meanCosine: 0.95, seed: 1 });
    assert.equal(measureCentre([single], 128), undefined);
    assert.equal(measureCentre([], 128), undefined);
    const opposite = Float32Array.from([...single, ...single.map((value) => -value)]);
    assert.equal(measureCentre([opposite], 128), undefined);
  });

  it("is told apart by its checksum", () => {
    const [one, same] = [centreOf(64, 0.8)!, centreOf(64, 0.8)!];
    assert.deepEqual(one, same);
    assert.equal(centreChecksum(one), one.checksum);
    assert.notEqual(centreChecksum({ ...one, stretch: one.stretch + 1e-9 }), one.checksum);
    assert.notEqual(centreOf(64, 0.9)!.checksum, one.checksum);
  });

  it("codes rows that are all equal, and others among them, without losing their ranks", () => {
    const dim = 64;
    const equal = new Float32Array(40 * dim);
    const one = sharedDirectionRows({ dim, rowCount: 1, meanCosine: 0, seed: 1 });
    for (let row = 0; row < 40; row += 1) equal.set(one, row * dim);
    const centre = measureCentre([equal], dim)!;
    assert.ok(centre.scale > 0 && Number.isFinite(centre.stretch));
    const codec = codecOf({ dim, bits: 2, centre });
    const other = sharedDirectionRows({ dim, rowCount: 1, meanCosine: 0, seed: 2 });
    assert.ok(maxSim(codec, one, one) > maxSim(codec, other, one));
    assert.ok(maxSim(codec, other, other) > maxSim(codec, one, other));
    const { sketch } = codec.encodeQuery(tokenMatrix(one, dim));
    assert.ok(sketch.rowScales.every(Number.isFinite));
  });
});

function kernelsOfThisMachine(): Kernels[] {
  return kernelChoices.flatMap((choice) => {
    try {
      return [loadKernels(choice).kernels];
    } catch {
      return [];
    }
  });
}

/** Inner products by codes of each row with each query row, bias included. */
function productsOf(codec: Codec, rows: Float32Array, asked: Float32Array): number[] {
  const { dim } = codec;
  const products: number[] = [];
  for (let at = 0; at < rows.length; at += dim)
    for (let q = 0; q < asked.length; q += dim)
      products.push(maxSim(codec, rows.slice(at, at + dim), asked.slice(q, q + dim)));
  return products;
}

function floatProduct(
  rows: Float32Array,
  asked: Float32Array,
  { dim, i }: { readonly dim: number; readonly i: number },
): number {
  const count = asked.length / dim;
  const [row, q] = [Math.floor(i / count) * dim, (i % count) * dim];
  return sum(rows.subarray(row, row + dim), (value, j) => value * asked[q + j]!);
}

function maxSim(codec: Codec, rows: Float32Array, asked: Float32Array): number {
  const { dim, bits } = codec;
  const { codes, tokenCount } = codec.encodePassage(tokenMatrix(rows, dim));
  assert.equal(codes.length, tokenCount * rowBytes(dim, bits));
  const { tokens } = codec.encodeQuery(tokenMatrix(asked, dim));
  const scores = new Float32Array(1);
  const packed = { bytes: codes, dim, bits };
  kernels.maxSimBatch(tokens, packed, Uint32Array.of(0, tokenCount), Uint32Array.of(0), scores);
  return scores[0]! + biasOf(tokens);
}

function sum(values: Float32Array, of: (value: number, j: number) => number): number {
  return values.reduce((total, value, j) => total + of(value, j), 0);
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
}
