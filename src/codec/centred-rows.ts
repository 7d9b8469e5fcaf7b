// Rows relative to a collection's centre: what is coded of them, and how they come back.
//
// With m the direction of the centre, a = x.m the part of a row along it and A its mean, a row is
// coded as t(x) = (x - a m + stretch (a - A) m) / scale, and a query row y as
// t(y) = scale (y - b m + (b / stretch) m) with b = y.m. Then t(x).t(y) = x.y - b A: the product of
// the rows less a number that depends on the query row alone, which is added to its scores.

import type { Centre } from "../core/centre.js";
import { partAlong } from "./measure-centre.js";

/** Writes t(x) of each row to `out`, float32. `rows` may be `out`. O(values). */
export function centreRows(rows: Float32Array, centre: Centre, out: Float32Array): void {
  const { direction, mean, stretch, scale } = centre;
  const dim = direction.length;
  const factor = 1 / scale;
  for (let at = 0; at < rows.length; at += dim) {
    const part = partAlong(rows, at, direction);
    const shift = (stretch - 1) * part - stretch * mean;
    for (let j = 0; j < dim; j += 1) out[at + j] = (rows[at + j]! + shift * direction[j]!) * factor;
  }
}

/**
 * Writes t(y) / scale of each query row to `out` and returns b A of each: the scale goes into the
 * rows' own scales.
 */
export function centreQueryRows(
  rows: Float32Array,
  centre: Centre,
  out: Float32Array,
): Float32Array {
  const { direction, mean, stretch } = centre;
  const dim = direction.length;
  const biases = new Float32Array(rows.length / dim);
  for (let row = 0; row < biases.length; row += 1) {
    const at = row * dim;
    const part = partAlong(rows, at, direction);
    const shift = part / stretch - part;
    biases[row] = part * mean;
    for (let j = 0; j < dim; j += 1) out[at + j] = rows[at + j]! + shift * direction[j]!;
  }
  return biases;
}

/** The row of which `coded` is t(x). */
export function uncentreRow(coded: Float64Array, centre: Centre): Float64Array {
  const { direction, mean, stretch, scale } = centre;
  let part = 0;
  for (let j = 0; j < coded.length; j += 1) part += scale * coded[j]! * direction[j]!;
  const shift = part / stretch + mean - part;
  return coded.map((value, j) => scale * value + shift * direction[j]!);
}
