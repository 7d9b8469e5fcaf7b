// Makes one segment of several neighbors, without their deleted passages.

import { isBitSet } from "../index/bm25/bits.js";
import { tokenBytesOf } from "../index/collection.js";
import type { Collection, WritableCollection } from "../index/collection.js";
import type { MergeSource } from "../index/segment-build.js";
import { droppedOrdinal, toMergeInputs } from "../index/segment-merge.js";
import type { SegmentSize } from "./merge-policy.js";
import { commitSegment, openBuilt, withDeadOrdinals } from "./commit-segment.js";
import type { Exclusive } from "./commit-segment.js";
import type { SegmentBuilder } from "./segment-builder.js";

/** The input of the merge policy, in the order of the manifest. */
export function segmentSizes({ manifest, flushed, settings }: Collection): SegmentSize[] {
  return manifest.segments.map(({ id, passageCount }) => {
    const opened = flushed.get(id);
    if (opened === undefined || opened.isDamaged === true)
      return { ...noSize, id, ordinalCount: passageCount };
    const { part, totals } = opened.entry;
    return {
      id,
      ordinalCount: part.ordinalCount,
      livePassages: totals.passageCount,
      liveBytes: totals.tokenCount * tokenBytesOf(settings).codes,
      isBarrier: false,
    };
  });
}

const noSize = { livePassages: 0, liveBytes: 0, isBarrier: true };

/**
 * Merges neighbors of the manifest. Passages that are deleted while the segment is built are dead
 * in it. When the codes of an input are damaged, that one is quarantined instead.
 */
export async function merge(
  collection: WritableCollection,
  ids: readonly number[],
  { builder, exclusive }: { readonly builder: SegmentBuilder; readonly exclusive: Exclusive },
): Promise<void> {
  const { view } = collection;
  const inputs = ids.map((id) => toSource(view, id));
  const segmentId = collection.takeSegmentId();
  const { folder } = view.store;
  const tokenBytes = tokenBytesOf(view.settings);
  const job = { kind: "merge", folder, segmentId, tokenBytes, inputs } as const;
  const result = await builder.build(job);
  await exclusive(async () => {
    if (result.kind === "damaged") {
      collection.quarantine(result);
      return;
    }
    // One was found damaged meanwhile, by a search: what was built is obsolete.
    if (ids.some((id) => view.flushed.get(id)?.isDamaged === true)) return;
    const added =
      result.kind === "built"
        ? withDeadOrdinals(openBuilt(view, segmentId, result), [...deadOrdinals(view, inputs)])
        : undefined;
    const manifest = await commitSegment(view, { added, replacedIds: ids });
    collection.installMerged(manifest, ids, added);
  });
}

export function toSource({ flushed }: Collection, id: number): MergeSource {
  const opened = flushed.get(id);
  if (opened === undefined) throw new Error(`segment ${id} is not open`);
  const { tables, codes, refineCodes } = opened.segment;
  const { tombstones } = opened.entry.part;
  return { segmentId: id, tables, codes, refineCodes, tombstones };
}

/** Ordinals in the result of passages that lived when `inputs` were taken, and live no more. */
function* deadOrdinals(
  { flushed }: Collection,
  inputs: readonly MergeSource[],
): Generator<number, void, void> {
  const mapped = toMergeInputs(
    inputs.map(({ tables, tombstones }) => ({
      tables,
      tombstones: tombstones && new Uint8Array(tombstones),
    })),
  );
  for (const [i, { segmentId, tombstones }] of inputs.entries()) {
    const now = flushed.get(segmentId)?.entry.part.tombstones;
    if (now === undefined || now === tombstones) continue;
    const dead = new Uint8Array(now);
    for (const [ordinal, newOrdinal] of mapped[i]?.newOrdinals.entries() ?? [])
      if (newOrdinal !== droppedOrdinal && isBitSet(dead, ordinal)) yield newOrdinal;
  }
}
