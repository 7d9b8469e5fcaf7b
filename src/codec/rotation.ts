// The structured rotation: seeded signs and Walsh-Hadamard windows instead of a dense matrix.

import { fnv1a } from "../core/centre.js";
import { createPrng } from "../core/prng.js";
import { createReferenceKernels } from "../kernels/reference.js";
import { rotationRounds, rotationStart, rotationWindow } from "../kernels/rotation-shape.js";

/**
 * Factors of the rotation for `Kernels.rotate`, `rotationRounds x dim`: in each round a seeded sign
 * for every coordinate, times `fround(1 / sqrt(window))` inside the window that the round
 * transforms, so that each round is orthogonal up to float32 rounding. One draw of the generator
 * for each factor, its top bit is the sign.
 */
export function rotationFactors(seed: number, dim: number): Float32Array {
  const prng = createPrng(seed);
  const window = rotationWindow(dim);
  const scale = Math.fround(1 / Math.sqrt(window));
  const factors = new Float32Array(rotationRounds * dim);
  for (let round = 0; round < rotationRounds; round += 1) {
    const start = rotationStart(dim, round);
    for (let j = 0; j < dim; j += 1) {
      const inWindow = (j - start + dim) % dim < window;
      const sign = prng.nextUint32() >>> 31 === 0 ? 1 : -1;
      factors[round * dim + j] = inWindow ? sign * scale : sign;
    }
  }
  return factors;
}

/**
 * A 32-bit checksum of what the rotation does: FNV-1a over the bits of its factors and of one
 * rotated test row. Stored with a collection, so that codes are never read under another rotation.
 */
export function rotationChecksum(seed: number, dim: number): number {
  const factors = rotationFactors(seed, dim);
  const row = Float32Array.from({ length: dim }, (_, j) => 1 / (j + 1));
  createReferenceKernels().rotate(row, factors, dim, row);
  return fnv1a([factors, row]);
}

/** Undoes the rotation, in float64: the rounds backwards, window first, then factors. */
export function rotateBack(rotated: Float32Array, factors: Float32Array): Float64Array {
  const dim = rotated.length;
  const window = rotationWindow(dim);
  const row = Float64Array.from(rotated);
  const block = new Float64Array(window);
  for (let round = factors.length / dim - 1; round >= 0; round -= 1) {
    const start = rotationStart(dim, round);
    for (let j = 0; j < window; j += 1) block[j] = row[(start + j) % dim]!;
    hadamard(block);
    // The window is its own inverse up to 1, spread over both ways.
    const scale = 1 / Math.sqrt(window);
    for (let j = 0; j < window; j += 1) row[(start + j) % dim] = block[j]! * scale;
    for (let j = 0; j < dim; j += 1) row[j] = row[j]! * Math.sign(factors[round * dim + j]!);
  }
  return row;
}

function hadamard(block: Float64Array): void {
  for (let stride = 1; stride < block.length; stride *= 2) {
    for (let j = 0; j < block.length; j += 1) {
      if ((j & stride) !== 0) continue;
      const a = block[j]!;
      const b = block[j + stride]!;
      block[j] = a + b;
      block[j + stride] = a - b;
    }
  }
}
