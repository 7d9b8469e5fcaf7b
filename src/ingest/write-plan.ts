// Works out what a group of writes changes, without changing anything: the batch for the store and
// the steps that bring memory to the same state once the batch is on disk.

import { centreId, isCentreOpen } from "../core/centre.js";
import type { Centring } from "../core/centre.js";
import { nextOrdinal, toPassageOrdinal, toSequence } from "../core/ids.js";
import type { PassageOrdinal, Sequence } from "../core/ids.js";
import { SluiceError, asDamage } from "../core/errors.js";
import { countBits, setBit, withBits } from "../index/bm25/bits.js";
import type { Collection, WriteChanges } from "../index/collection.js";
import type { SegmentPassage } from "../index/segment-writer.js";
import type { DocumentRecord, JournalPassage, WriteBatch } from "../store/stored-values.js";
import type {
  DeleteOperation,
  PutOperation,
  WriteOperation,
  WriteResult,
} from "./write-operations.js";
import type { Kernels } from "../kernels/kernels.js";
import type { PreparedPassage } from "../encoding/prepared-passage.js";
import {
  centringAfter,
  createRecoder,
  journalPassages,
  recodePrepared,
  withStoredVectors,
} from "./first-rows.js";

export interface WritePlan extends WriteChanges {
  readonly batch: WriteBatch;
  /**
   * One outcome an operation, in their order. An error: that operation is left out, the rest is
   * not.
   */
  readonly results: readonly (WriteResult | SluiceError)[];
}

/**
 * Operations take effect in order; a later one on the same key replaces an earlier one. The kernels
 * code passages anew whose centre has changed meanwhile.
 */
export function planWrites(
  collection: Collection,
  operations: readonly WriteOperation[],
  kernels: Kernels,
): WritePlan {
  const draft = createDraft(collection);
  const results = operations.map((operation) => tryOperation(collection, draft, operation));
  const { sequence, centring } = draft;
  const appended = passagesToWrite(collection, draft, kernels);
  const isLiveReplaced = centring !== collection.settings.centring;
  const journalPuts = new Map(appended.map((p) => [p.sequence, toJournal(p)]));
  const manifest = {
    ...collection.manifest,
    generation: collection.manifest.generation + 1,
    lastSequence: sequence,
    centring,
    journalCount: journalCountAfter(collection, draft),
    segments: collection.manifest.segments.map((entry) => {
      const bits = draft.tombstones.get(entry.id);
      return bits === undefined ? entry : { ...entry, deadCount: countBits(new Uint8Array(bits)) };
    }),
  };
  return {
    batch: {
      manifest,
      documents: draft.documents,
      journalPuts,
      journalDeletes: draft.journalDeletes,
      tombstonePuts: new Map([...draft.tombstones].map(([id, bits]) => [id, new Uint8Array(bits)])),
    },
    results,
    appended,
    isLiveReplaced,
    deadLiveOrdinals: isLiveReplaced ? [] : draft.deadLiveOrdinals,
    deadFrozenOrdinals: draft.deadFrozenOrdinals,
    tombstones: draft.tombstones,
  };
}

/** The new passages; with them, when the centre is a new one, all that are in no segment. */
function passagesToWrite(
  collection: Collection,
  draft: Draft,
  kernels: Kernels,
): (Partial<PreparedPassage> & SegmentPassage)[] {
  const { centring, appended } = draft;
  const recode = createRecoder(collection, centring, kernels);
  if (centring !== collection.settings.centring)
    return Array.from(journalPassages(collection, draft), recode);
  return Array.from(appended.values(), (passage) => recodePrepared(passage, centring, recode));
}

function journalCountAfter({ generation }: Collection, draft: Draft): number {
  let count = draft.appended.size - draft.deadLiveOrdinals.length - draft.deadFrozenOrdinals.length;
  for (const { segmentId, totals } of generation.segments)
    if (segmentId === undefined) count += totals.passageCount;
  return count;
}

interface Draft {
  sequence: Sequence;
  centring: Centring | undefined;
  /** The value is undefined for documents deleted in this group. */
  readonly documents: Map<string, DocumentRecord | undefined>;
  readonly appended: Map<Sequence, PreparedPassage & SegmentPassage>;
  readonly journalDeletes: Sequence[];
  readonly deadLiveOrdinals: PassageOrdinal[];
  readonly deadFrozenOrdinals: PassageOrdinal[];
  readonly tombstones: Map<number, SharedArrayBuffer>;
}

function createDraft(collection: Collection): Draft {
  return {
    sequence: collection.manifest.lastSequence,
    centring: collection.settings.centring,
    documents: new Map(),
    appended: new Map(),
    journalDeletes: [],
    deadLiveOrdinals: [],
    deadFrozenOrdinals: [],
    tombstones: new Map(),
  };
}

function tryOperation(
  collection: Collection,
  draft: Draft,
  operation: WriteOperation,
): WriteResult | SluiceError {
  try {
    return applyOperation(collection, draft, operation);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

function applyOperation(
  collection: Collection,
  draft: Draft,
  operation: WriteOperation,
): WriteResult {
  const { key } = operation;
  // The only steps that may fail run before the draft is changed.
  if (!isWithin(collection, draft, operation)) {
    if (operation.kind === "put") throw outside();
    return { sequence: draft.sequence, passageCount: 0, isChanged: false };
  }
  if (isOutdated(collection, draft, operation))
    return { sequence: draft.sequence, passageCount: 0, isChanged: false, isOutdated: true };
  if (operation.kind === "put") checkSequence(collection, draft, operation);
  const before = draft.documents.has(key)
    ? sequencesOf(draft.documents.get(key))
    : storedSequences(collection, key);
  if (operation.kind === "delete" && !isMeant(operation, before))
    return { sequence: draft.sequence, passageCount: 0, isChanged: false };
  const passages = operation.kind === "put" ? passagesOf(collection, draft, operation, before) : [];
  for (const sequence of before ?? []) removePassage(collection, draft, sequence);
  switch (operation.kind) {
    case "put": {
      const result = applyPut(draft, { ...operation, passages });
      draft.centring = centringAfter(draft.centring, collection, draft);
      return result;
    }
    case "delete":
      draft.documents.set(key, undefined);
      draft.sequence = toSequence(draft.sequence + 1);
      return { sequence: draft.sequence, passageCount: 0, isChanged: true };
  }
}

function passagesOf(
  collection: Collection,
  { centring }: Draft,
  { passages }: PutOperation,
  before: readonly Sequence[] = [],
): readonly PreparedPassage[] {
  if (!isCentreOpen(centring)) return passages;
  return withStoredVectors(passages, before, collection);
}

/**
 * While the put was prepared terms were made anew, the document was written, or its copied codes
 * were made anew.
 */
function isOutdated(collection: Collection, draft: Draft, operation: WriteOperation): boolean {
  if (operation.kind === "delete") return false;
  const { key, analyzerVersion, madeFrom } = operation;
  const { settings } = collection;
  if (analyzerVersion !== undefined && analyzerVersion !== settings.analyzerVersion) return true;
  if (madeFrom === undefined) return false;
  const isCopied = operation.passages.every(({ rows }) => rows === undefined);
  const isForOther = operation.passages.some(
    ({ centreId: madeFor = 0 }) => madeFor !== centreId(draft.centring),
  );
  if (isCopied && isForOther) return true;
  return madeFrom !== recordBefore(collection, draft, key)?.sequence;
}

function checkSequence(collection: Collection, draft: Draft, operation: PutOperation): void {
  const { key, ifSequence } = operation;
  if (ifSequence === undefined) return;
  checkIfSequence(ifSequence, recordBefore(collection, draft, key));
}

/** Throws SEQUENCE_MISMATCH unless the stored document has the sequence; 0: is absent. */
export function checkIfSequence(ifSequence: number, stored: DocumentRecord | undefined): void {
  const { sequence = 0 } = stored ?? {};
  if (sequence === ifSequence) return;
  const found = sequence === 0 ? "there is no such document" : `the document has ${sequence}`;
  throw new SluiceError("SEQUENCE_MISMATCH", `if_sequence is ${ifSequence}, and ${found}`, {
    field: "if_sequence",
  });
}

function recordBefore(
  { store }: Collection,
  { documents }: Draft,
  key: string,
): DocumentRecord | undefined {
  return documents.has(key) ? documents.get(key) : store.readDocument(key);
}

/** Of the document that is there, and of the one that a put brings. */
function isWithin(collection: Collection, draft: Draft, operation: WriteOperation): boolean {
  const { key, isWithin: test } = operation;
  if (test === undefined) return true;
  const before = recordBefore(collection, draft, key);
  const after = operation.kind === "put" ? operation : undefined;
  return [before, after].every((document) => {
    return document === undefined || test((name) => document.fields.get(name), key);
  });
}

/** One message for both cases, so that a caller does not learn which keys exist. */
function outside(): SluiceError {
  const message = "the document, or one of its key, is not within the filter of the caller's key";
  return new SluiceError("PERMISSION_DENIED", message, { field: "key" });
}

/**
 * Sequences of the stored document's passages. Returns undefined when the document is not stored.
 */
function storedSequences(collection: Collection, key: string): readonly Sequence[] | undefined {
  try {
    return sequencesOf(collection.store.readDocument(key));
  } catch (error) {
    asDamage(error);
    // Its record is damaged: every passage says whose it is.
    return findSequences(collection, key);
  }
}

function sequencesOf(record: DocumentRecord | undefined): readonly Sequence[] | undefined {
  return record?.spans.map((_, i) => toSequence(record.firstPassageSequence + i));
}

/** O(passages of the collection). */
function findSequences(collection: Collection, key: string): Sequence[] {
  const { live, frozen, flushed } = collection;
  const tables = [...Array.from(flushed.values(), ({ segment }) => segment), frozen?.live, live];
  return tables.flatMap((table) => {
    const found: Sequence[] = [];
    const count = table?.ordinalCount ?? 0;
    for (let ordinal = toPassageOrdinal(0); ordinal < count; ordinal = nextOrdinal(ordinal))
      if (table?.keyAt(ordinal) === key) found.push(table.sequenceAt(ordinal));
    return found;
  });
}

function isMeant({ ifPassage }: DeleteOperation, before: readonly Sequence[] | undefined): boolean {
  if (before === undefined) return false;
  return ifPassage === undefined || before.includes(ifPassage);
}

function applyPut(draft: Draft, operation: PutOperation): WriteResult {
  const { key, title, text, fields, passages } = operation;
  const firstPassageSequence = toSequence(draft.sequence + 1);
  for (const [passageNumber, passage] of passages.entries()) {
    draft.sequence = toSequence(draft.sequence + 1);
    const { sequence } = draft;
    draft.appended.set(sequence, { ...passage, sequence, key, passageNumber, fields });
  }
  const { sequence } = draft;
  const spans = passages.map((passage) => passage.span);
  draft.documents.set(key, { title, text, fields, sequence, firstPassageSequence, spans });
  return { sequence, passageCount: passages.length, isChanged: true };
}

function removePassage(collection: Collection, draft: Draft, sequence: Sequence): void {
  if (draft.appended.delete(sequence)) return;
  const liveOrdinal = collection.live.ordinalOf(sequence);
  const frozenOrdinal = collection.frozen?.live.ordinalOf(sequence);
  if (liveOrdinal !== undefined) draft.deadLiveOrdinals.push(liveOrdinal);
  if (frozenOrdinal !== undefined) draft.deadFrozenOrdinals.push(frozenOrdinal);
  // One that no segment has is in the journal, be it damaged there.
  const isUnflushed = liveOrdinal !== undefined || frozenOrdinal !== undefined;
  if (isUnflushed || !buryFlushed(collection, draft, sequence)) draft.journalDeletes.push(sequence);
}

/** False: no segment has numbers like this one. */
function buryFlushed(collection: Collection, draft: Draft, sequence: Sequence): boolean {
  let isFlushed = false;
  for (const { id, firstSequence, lastSequence } of collection.manifest.segments) {
    if (sequence < firstSequence || sequence > lastSequence) continue;
    isFlushed = true;
    // A damaged segment is not open: its passages are not searched, so there is nothing to bury.
    const opened = collection.flushed.get(id);
    const ordinal = opened?.segment.ordinalOf(sequence);
    if (opened === undefined || ordinal === undefined) continue;
    const { segment, entry } = opened;
    const bits =
      draft.tombstones.get(id) ?? withBits(entry.part.tombstones, segment.ordinalCount, []);
    setBit(new Uint8Array(bits), ordinal);
    draft.tombstones.set(id, bits);
  }
  return isFlushed;
}

export function toJournal(passage: Partial<PreparedPassage> & SegmentPassage): JournalPassage {
  const { key, passageNumber, span, tokenCount, terms, packed } = passage;
  const { codes, refineCodes, sketch, rows } = passage;
  return {
    key,
    passageNumber,
    span,
    tokenCount,
    codes,
    refineCodes,
    sketch,
    rows,
    ...terms,
    packed,
  };
}
