// Checks a store for contradictions between its manifest, segments, tombstones, journal and
// documents.

import { nextOrdinal, toPassageOrdinal, toSequence } from "../core/ids.js";
import type { PassageOrdinal } from "../core/ids.js";
import { SluiceError, asDamage } from "../core/errors.js";
import type { CollectionStore } from "../store/store.js";
import type { Damage, DocumentRecord, Manifest, SegmentEntry } from "../store/stored-values.js";
import { isBitSet } from "./bm25/bits.js";
import { checkPostings } from "./bm25/check-postings.js";
import { PostingsReader } from "./bm25/postings-reader.js";
import type { FlushedSegment } from "./flushed-segment.js";
import type { PassageTable } from "./passage-table.js";
import { tokenBytesOf } from "./collection.js";
import { lackingCount, toCodeBits, toRefineBits } from "./stored-collection.js";
import { isPassageOf } from "./read-journal.js";
import { postingsSectionsOf } from "./segment-format.js";
import { openStoredSegment, readTombstones } from "./stored-segment.js";

export interface Findings {
  readonly manifest: Manifest;
  readonly valueCount: number;
  /** Damaged values. */
  readonly values: readonly Damage[];
  /** Values that are right by themselves and contradict others; one line each. */
  readonly contradictions: readonly string[];
  /** Segments of the manifest that are whole. */
  readonly segments: ReadonlyMap<number, CheckedSegment>;
  /** Passages of the journal that can be read, by sequence. */
  readonly journal: ReadonlyMap<number, CheckedPassage>;
  /** Documents that do not have all of their passages. */
  readonly incomplete: ReadonlyMap<string, DocumentRecord>;
}

export interface CheckedSegment {
  readonly entry: SegmentEntry;
  readonly segment: FlushedSegment;
  /** Bit set: the passage is deleted. Absent when the bitmap cannot be read. */
  readonly dead: Uint8Array | undefined;
  /** Bit set: a document has the passage. */
  readonly owned: Uint8Array;
}

export interface CheckedPassage {
  readonly key: string;
  readonly passageNumber: number;
  isOwned: boolean;
}

/** Lines of one kind; what is beyond is counted. */
const linesMax = 20;

/**
 * No other process has the store open. Throws DATA_CORRUPT when the manifest cannot be read. O(data).
 */
export function checkCollection(store: CollectionStore): Findings {
  const { valueCount, damages: values } = store.check();
  const manifest = store.readManifest();
  const contradictions: string[] = [];
  const broken = new Set(values.flatMap((one) => (one.kind === "segment" ? [one.id] : [])));
  const segments = new Map<number, CheckedSegment>();
  for (const entry of manifest.segments) {
    if (broken.has(entry.id)) continue;
    const segment = attempt(contradictions, () => openWhole(store, manifest, entry));
    if (segment !== undefined) segments.set(entry.id, toChecked(store, segment, entry));
  }
  for (const { entry, dead } of segments.values())
    // A damaged value is reported already.
    if (dead === undefined && !values.some((v) => v.kind === "tombstones" && v.id === entry.id))
      attempt(contradictions, () => readTombstones(store, entry));
  const journal = new Map<number, CheckedPassage>();
  for (const [sequence, { key, passageNumber }] of store.journal(() => undefined))
    journal.set(sequence, { key, passageNumber, isOwned: false });
  const damagedCount = values.filter(({ kind }) => kind === "journal").length;
  const lacking = lackingCount(manifest, journal.size + damagedCount);
  if (lacking > 0) contradictions.push(`the journal lacks ${lacking} passages`);
  const places = { segments: [...segments.values()], journal };
  const incomplete = new Map<string, DocumentRecord>();
  for (const [key, record] of store.documents(() => undefined))
    if (claimPassages(places, key, record) < record.spans.length) incomplete.set(key, record);
  const losses = values.some(({ kind }) => kind === "segment" || kind === "journal");
  if (!losses && contradictions.length === 0)
    contradictions.push(
      ...limited([...incomplete.keys()].map((key) => `document "${key}" lacks some passages`)),
    );
  contradictions.push(...ownerless(places, values));
  return { manifest, valueCount, values, contradictions, segments, journal, incomplete };
}

function openWhole(
  store: CollectionStore,
  { dim, ...manifest }: Manifest,
  entry: SegmentEntry,
): FlushedSegment {
  const bits = toCodeBits(manifest.bits, store.folder);
  const refineBits = toRefineBits(manifest.refineBits, store.folder);
  const segment = openStoredSegment(store, entry, tokenBytesOf({ dim, bits, refineBits }));
  checkPostings(new PostingsReader(postingsSectionsOf(segment.tables)));
  let before = -1;
  for (
    let ordinal = toPassageOrdinal(0);
    ordinal < segment.ordinalCount;
    ordinal = nextOrdinal(ordinal)
  ) {
    const sequence = segment.sequenceAt(ordinal);
    if (sequence <= before)
      throw new SluiceError(
        "DATA_CORRUPT",
        `segment ${entry.id} is damaged: its passages are not in order`,
      );
    before = sequence;
  }
  return segment;
}

function toChecked(
  store: CollectionStore,
  segment: FlushedSegment,
  entry: SegmentEntry,
): CheckedSegment {
  const owned = new Uint8Array((segment.ordinalCount + 7) >>> 3);
  // A damaged value is named with the values.
  const read = attempt([], () => ({ bits: readTombstones(store, entry) }));
  if (read === undefined) return { entry, segment, dead: undefined, owned };
  const { bits } = read;
  const dead = bits === undefined ? new Uint8Array(owned.length) : new Uint8Array(bits);
  return { entry, segment, dead, owned };
}

interface Places {
  readonly segments: readonly CheckedSegment[];
  readonly journal: ReadonlyMap<number, CheckedPassage>;
}

/** Marks the document's passages as owned; returns how many there are. */
function claimPassages(places: Places, key: string, record: DocumentRecord): number {
  let found = 0;
  for (const [number, span] of record.spans.entries()) {
    const sequence = toSequence(record.firstPassageSequence + number);
    const passage = places.journal.get(sequence);
    if (passage?.key === key && isPassageOf(record, passage.passageNumber, sequence)) {
      passage.isOwned = true;
      found += 1;
      continue;
    }
    for (const { entry, segment, dead, owned } of places.segments) {
      if (sequence < entry.firstSequence || sequence > entry.lastSequence) continue;
      const ordinal = segment.ordinalOf(sequence);
      if (ordinal === undefined || !isPlaceOf(segment, ordinal, { key, number, span })) continue;
      owned[ordinal >>> 3]! |= 1 << (ordinal & 7);
      if (dead === undefined || !isBitSet(dead, ordinal)) found += 1;
    }
  }
  return found;
}

function isPlaceOf(
  table: PassageTable,
  ordinal: PassageOrdinal,
  { key, number, span }: { key: string; number: number; span: { start: number; end: number } },
): boolean {
  const { start, end } = table.spanAt(ordinal);
  return (
    table.passageNumberAt(ordinal) === number &&
    start === span.start &&
    end === span.end &&
    table.keyAt(ordinal) === key
  );
}

/**
 * Undeleted passages that belong to no document; those of damaged documents are reported already.
 */
function ownerless({ segments, journal }: Places, values: readonly Damage[]): string[] {
  const damaged = new Set(values.flatMap((one) => (one.kind === "document" ? [one.key] : [])));
  const lines: string[] = [];
  for (const { entry, segment, dead, owned } of segments)
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < segment.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      if (dead === undefined || isBitSet(dead, ordinal) || isBitSet(owned, ordinal)) continue;
      const key = segment.keyAt(ordinal);
      if (!damaged.has(key))
        lines.push(`a passage of document "${key}" in segment ${entry.id} belongs to no document`);
    }
  for (const [sequence, { key, isOwned }] of journal)
    if (!isOwned && !damaged.has(key))
      lines.push(`journal passage ${sequence} of document "${key}" belongs to no document`);
  return limited(lines);
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - linesMax;
  return [...lines.slice(0, linesMax), ...(more > 0 ? [`and ${more} more like this`] : [])];
}

function attempt<T>(messages: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    messages.push(asDamage(error).message);
    return undefined;
  }
}
