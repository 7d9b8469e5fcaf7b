// The grid: which level a rotated coordinate gets, and what inner-product value a level stands for.

import type { CodeBits } from "../kernels/kernels.js";

/**
 * Step of the uniform grid in units of a standard deviation: the step that minimises the squared
 * error of N(0, 1) over 2^bits levels placed evenly around 0 (Max, "Quantizing for minimum
 * distortion", 1960; found here by ternary search over the integral). At 1 bit the step is twice
 * sqrt(2 / pi), the mean of |x|. Squared errors: gridErrors.
 */
export const gridSteps: Readonly<Record<CodeBits, number>> = {
  1: 1.595769121605731,
  2: 0.9957788226694957,
  4: 0.33522496738648544,
  8: 0.030763450175487917,
};

/** Mean squared error of N(0, 1) on the grid: by this share codes are shorter than what they code. */
export const gridErrors: Readonly<Record<CodeBits, number>> = {
  1: 0.363,
  2: 0.119,
  4: 0.0115,
  8: 0.0000876,
};

/** Multiplier of a rotated coordinate whose floor is the level: `sqrt(dim) / step`, float32. */
export function inverseStep(bits: CodeBits, dim: number): number {
  return Math.fround(Math.sqrt(dim) / gridSteps[bits]);
}

/**
 * A coordinate of code c has the value `(2c - (2^bits - 1)) * gridUnit`. After a rotation the
 * coordinates of a unit row are about N(0, 1 / dim), so one unit serves all coordinates.
 */
export function gridUnit(bits: CodeBits, dim: number): number {
  return gridSteps[bits] / (2 * Math.sqrt(dim));
}
