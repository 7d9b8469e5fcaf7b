import assert from "node:assert/strict";
import { rotateBack, rotationChecksum, rotationFactors } from "../../../src/codec/rotation.js";
import { createPrng } from "../../../src/core/prng.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";

const kernels = createReferenceKernels();
/** Among them the dims whose window is little longer than half a row. */
const dims = [16, 32, 48, 64, 96, 112, 128, 240, 384, 496, 768, 1008, 1024];

describe("rotation", () => {
  it("keeps inner products and can be undone", () => {
    for (const dim of dims) {
      const factors = rotationFactors(3, dim);
      const rows = randomValues(2 * dim);
      const rotated = new Float32Array(2 * dim);
      kernels.rotate(rows, factors, dim, rotated);
      const [a, b] = [rows.subarray(0, dim), rows.subarray(dim)];
      const [ra, rb] = [rotated.subarray(0, dim), rotated.subarray(dim)];
      assert.ok(Math.abs(dot(a, b) - dot(ra, rb)) < 1e-3 * dim, `dim ${dim}`);
      const back = rotateBack(ra, factors);
      for (let j = 0; j < dim; j += 1) assert.ok(Math.abs(back[j]! - a[j]!) < 1e-4);
    }
  });

  it("spreads the energy of any half of a row evenly over both halves", () => {
    for (const dim of dims.filter((each) => each >= 48)) {
      const factors = rotationFactors(5, dim);
      let first = 0;
      let total = 0;
      for (let trial = 0; trial < 40; trial += 1) {
        const row = randomValues(dim, trial + 1).fill(0, dim / 2);
        kernels.rotate(row, factors, dim, row);
        first += dot(row.subarray(0, dim / 2), row.subarray(0, dim / 2));
        total += dot(row, row);
      }
      assert.ok(Math.abs(first / total - 0.5) < 0.1, `dim ${dim}: ${first / total}`);
    }
  });

  it("has the checksums that stored collections carry", () => {
    // A change here means that codes already on disk would be misread: raise the format version.
    const found = [48, 128, 384, 768].map((dim) => rotationChecksum(7, dim));
    assert.deepEqual(found, [1728725776, 489779947, 1763262040, 1410505008]);
    assert.notEqual(rotationChecksum(8, 384), rotationChecksum(7, 384));
  });
});

function randomValues(length: number, seed = 9): Float32Array {
  const prng = createPrng(seed);
  return Float32Array.from({ length }, () => 2 * prng.nextFloat() - 1);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += a[j]! * b[j]!;
  return sum;
}
