// The refine plane: a second code of each coordinate, which says where in the reach of its first
// code it lies, so that both together are worth as many bits as both have.
//
// In steps of the first code's grid, a level reaches one half to each side of its middle, or a whole
// step where coordinates are moved to the next level (kernels/shaped-codes.ts); the outermost levels
// reach outwards to five standard deviations. The second code divides that reach evenly. With 8 bits
// the error is .003 of a row's length after a first code of 2 bits and .001 after one of 4, which is
// .009 in 8 bits alone.

import { present } from "../core/assert.js";
import type { CodeBits } from "../kernels/kernels.js";
import { gridSteps, gridUnit, inverseStep } from "./grid.js";

export type RefineBits = 4 | 8;

/** The widths of both codes. */
export interface RefineWidths {
  /** Of the first code; fewer than `refineBits`. */
  readonly bits: CodeBits;
  readonly refineBits: RefineBits;
  /** Whether coordinates of the first code are moved: it is relative to a centre. */
  readonly isShaped: boolean;
}

/** Standard deviations that the outermost levels reach. */
const tailReach = 5;

/** Packed rows of both codes, one after another. */
export interface RefinedRows {
  readonly codes: Uint8Array;
  readonly refineCodes: Uint8Array;
}

export interface RefinePlane {
  /** Second codes of rotated rows, `dim * refineBits / 8` bytes each. O(values). */
  encode(rotated: Float32Array, codes: Uint8Array): Uint8Array;
  /** Rotated rows that both codes stand for; as many coordinates as `out` has. O(values). */
  decode(rows: RefinedRows, out: Float32Array): void;
}

export function createRefinePlane(widths: RefineWidths & { readonly dim: number }): RefinePlane {
  const { bits, refineBits, dim } = widths;
  const reaches = reachesOf(widths);
  const step = inverseStep(bits, dim);
  const places = 2 ** refineBits;
  const levelMask = 2 ** bits - 1;
  const values = valuesOf(widths, reaches);
  return {
    encode(rotated, codes) {
      const refineCodes = new Uint8Array((rotated.length * refineBits) >>> 3);
      for (let i = 0; i < rotated.length; i += 1) {
        const bit = i * bits;
        const level = (codes[bit >>> 3]! >>> (bit & 7)) & levelMask;
        const { start, width } = reaches[level]!;
        const place = Math.floor((rotated[i]! * step - start) / width);
        const kept = place > 0 ? Math.min(place, places - 1) : 0;
        if (refineBits === 8) refineCodes[i] = kept;
        else refineCodes[i >>> 1]! |= kept << (4 * (i & 1));
      }
      return refineCodes;
    },
    decode: decoderOf(widths, values),
  };
}

/** The usual widths have loops of their own, which take half the time. */
function decoderOf(
  { bits, refineBits }: RefineWidths,
  values: Float32Array,
): RefinePlane["decode"] {
  const levelMask = 2 ** bits - 1;
  if (refineBits === 8 && bits === 2)
    return ({ codes, refineCodes }, out) => {
      for (let at = 0, i = 0; i < out.length; at += 1, i += 4) {
        const byte = codes[at]!;
        out[i] = values[((byte & 3) << 8) | refineCodes[i]!]!;
        out[i + 1] = values[((byte & 12) << 6) | refineCodes[i + 1]!]!;
        out[i + 2] = values[((byte & 48) << 4) | refineCodes[i + 2]!]!;
        out[i + 3] = values[((byte & 192) << 2) | refineCodes[i + 3]!]!;
      }
    };
  if (refineBits === 8 && bits === 4)
    return ({ codes, refineCodes }, out) => {
      for (let at = 0, i = 0; i < out.length; at += 1, i += 2) {
        const byte = codes[at]!;
        out[i] = values[((byte & 15) << 8) | refineCodes[i]!]!;
        out[i + 1] = values[((byte & 240) << 4) | refineCodes[i + 1]!]!;
      }
    };
  return ({ codes, refineCodes }, out) => {
    for (let i = 0; i < out.length; i += 1) {
      const bit = i * bits;
      const level = (codes[bit >>> 3]! >>> (bit & 7)) & levelMask;
      const place =
        (refineCodes[(i * refineBits) >>> 3]! >>> ((i * refineBits) & 7)) & (2 ** refineBits - 1);
      out[i] = values[(level << refineBits) | place]!;
    }
  };
}

/** In steps from the middle of the grid: where a level's reach starts, and a place's width. */
interface Reach {
  readonly start: number;
  readonly width: number;
}

function reachesOf({ bits, refineBits, isShaped }: RefineWidths): readonly Reach[] {
  const levels = 2 ** bits;
  const inwards = isShaped ? 1 : 0.5;
  const outwards = tailReach / gridSteps[bits] - (levels - 1) / 2;
  return Array.from({ length: levels }, (_, level) => {
    const middle = level - (levels - 1) / 2;
    const below = level === 0 ? outwards : inwards;
    const above = level === levels - 1 ? outwards : inwards;
    return { start: middle - below, width: (below + above) / 2 ** refineBits };
  });
}

/** Of each level and place: the coordinate in the middle of the place. */
function valuesOf(
  { bits, refineBits, dim }: RefineWidths & { readonly dim: number },
  reaches: readonly Reach[],
): Float32Array {
  const places = 2 ** refineBits;
  const unit = 2 * gridUnit(bits, dim);
  return Float32Array.from({ length: reaches.length * places }, (_, i) => {
    const { start, width } = present(reaches[i >>> refineBits], "each level has a reach");
    return (start + ((i & (places - 1)) + 0.5) * width) * unit;
  });
}
