// Token vectors that share a direction, as those of many models do.

import { createPrng } from "../../src/core/prng.js";
import type { PrecomputedVectors } from "../../src/core/document.js";

export interface SharedDirection {
  readonly dim: number;
  readonly rowCount: number;
  /** Of two rows, about: in [0, 1]. */
  readonly meanCosine: number;
  /** Rows of one seed and direction are equal. */
  readonly seed: number;
  /** Which direction they share. Defaults to one for all. */
  readonly direction?: number;
}

export function sharedDirectionRows(options: SharedDirection): Float32Array {
  const { dim, rowCount, meanCosine, seed, direction = 1 } = options;
  const common = unitRow(dim, direction);
  const rows = new Float32Array(rowCount * dim);
  for (let row = 0; row < rowCount; row += 1) {
    const own = unitRow(dim, 7919 * seed + row + 2);
    const mixed = own.map(
      (value, j) => Math.sqrt(meanCosine) * common[j]! + Math.sqrt(1 - meanCosine) * value,
    );
    rows.set(unit(mixed), row * dim);
  }
  return rows;
}

export function sharedDirectionVectors(options: SharedDirection): PrecomputedVectors {
  const { buffer } = sharedDirectionRows(options);
  return { type: "float32", dim: options.dim, bytes: new Uint8Array(buffer) };
}

function unitRow(dim: number, seed: number): Float32Array {
  const prng = createPrng(seed);
  // The sum of a few uniform numbers is nearly normal.
  return unit(
    Float32Array.from(
      { length: dim },
      () => prng.nextFloat() + prng.nextFloat() + prng.nextFloat() - 1.5,
    ),
  );
}

function unit(row: Float32Array): Float32Array {
  const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return row.map((value) => value / norm);
}
