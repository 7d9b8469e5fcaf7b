// The centre of a collection's codes, from the first rows written to it. Until it is fixed, the
// journal keeps the rows of its passages as floats. Whenever they have become enough for a better
// centre, the centre is measured over all of them and the whole journal is coded anew, in the commit
// of the write that made them enough. What comes out depends on the order of the writes alone, not
// on how they were grouped.

import { createCodec } from "../codec/codec.js";
import type { Codec } from "../codec/codec.js";
import { measureCentre } from "../codec/measure-centre.js";
import { present } from "../core/assert.js";
import { centreId, centreRowCounts, isCentreOpen } from "../core/centre.js";
import type { Centring } from "../core/centre.js";
import { SluiceError } from "../core/errors.js";
import type { PassageOrdinal, Sequence } from "../core/ids.js";
import type { PreparedPassage } from "../encoding/prepared-passage.js";
import type { Collection, WritableCollection } from "../index/collection.js";
import { readJournal } from "../index/read-journal.js";
import type { SegmentPassage } from "../index/segment-writer.js";
import type { Kernels } from "../kernels/kernels.js";

/** What a group of writes has done to the journal so far. */
export interface JournalDraft {
  /** By rising sequence. */
  readonly appended: ReadonlyMap<Sequence, PreparedPassage & SegmentPassage>;
  /** Sequences of passages that were there before the group. */
  readonly journalDeletes: readonly number[];
  readonly deadLiveOrdinals: readonly PassageOrdinal[];
}

/** The centring after a put, measured anew if its passages have made the rows enough. */
export function centringAfter(
  centring: Centring | undefined,
  collection: Collection,
  draft: JournalDraft,
): Centring | undefined {
  if (centring === undefined || centring.isFixed) return centring;
  const rowCount = journalRowCount(collection, draft);
  const reached = centreRowCounts.findLast((count) => count <= rowCount) ?? 0;
  if (reached <= centring.rowCount) return centring;
  const { dim } = collection.settings;
  const rows = Array.from(journalPassages(collection, draft), (passage) => rowsOf(passage));
  return {
    centre: measureCentre(rows, dim),
    rowCount: reached,
    isFixed: reached === centreRowCounts.at(-1),
  };
}

/** Before a centre is fixed, no passage has left the journal, and no live segment is frozen. */
function journalRowCount({ generation, live }: Collection, draft: JournalDraft): number {
  let count = generation.totals.tokenCount;
  for (const ordinal of draft.deadLiveOrdinals) count -= live.tokenCountAt(ordinal);
  for (const { tokenCount } of draft.appended.values()) count += tokenCount;
  return count;
}

/** Passages that are in no segment once the group is written, by rising sequence. */
export function* journalPassages(
  { store }: Collection,
  { appended, journalDeletes }: JournalDraft,
): Generator<SegmentPassage, void, void> {
  const deleted = new Set(journalDeletes);
  // What is damaged is named when the collection is opened, and not searched.
  const ignore = { passage: () => undefined, fields: () => undefined };
  for (const passage of readJournal(store, ignore))
    if (!deleted.has(passage.sequence)) yield passage;
  yield* appended.values();
}

/**
 * Passages of a put with their token vectors: those made from stored passages, in the same order,
 * have the rows of these. Throws DATA_CORRUPT where the journal has lost them.
 */
export function withStoredVectors<Passage extends PreparedPassage>(
  passages: readonly Passage[],
  stored: readonly Sequence[],
  { store }: Pick<Collection, "store">,
): readonly Passage[] {
  if (passages.every(({ rows }) => rows !== undefined)) return passages;
  const ofDocument = { start: Math.min(...stored), end: Math.max(...stored) + 1 };
  const journal = new Map(store.journal(() => undefined, ofDocument));
  return passages.map((passage, i) => {
    const sequence = present(stored[i], "each passage is made from a stored one");
    const rows = passage.rows ?? journal.get(sequence)?.rows;
    if (rows === undefined)
      throw new SluiceError("DATA_CORRUPT", `journal passage ${sequence} has no token vectors`);
    return { ...passage, rows };
  });
}

/** Codes passages of the journal relative to a centre that they were not coded for. */
export function createRecoder(
  collection: Collection,
  centring: Centring | undefined,
  kernels: Kernels,
): (passage: SegmentPassage) => SegmentPassage {
  let codec: Codec | undefined;
  const { dim } = collection.settings;
  const isOpen = isCentreOpen(centring);
  return (passage) => {
    codec ??= createCodec({ ...collection.settings, centring }, kernels);
    const values = rowsOf(passage);
    const rows = { values, dim, rowCount: passage.tokenCount };
    const { codes, refineCodes, sketch } = codec.encodePassage(rows);
    return { ...passage, codes, refineCodes, sketch, rows: isOpen ? values : undefined };
  };
}

/** A passage that was prepared for the collection as it was, and is to be written now. */
export function recodePrepared(
  passage: PreparedPassage & SegmentPassage,
  centring: Centring | undefined,
  recode: (passage: SegmentPassage) => SegmentPassage,
): PreparedPassage & SegmentPassage {
  if (passage.rows === undefined) return passage;
  const { centreId: madeFor = 0 } = passage;
  if (madeFor !== centreId(centring)) return { ...passage, ...recode(passage), packed: undefined };
  return isCentreOpen(centring) ? passage : { ...passage, rows: undefined, packed: undefined };
}

function rowsOf({ rows, sequence }: SegmentPassage): Float32Array {
  return present(rows, `passage ${sequence} has its rows while the centre is not fixed`);
}

/**
 * Runs exclusively, before the first segment is made: from now on codes must stay as they are.
 * Without passages there is nothing to fix.
 */
export async function fixCentre(collection: WritableCollection): Promise<void> {
  const { view } = collection;
  const { centring } = view.settings;
  if (centring === undefined || centring.isFixed || view.live.ordinalCount === 0) return;
  const { manifest, store } = view;
  const generation = manifest.generation + 1;
  const next = { ...manifest, generation, centring: { ...centring, isFixed: true } };
  await store.commit({ manifest: next });
  collection.fixCentre(next);
}
