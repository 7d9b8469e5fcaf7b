// Token matrix: the embeddings of one query or passage, one row per token.

import { assert } from "./assert.js";

/** Row-major float32 matrix, `rowCount` x `dim`. Rows have unit length wherever they are scored. */
export interface TokenMatrix {
  readonly rowCount: number;
  readonly dim: number;
  readonly values: Float32Array;
}

/** Wraps `values` without a copy; asserts that its length is a multiple of `dim`. */
export function tokenMatrix(values: Float32Array, dim: number): TokenMatrix {
  assert(dim > 0, "dim is positive");
  assert(values.length % dim === 0, "a token matrix holds whole rows");
  return { rowCount: values.length / dim, dim, values };
}
