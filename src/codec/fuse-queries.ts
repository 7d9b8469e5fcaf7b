// Several variants of one question as one query: arithmetic on packed rows.

import { assert, present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { PackedQuery } from "../kernels/kernels.js";
import { queryLevelMax } from "./codec.js";
import type { EncodedQuery, TokenQuery } from "./codec.js";

/**
 * A query whose MaxSim, divided by its rows, is the mean over `queries` of theirs: rows one after
 * another, scaled so that each query weighs the same however many rows it has. Its sketch is the
 * mean of their sketches, so that a passage's sketch score is the mean of its scores, up to
 * rounding. `cutAt` is that of the first query that was cut. Throws INVALID_VECTORS beyond
 * limits.queryRowsMax rows in all.
 */
export function fuseQueries(queries: readonly EncodedQuery[]): EncodedQuery {
  const [first, ...others] = queries;
  assert(first !== undefined, "there is a query");
  if (others.length === 0) return first;
  const rowCount = queries.reduce((sum, { tokens }) => sum + tokens.rowCount, 0);
  if (rowCount > limits.queryRowsMax)
    throw new SluiceError(
      "INVALID_VECTORS",
      `query and other_queries have ${rowCount} token rows together, the limit is ${limits.queryRowsMax}`,
      { field: "other_queries" },
    );
  return {
    tokens: joinRows(
      queries.map(({ tokens }) => tokens),
      rowCount,
    ),
    sketch: meanRow(queries.map(({ sketch }) => sketch)),
    refine: joinRefineRows(queries, rowCount),
    cutAt: queries.find(({ cutAt }) => cutAt !== undefined)?.cutAt,
  };
}

function joinRows(queries: readonly TokenQuery[], rowCount: number): TokenQuery {
  const { dim, rowBiases: firstBiases } = present(queries[0], "there is a query");
  const rows = new Int8Array(rowCount * dim);
  const rowScales = new Float32Array(rowCount);
  const rowBiases = firstBiases && new Float32Array(rowCount);
  let at = 0;
  for (const query of queries) {
    rows.set(query.rows, at * dim);
    const weight = rowCount / (queries.length * query.rowCount);
    for (const [i, scale] of query.rowScales.entries()) rowScales[at + i] = scale * weight;
    if (rowBiases !== undefined)
      for (const [i, bias] of query.rowBiases?.entries() ?? []) rowBiases[at + i] = bias * weight;
    at += query.rowCount;
  }
  return { rowCount, dim, rows, rowScales, rowBiases };
}

/** As `joinRows`, of the unpacked rows. */
function joinRefineRows(
  queries: readonly EncodedQuery[],
  rowCount: number,
): EncodedQuery["refine"] {
  const { tokens, refine: first } = present(queries[0], "there is a query");
  if (first === undefined) return undefined;
  const rows = new Float32Array(rowCount * tokens.dim);
  let bias = 0;
  let at = 0;
  for (const { tokens: own, refine } of queries) {
    const weight = rowCount / (queries.length * own.rowCount);
    for (const [i, value] of refine?.rows.entries() ?? []) rows[at + i] = value * weight;
    at += own.rowCount * own.dim;
    bias += (refine?.bias ?? 0) * weight;
  }
  return { rows, bias };
}

function meanRow(sketches: readonly PackedQuery[]): PackedQuery {
  const { dim } = present(sketches[0], "there is a query");
  const sum = new Float64Array(dim);
  for (const { rows, rowScales } of sketches)
    for (let j = 0; j < dim; j += 1) sum[j]! += (rows[j]! * rowScales[0]!) / sketches.length;
  const largest = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Sketches that cancel each other out say nothing: every passage is as good.
  const scale = largest === 0 ? 1 : largest / queryLevelMax;
  const rows = Int8Array.from(sum, (value) => Math.round(value / scale));
  return { rowCount: 1, dim, rows, rowScales: Float32Array.of(scale) };
}
