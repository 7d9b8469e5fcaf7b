// Where the first rows of a collection lie, and how their differences are scaled for the grid.

import { centreChecksum } from "../core/centre.js";
import type { Centre } from "../core/centre.js";

/**
 * Below this mean cosine of two rows, rows have no centre. The noise of a code is proportional to what
 * of the row is coded, so that a centre would save that share; and rows of a few passages resemble
 * each other by their subject: .2 by the embedded model, of which .1 is left over a whole set.
 */
const meanCosineMin = 0.4;

/** What is coded is scaled up by 1 / scale: rows that are all alike must not become noise. */
const scaleMin = 0.05;

/** Bounds of the stretch, which rows without any spread along the centre would make infinite. */
const stretchMax = 8;

/**
 * How coarse a query's int8 coordinates are beside those of a code: .014 of a row's length to .107
 * at 4 bits and .345 at 2 bits. The stretch that balances the two errors is the root of this share
 * times mean / spread.
 */
const stretchShare = 0.1;

/**
 * The centre of unit rows; undefined when they have no common direction. `passages`: the rows of
 * each, row-major. Sums run in order, in float64, so equal rows give equal bits. O(values).
 */
export function measureCentre(passages: readonly Float32Array[], dim: number): Centre | undefined {
  const sums = new Float64Array(dim);
  let rowCount = 0;
  for (const rows of passages) {
    rowCount += rows.length / dim;
    for (let at = 0; at < rows.length; at += dim)
      for (let j = 0; j < dim; j += 1) sums[j]! += rows[at + j]!;
  }
  const square = sums.reduce((sum, value) => sum + value * value, 0);
  // Of two different rows: each row's product with itself is left out.
  const meanCosine = (square - rowCount) / (rowCount * (rowCount - 1));
  if (!(meanCosine >= meanCosineMin)) return undefined;
  const length = Math.sqrt(square);
  const direction = Float32Array.from(sums, (sum) => sum / length);
  const mean = length / rowCount;
  const spread = spreadAlong(passages, { direction, mean });
  const stretch = Math.sqrt(stretchShare * (mean / Math.max(spread.along, 1e-6)));
  const bounded = Math.min(stretchMax, Math.max(1, stretch));
  const scale = Math.sqrt(spread.across ** 2 + (bounded * spread.along) ** 2);
  const centre = { direction, mean, stretch: bounded, scale: Math.max(scaleMin, scale) };
  return { ...centre, checksum: centreChecksum(centre) };
}

/** Root mean squares: of the differences from the mean along the direction, and across it. */
function spreadAlong(
  passages: readonly Float32Array[],
  { direction, mean }: Pick<Centre, "direction" | "mean">,
): { readonly along: number; readonly across: number } {
  const dim = direction.length;
  let along = 0;
  let across = 0;
  let rowCount = 0;
  for (const rows of passages)
    for (let at = 0; at < rows.length; at += dim) {
      const part = partAlong(rows, at, direction);
      let square = 0;
      for (let j = 0; j < dim; j += 1) square += rows[at + j]! * rows[at + j]!;
      along += (part - mean) ** 2;
      across += Math.max(0, square - part * part);
      rowCount += 1;
    }
  return { along: Math.sqrt(along / rowCount), across: Math.sqrt(across / rowCount) };
}

/** Inner product of the row at `start` with `direction`, in order, in float64. */
export function partAlong(rows: Float32Array, start: number, direction: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < direction.length; j += 1) sum += rows[start + j]! * direction[j]!;
  return sum;
}
