// MaxSim by the refine plane: token vectors are decoded to floats, a passage at a time.

import { createRefinePlane } from "../codec/refine-plane.js";
import type { RefinePlane, RefineWidths } from "../codec/refine-plane.js";
import { isRaised } from "../core/cancel-flag.js";
import { present } from "../core/assert.js";
import { SluiceError, asDamage } from "../core/errors.js";
import { once } from "../core/memoize.js";
import type { CodesReader, SegmentCodes } from "../index/segment-codes.js";
import type { SegmentPart } from "../index/segment-parts.js";
import { rowBytes } from "../kernels/kernels.js";
import type { Kernels } from "../kernels/kernels.js";
import { tokenOffsetsOf } from "./part-views.js";
import type { PartDamage, RefineAnswer, RefineTask } from "./score.protocol.js";

/** O(tokens * dim) for the decoding, O(query tokens * tokens * dim) for the products. */
export function scoreRefined(
  task: RefineTask,
  kernels: Kernels,
  reader: CodesReader,
): RefineAnswer | undefined {
  const { parts, partOf, ordinals, query, refine } = task;
  const scores = new Float32Array(ordinals.length);
  const score = new Float32Array(1);
  const damages = new Map<number, PartDamage>();
  const decode = createTokenDecoder(refine, reader);
  for (const [i, ordinal] of ordinals.entries()) {
    if (isRaised(task.cancel)) return undefined;
    const part = partOf[i] ?? 0;
    try {
      const rows = decode(present(parts[part], "a passage is in one of the parts"), ordinal);
      const offsets = Uint32Array.of(0, rows.length / refine.dim);
      kernels.maxSimFloat(query.rows, rows, refine.dim, offsets, first, score);
      scores[i] = (score[0] ?? NaN) + query.bias;
    } catch (error) {
      damages.set(part, { part, message: asDamage(error).message });
      scores[i] = NaN;
    }
  }
  return { scores, damages: [...damages.values()] };
}

const first = Uint32Array.of(0);

/** The token that answers each query token best, from 0, and their inner product. */
export function bestRefinedTokens(
  query: Float32Array,
  rows: Float32Array,
  { dim, kernels }: { readonly dim: number; readonly kernels: Kernels },
): { readonly tokens: Uint32Array; readonly scores: Float32Array } {
  const rowCount = rows.length / dim;
  const offsets = Uint32Array.from({ length: rowCount + 1 }, (_, row) => row);
  const products = new Float32Array(rowCount);
  const tokens = new Uint32Array(query.length / dim);
  const scores = new Float32Array(tokens.length);
  for (let i = 0; i < tokens.length; i += 1) {
    const one = query.subarray(i * dim, (i + 1) * dim);
    kernels.maxSimFloat(one, rows, dim, offsets, offsets.subarray(0, rowCount), products);
    const best = products.reduce((most, product) => Math.max(most, product), -Infinity);
    tokens[i] = Math.max(0, products.indexOf(best));
    scores[i] = best;
  }
  return { tokens, scores };
}

/** Rotated token vectors of passages, in memory that the next call overwrites. */
export function createTokenDecoder(
  widths: RefineWidths & { readonly dim: number },
  reader: CodesReader,
): (part: SegmentPart, ordinal: number) => Float32Array {
  const plane = planeOf(widths);
  const { dim } = widths;
  let room = new Float32Array(0);
  return (part, ordinal) => {
    const { codes, refineCodes, rowCount } = passagePlanes(part, ordinal, { ...widths, reader });
    if (room.length < rowCount * dim) room = new Float32Array(rowCount * dim);
    const rows = room.subarray(0, rowCount * dim);
    plane.decode({ codes, refineCodes }, rows);
    return rows;
  };
}

/** Views of a passage's codes in both planes. Throws DATA_CORRUPT. */
export function passagePlanes(
  part: SegmentPart,
  ordinal: number,
  by: RefineWidths & { readonly dim: number; readonly reader: CodesReader },
): { readonly codes: Uint8Array; readonly refineCodes: Uint8Array; readonly rowCount: number } {
  const { dim, bits, refineBits, reader } = by;
  const offsets = tokenOffsetsOf(part);
  const start = offsets[ordinal] ?? 0;
  const end = offsets[ordinal + 1] ?? 0;
  const rowsOf = (codes: SegmentCodes, bytes: number): Uint8Array => {
    const range = { start: start * bytes, end: end * bytes };
    reader.check(codes, range);
    return reader.bytesOf(codes).subarray(range.start, range.end);
  };
  if (part.refineCodes === undefined && end > start)
    throw new SluiceError("DATA_CORRUPT", "a segment has no refine plane");
  return {
    codes: rowsOf(part.codes, rowBytes(dim, bits)),
    refineCodes:
      part.refineCodes === undefined
        ? new Uint8Array()
        : rowsOf(part.refineCodes, rowBytes(dim, refineBits)),
    rowCount: end - start,
  };
}

/** Their tables take up to 16 KiB. */
const planes = new Map<string, RefinePlane>();

function planeOf({
  dim,
  bits,
  refineBits,
  isShaped,
}: RefineWidths & { readonly dim: number }): RefinePlane {
  const name = [dim, bits, refineBits, isShaped].join();
  return once(planes, name, () => createRefinePlane({ dim, bits, refineBits, isShaped }));
}
