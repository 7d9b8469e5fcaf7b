// Takes what is damaged out of a collection, and brings what is left into agreement.

import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import type { CheckedSegment, Findings } from "../index/check-collection.js";
import { countBits, isBitSet, setBit } from "../index/bm25/bits.js";
import type { SegmentReads } from "../store/store.js";
import type { DocumentRecord, SegmentEntry, WriteBatch } from "../store/stored-values.js";

export interface RepairPlan {
  /** What is done, a line each; empty: nothing is to be done. */
  readonly actions: readonly string[];
  readonly batch: WriteBatch;
  /** Keys of documents whose passages are to be made again from their text, by the model. */
  readonly rewriteKeys: readonly string[];
}

/**
 * Damaged documents and passages of the journal are removed, damaged segments dropped, and deleted
 * is in a segment what no document has. Of documents that lost passages, those of a collection with
 * a model are to be written again; the others keep their record without passages: they are read and
 * replaced, not found. No value that is right and agrees with the others is touched. O(passages).
 */
export function planRepair(findings: Findings, store: SegmentReads): RepairPlan {
  const { manifest, values, journal, incomplete } = findings;
  const actions: string[] = [];
  const documents = new Map<string, DocumentRecord | undefined>();
  const journalDeletes = new Set<number>();
  const dropped = new Set<number>();
  removeDamagedValues(values, { documents, journalDeletes, actions });
  for (const [sequence, { key, isOwned }] of journal)
    if (!isOwned) {
      journalDeletes.add(sequence);
      actions.push(`remove journal passage ${sequence}: document "${key}" does not have it`);
    }
  // What no manifest names any more would be deleted at the next start in any case.
  for (const id of store.segmentIds()) if (!findings.segments.has(id)) dropped.add(id);
  for (const damage of values)
    if (damage.kind === "tombstones" && !findings.segments.has(damage.id)) dropped.add(damage.id);
  for (const { id, passageCount } of manifest.segments)
    if (!findings.segments.has(id))
      actions.push(`drop segment ${id} with ${passageCount} passages`);
  const hasModel = manifest.modelName !== undefined;
  const lost = new Set<number>();
  for (const [key, record] of hasModel ? [] : incomplete) {
    documents.set(key, { ...record, spans: [] });
    for (const number of record.spans.keys()) lost.add(record.firstPassageSequence + number);
    actions.push(`keep document "${key}" without its passages: its vectors are lost`);
  }
  for (const sequence of lost) if (journal.has(sequence)) journalDeletes.add(sequence);
  const rewriteKeys = hasModel ? [...incomplete.keys()] : [];
  for (const key of rewriteKeys) actions.push(`write document "${key}" again from its text`);
  const { entries, tombstonePuts } = agreeOnDead(findings, lost, actions);
  return {
    actions,
    rewriteKeys,
    batch: {
      manifest: {
        ...manifest,
        generation: manifest.generation + 1,
        segments: entries,
        journalCount: [...journal.keys()].filter((one) => !journalDeletes.has(one)).length,
      },
      documents,
      journalDeletes,
      tombstonePuts,
      segmentDeletes: dropped,
    },
  };
}

function removeDamagedValues(
  values: Findings["values"],
  plan: {
    readonly documents: Map<string, DocumentRecord | undefined>;
    readonly journalDeletes: Set<number>;
    readonly actions: string[];
  },
): void {
  const { documents, journalDeletes, actions } = plan;
  for (const damage of values) {
    if (damage.kind === "document") {
      documents.set(damage.key, undefined);
      actions.push(`remove document "${damage.key}": ${damage.message}`);
    } else if (damage.kind === "journal") {
      journalDeletes.add(damage.sequence);
      actions.push(`remove journal passage ${damage.sequence}: ${damage.message}`);
    } else if (damage.kind === "feedback" || damage.kind === "feedbackId") {
      actions.push(`forget feedback: ${damage.message}`);
    } else if (damage.kind === "recall") {
      actions.push(`forget the measured recall: ${damage.message}`);
    } else if (damage.kind === "scoreMaps") {
      actions.push(`forget the score maps: ${damage.message}`);
    }
  }
}

/** Deleted is what no document has, or what it has lost in part. */
function agreeOnDead(
  { manifest, segments }: Findings,
  lost: ReadonlySet<number>,
  actions: string[],
): { entries: SegmentEntry[]; tombstonePuts: Map<number, Uint8Array> } {
  const tombstonePuts = new Map<number, Uint8Array>();
  const entries = manifest.segments.flatMap((entry) => {
    const checked = segments.get(entry.id);
    if (checked === undefined) return [];
    const dead = deadOf(checked, lost);
    const deadCount = countBits(dead);
    const isRight = checked.dead !== undefined && Buffer.compare(dead, checked.dead) === 0;
    if (isRight) return [{ ...entry, deadCount }];
    tombstonePuts.set(entry.id, dead);
    actions.push(`mark ${deadCount} passages of segment ${entry.id} as deleted`);
    return [{ ...entry, deadCount }];
  });
  return { entries, tombstonePuts };
}

function deadOf({ segment, owned }: CheckedSegment, lost: ReadonlySet<number>): Uint8Array {
  const dead = new Uint8Array(owned.length);
  for (
    let ordinal = toPassageOrdinal(0);
    ordinal < segment.ordinalCount;
    ordinal = nextOrdinal(ordinal)
  )
    if (!isBitSet(owned, ordinal) || lost.has(segment.sequenceAt(ordinal))) setBit(dead, ordinal);
  return dead;
}
