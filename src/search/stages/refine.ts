// MaxSim of the best passages by the collection's refine plane.

import type { RefineQuery } from "../../codec/codec.js";
import type { RefineWidths } from "../../codec/refine-plane.js";
import type { CollectionSettings } from "../../index/collection-settings.js";
import type { PassagePlace } from "../passage-ids.js";
import { segmentPartsOf } from "../search-deps.js";
import type { SearchDeps } from "../search-deps.js";

export interface RefinedScores {
  /** In the order of the passages; NaN: its codes are damaged. */
  readonly scores: Float32Array;
  /** One line for each segment with damaged codes. */
  readonly damages: readonly string[];
}

export type CodeSettings = Pick<CollectionSettings, "dim" | "bits" | "refineBits" | "centring">;

/** Undefined when the collection has no refine plane. */
export function refineWidthsOf({
  dim,
  bits,
  refineBits,
  centring,
}: CodeSettings): (RefineWidths & { readonly dim: number }) | undefined {
  return refineBits && { dim, bits, refineBits, isShaped: centring?.centre !== undefined };
}

/** As many tasks as there are threads. Undefined when cancelled. */
export async function refineStage(
  { generation, scorer, cancel }: SearchDeps,
  passages: readonly PassagePlace[],
  work: { readonly query: RefineQuery; readonly refine: RefineWidths & { readonly dim: number } },
): Promise<RefinedScores | undefined> {
  const parts = segmentPartsOf(generation);
  const size = Math.max(1, Math.ceil(passages.length / scorer.parallelism));
  const starts = Array.from({ length: Math.ceil(passages.length / size) }, (_, i) => i * size);
  const answers = await Promise.all(
    starts.map((start) => {
      const some = passages.slice(start, start + size);
      const partOf = Uint32Array.from(some, ({ segment }) => segment);
      const ordinals = Uint32Array.from(some, ({ ordinal }) => ordinal);
      return scorer.refine({ kind: "refine", parts, partOf, ordinals, cancel, ...work });
    }),
  );
  const scores = new Float32Array(passages.length);
  const damages = new Set<string>();
  for (const [i, answer] of answers.entries()) {
    if (answer === undefined) return undefined;
    scores.set(answer.scores, i * size);
    for (const { message } of answer.damages) damages.add(message);
  }
  return { scores, damages: [...damages] };
}
