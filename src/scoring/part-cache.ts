// What a scoring worker keeps of the segments that it has met. The other side is part-ids.ts.

import type { SegmentPart, Tombstones } from "../index/segment-parts.js";

/** A part by its number; `body` comes along only when the worker has said that it lacks it. */
export interface PartReference {
  readonly id: number;
  readonly rowCount: number;
  /** Of the rows, in terms; 0 for flushed segments, which know it themselves. */
  readonly lengthTotal: number;
  readonly tombstones: Tombstones;
  readonly body?: SegmentPart | undefined;
}

export type ResolvedParts =
  | { readonly kind: "parts"; readonly parts: SegmentPart[] }
  | { readonly kind: "missing"; readonly ids: number[] };

export interface PartCache {
  resolve(references: readonly PartReference[]): ResolvedParts;
  /** Lets go of a part that no task will name again. */
  retire(id: number): void;
}

export function toReference(part: SegmentPart, id: number): PartReference {
  const { rowCount, tombstones } = part;
  const lengthTotal = part.kind === "live" ? part.terms.lengthTotal : 0;
  return { id, rowCount, lengthTotal, tombstones };
}

export function createPartCache(): PartCache {
  const bodies = new Map<number, SegmentPart>();
  return {
    resolve(references) {
      for (const { id, body } of references) if (body !== undefined) bodies.set(id, body);
      const parts: SegmentPart[] = [];
      const missing: number[] = [];
      for (const reference of references) {
        const body = bodies.get(reference.id);
        if (body === undefined) missing.push(reference.id);
        else parts.push(withRows(body, reference));
      }
      return missing.length > 0 ? { kind: "missing", ids: missing } : { kind: "parts", parts };
    },
    retire: (id) => {
      bodies.delete(id);
    },
  };
}

/** The kept buffers with the rows and tombstones of the task's generation. */
function withRows(body: SegmentPart, reference: PartReference): SegmentPart {
  const { rowCount, lengthTotal, tombstones } = reference;
  switch (body.kind) {
    case "flushed":
      return { ...body, tombstones };
    case "live":
      return { ...body, rowCount, tombstones, terms: { ...body.terms, rowCount, lengthTotal } };
  }
}
