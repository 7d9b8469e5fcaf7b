// A scoring worker's cache of segment parts, by id. The main thread's side is part-ids.ts.

import type { SegmentPart, Tombstones } from "../index/segment-parts.js";

/** Parts by their numbers. Flat: every task names all parts of its generation. */
export interface PartReferences {
  /**
   * `[id, passages, length of the passages in terms]` of each part; the last is 0 for flushed ones.
   */
  readonly numbers: Float64Array;
  /** Beside the parts, up to the last that has any. */
  readonly tombstones: readonly Tombstones[];
  /** What a worker has said that it lacks, by the part's place. */
  readonly bodies?: ReadonlyMap<number, SegmentPart> | undefined;
}

export type ResolvedParts =
  | { readonly kind: "parts"; readonly parts: SegmentPart[] }
  | { readonly kind: "missing"; readonly places: number[] };

export interface PartCache {
  resolve(references: PartReferences): ResolvedParts;
  /** Removes a part that no task will name again. */
  retire(id: number): void;
}

/** Numbers of one part in `PartReferences.numbers`. */
const stride = 3;

export function toReferences(
  parts: readonly SegmentPart[],
  idOf: (part: SegmentPart) => number,
): PartReferences {
  const numbers = new Float64Array(stride * parts.length);
  const tombstones: Tombstones[] = [];
  for (const [place, part] of parts.entries()) {
    numbers[stride * place] = idOf(part);
    numbers[stride * place + 1] = part.ordinalCount;
    if (part.kind === "live") numbers[stride * place + 2] = part.terms.lengthTotal;
    if (part.tombstones === undefined) continue;
    while (tombstones.length < place) tombstones.push(undefined);
    tombstones.push(part.tombstones);
  }
  return { numbers, tombstones };
}

export function createPartCache(): PartCache {
  const bodies = new Map<number, SegmentPart>();
  return {
    resolve({ numbers, tombstones, bodies: sent }) {
      for (const [place, body] of sent ?? []) bodies.set(numbers[stride * place] ?? 0, body);
      const parts: SegmentPart[] = [];
      const missing: number[] = [];
      for (let place = 0; stride * place < numbers.length; place += 1) {
        const at = stride * place;
        const [id, ordinalCount, lengthTotal] = [
          numbers[at] ?? 0,
          numbers[at + 1] ?? 0,
          numbers[at + 2] ?? 0,
        ];
        const body = bodies.get(id);
        const ordinals = { ordinalCount, lengthTotal, tombstones: tombstones[place] };
        if (body === undefined) missing.push(place);
        else parts.push(withOrdinals(body, ordinals));
      }
      return missing.length > 0 ? { kind: "missing", places: missing } : { kind: "parts", parts };
    },
    retire: (id) => {
      bodies.delete(id);
    },
  };
}

/** The kept buffers with the passages and tombstones of the task's generation. */
function withOrdinals(
  body: SegmentPart,
  ordinals: {
    readonly ordinalCount: number;
    readonly lengthTotal: number;
    readonly tombstones: Tombstones;
  },
): SegmentPart {
  const { ordinalCount, lengthTotal, tombstones } = ordinals;
  switch (body.kind) {
    case "flushed":
      return body.tombstones === tombstones ? body : { ...body, tombstones };
    case "live":
      return {
        ...body,
        ordinalCount,
        tombstones,
        terms: { ...body.terms, ordinalCount, lengthTotal },
      };
  }
}
