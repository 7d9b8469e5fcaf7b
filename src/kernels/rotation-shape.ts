// The shape of the structured rotation, shared by the kernels that run it and the codec that seeds
// it.

import { assert } from "../core/assert.js";

/** Rounds of the rotation that the codec seeds. Kernels take any number of rounds. */
export const rotationRounds = 4;

/** Length of the window that a round transforms: the largest power of two <= dim. */
export function rotationWindow(dim: number): number {
  assert(dim >= 16 && dim % 16 === 0, "dim is a multiple of 16");
  return 2 ** Math.floor(Math.log2(dim));
}

/**
 * First coordinate of the window of `round`; the window wraps around the end of the row. Starts at
 * 0, 1/2, 1/4 and 3/4 of the row, so that after four rounds every coordinate has been mixed with
 * every other, also where the window is little longer than half a row (dim 112, 240, 1008).
 */
export function rotationStart(dim: number, round: number): number {
  if (rotationWindow(dim) === dim) return 0;
  return [0, dim / 2, dim / 4, (dim * 3) / 4][round & 3]!;
}
