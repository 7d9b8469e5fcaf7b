// A token matrix: the embeddings of one query or passage, one row a token.

import { assert } from "./assert.js";

/** Row-major float32 matrix of `rowCount` x `dim`. Rows are unit vectors wherever it is scored. */
export interface TokenMatrix {
  readonly rowCount: number;
  readonly dim: number;
  readonly values: Float32Array;
}

/** Wraps `values`; asserts that its length is a whole number of rows. */
export function tokenMatrix(values: Float32Array, dim: number): TokenMatrix {
  assert(dim > 0, "dim is positive");
  assert(values.length % dim === 0, "a token matrix holds whole rows");
  return { rowCount: values.length / dim, dim, values };
}
