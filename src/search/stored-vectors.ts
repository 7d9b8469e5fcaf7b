// Token vectors of a passage from its stored codes.

import type { Codec } from "../codec/codec.js";
import type { PrecomputedVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import type { Generation } from "../index/generation.js";
import { rowBytes } from "../kernels/kernels.js";
import type { ExplainAnswer } from "../scoring/score.protocol.js";
import type { Scorer } from "../scoring/scorer.js";
import type { PassagePlace } from "./passage-ids.js";
import { refineWidthsOf } from "./stages/refine.js";
import type { CodeSettings } from "./stages/refine.js";

/**
 * The vectors that the codes stand for, float32: the first `rowCountMax` rows. The caller holds the
 * generation. Throws DATA_CORRUPT. About 10 us a row.
 */
export async function storedVectors(
  generation: Generation,
  place: PassagePlace,
  by: { readonly codec: Codec; readonly scorer: Scorer; readonly rowCountMax?: number },
): Promise<PrecomputedVectors> {
  const { codec, scorer, rowCountMax = Infinity } = by;
  const { dim, bits } = codec;
  const { codes } = await storedCodes(generation, place, { settings: { dim, bits }, scorer });
  const rowCount = Math.min(rowCountMax, codes.length / rowBytes(dim, bits));
  const values = new Float32Array(rowCount * dim);
  for (let row = 0; row < rowCount; row += 1) values.set(codec.decodeRow(codes, row), row * dim);
  return { type: "float32", dim, bytes: new Uint8Array(values.buffer) };
}

/**
 * Copies of the passage's codes, and of its refine plane where the settings have one. The caller
 * holds the generation. Throws DATA_CORRUPT.
 */
export async function storedCodes(
  { segments }: Generation,
  { segment, ordinal }: PassagePlace,
  { settings, scorer }: { readonly settings: CodeSettings; readonly scorer: Scorer },
): Promise<Pick<ExplainAnswer, "codes" | "refineCodes">> {
  const { dim, bits } = settings;
  const parts = segments.slice(segment, segment + 1).map(({ part }) => part);
  // Of an explanation, the codes alone are wanted: any query will do.
  const query = { rowCount: 1, dim, rows: new Int8Array(dim), rowScales: new Float32Array(1) };
  const cancel = new SharedArrayBuffer(4);
  const widths = refineWidthsOf(settings);
  const refine = widths && { ...widths, query: undefined };
  const task = { kind: "explain", parts, ordinal, query, bits, refine, bm25: [], cancel } as const;
  const answer = await scorer.explain(task);
  if (answer?.damage !== undefined) throw new SluiceError("DATA_CORRUPT", answer.damage);
  return answer ?? { codes: new Uint8Array(), refineCodes: undefined };
}
