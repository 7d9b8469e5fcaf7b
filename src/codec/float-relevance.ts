// Late interaction of two texts by their unpacked rows: for texts that are in no collection.

import type { TokenMatrix } from "../core/token-matrix.js";
import type { Kernels } from "../kernels/kernels.js";

const allRows = Uint32Array.of(0);

/**
 * MaxSim of unit rows, divided by the query's rows: in [-1, 1], what `relevance` is without words.
 * One pass over the rows: 1.5 million multiplications for 32 query rows, 128 rows and dim 384.
 */
export function floatRelevance(query: TokenMatrix, passage: TokenMatrix, kernels: Kernels): number {
  const scores = new Float32Array(1);
  const tokenOffsets = Uint32Array.of(0, passage.rowCount);
  const { values, dim } = query;
  kernels.maxSimFloat(values, passage.values, dim, tokenOffsets, allRows, scores);
  // Rows are of unit length up to rounding, which may exceed the range by a few units of float32.
  return Math.max(-1, Math.min(1, (scores[0] ?? 0) / query.rowCount));
}
