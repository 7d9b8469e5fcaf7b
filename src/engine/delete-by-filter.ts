// Deletes every document that a filter lets through: found in one generation, deleted in groups.

import type { FilteredDelete } from "../contract/filtered-delete.js";
import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import { SluiceError } from "../core/errors.js";
import { checkFilter } from "../core/filter.js";
import type { Filter } from "../core/filter.js";
import { isBitSet } from "../index/bm25/bits.js";
import { eligibleOf } from "../index/eligible-passages.js";
import type { Generation } from "../index/generation.js";
import type { DeleteOperation } from "../ingest/write-operations.js";
import type { Scorer } from "../scoring/scorer.js";
import type { SearchScope } from "../search/search-deps.js";
import { filterStage } from "../search/stages/filter.js";
import { unmatchedFields } from "../search/unmatched-fields.js";
import type { OpenCollection } from "./open-collection.js";

/** Deletes in flight; about as many fit into one commit. */
const groupSize = 512;

/**
 * Deletes the documents as they are now: one that is written again meanwhile stays. Resolves when
 * all are durably gone; when it rejects, also with CANCELLED, some may be. Throws DATA_CORRUPT,
 * with nothing deleted, while it cannot be known what the filter lets through.
 */
export async function deleteByFilter(
  { collection, writer }: Pick<OpenCollection, "collection" | "writer">,
  filter: Filter,
  { scorer, signal }: { readonly scorer: Scorer; readonly signal: AbortSignal },
): Promise<FilteredDelete> {
  checkFilter(filter);
  const { generation } = collection;
  refuseUnknowable(generation);
  const unmatched = unmatchedFields(filter, generation);
  const flag = createCancelFlag(signal);
  let deletedCount = 0;
  try {
    const scope = await filterStage({ generation, scorer, cancel: flag.shared }, filter);
    // Tables of segments stay readable without holding the generation, whose pages a long delete
    // would keep from being used again.
    for (const group of scope === undefined ? [] : groupsOf(generation, scope)) {
      signal.throwIfAborted();
      const results = await Promise.all(group.map((operation) => writer.write(operation)));
      deletedCount += results.filter((result) => result.isChanged).length;
    }
    signal.throwIfAborted();
  } finally {
    flag.raise();
  }
  return { deletedCount, sequence: collection.generation.lastSequence, unmatched };
}

/** Throws DATA_CORRUPT where damage hides documents, or their fields, from a filter. */
export function refuseUnknowable(generation: Generation): void {
  const damages = [...generation.damages, ...generation.fieldDamages];
  if (damages.length > 0)
    throw new SluiceError(
      "DATA_CORRUPT",
      `which documents the filter lets through cannot be known: ${damages.join("; ")}`,
    );
}

/** One delete for each document of the scope, by its first passage. */
function* groupsOf(
  { segments }: Generation,
  { eligible }: SearchScope,
): Generator<DeleteOperation[], void, void> {
  let group: DeleteOperation[] = [];
  for (const [place, { part, table }] of segments.entries()) {
    const bits = eligibleOf(eligible, place);
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < part.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      if (bits === undefined || !isBitSet(bits, ordinal) || table.passageNumberAt(ordinal) > 0)
        continue;
      const ifPassage = table.sequenceAt(ordinal);
      group.push({ kind: "delete", key: table.keyAt(ordinal), ifPassage });
      if (group.length < groupSize) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
