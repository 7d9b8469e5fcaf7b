// Brings a collection that an older version wrote to the present format, before it is opened.

import { basename } from "node:path";

import { createAnalyzer } from "../analysis/analyzer.js";
import type { Analyzer } from "../analysis/query-words.js";
import { isAnalyzerName } from "../analysis/settings.js";
import { packTerms, unpackTerms } from "../analysis/term-frequencies.js";
import type { PackedTerms, PassageTerms } from "../analysis/term-frequencies.js";
import { isSluiceError } from "../core/errors.js";
import type { Span } from "../core/document.js";
import { isBitSet } from "../index/bm25/bits.js";
import { toAnalyzerSettings } from "../index/stored-collection.js";
import { readFormat1Segment } from "../index/format-1.js";
import type { Format1Passage } from "../index/format-1.js";
import { createDocumentFields, toSegmentPassage, writeSegment } from "../index/segment-writer.js";
import { createMapTurn } from "../store/map-turn.js";
import { openSegmentStore } from "../store/segment-store.js";
import type { CollectionStore } from "../store/store.js";
import type { DocumentRecord, JournalPassage, Manifest } from "../store/stored-values.js";

export interface Migration {
  readonly segmentCount: number;
  readonly journalCount: number;
}

/** Journal passages of one commit. */
const groupPassagesMax = 512;

/**
 * Format 1 to 2: terms get their positions and segments their columns, made anew from the
 * documents. Each segment and each group of journal passages is one atomic commit, and the manifest
 * says format 1 until the last one, so a crash leaves some of the old and some of the new, and the
 * next start goes on. Damaged segments stay as they are. O(data of format 1).
 */
export async function migrateCollection(store: CollectionStore): Promise<Migration> {
  let manifest = store.readManifest();
  const isOld = store.formatVersion() === 1;
  if (!isOld || !isAnalyzerName(manifest.analyzer)) return { segmentCount: 0, journalCount: 0 };
  const analyzer = createAnalyzer(toAnalyzerSettings(manifest, basename(store.folder)));
  let segmentCount = 0;
  for (const { id } of manifest.segments) {
    if (store.tablesVersion(id) !== 1) continue;
    const next = await migrateSegment(store, { manifest, id, analyzer });
    if (next === undefined) continue;
    manifest = next;
    segmentCount += 1;
  }
  const journalCount = await migrateJournal(store, manifest, analyzer);
  await store.commit({ manifest });
  return { segmentCount, journalCount };
}

/** The manifest after the migration. Returns undefined when the segment is damaged. */
async function migrateSegment(
  store: CollectionStore,
  { manifest, id, analyzer }: { manifest: Manifest; id: number; analyzer: Analyzer },
): Promise<Manifest | undefined> {
  let passages: Format1Passage[];
  try {
    const dead = store.readTombstones(id) ?? new Uint8Array();
    const codes = new Uint8Array(store.readCodes(id, "codes"));
    const ordinals = readFormat1Segment(store.readTables(id), codes);
    passages = ordinals.filter((_, ordinal) => !isBitSet(dead, ordinal));
  } catch (error) {
    if (isSluiceError(error) && error.reason === "DATA_CORRUPT") return undefined;
    throw error;
  }
  const newId = Math.max(manifest.nextSegmentId, ...[...store.segmentIds()].map((one) => one + 1));
  const first = passages[0];
  const last = passages.at(-1);
  const entry = first !== undefined &&
    last !== undefined && {
      id: newId,
      passageCount: passages.length,
      firstSequence: first.sequence,
      lastSequence: last.sequence,
      deadCount: 0,
    };
  if (entry !== false) {
    const fieldsOf = createDocumentFields((key) => store.readDocument(key)?.fields);
    const whole = passages.map(({ sequence, ...passage }) => {
      const placed = withPositions(store, passage, analyzer);
      return toSegmentPassage(sequence, placed, fieldsOf(passage.key));
    });
    const { tables, codes } = writeSegment(whole);
    const segments = openSegmentStore(store.folder, createMapTurn());
    try {
      const bytes = { tables: new Uint8Array(tables), codes: [new Uint8Array(codes)] };
      await segments.writeSegment(newId, bytes);
    } finally {
      await segments.close();
    }
  }
  const next = {
    ...manifest,
    nextSegmentId: newId + 1,
    segments: manifest.segments.flatMap((one) =>
      one.id !== id ? [one] : entry === false ? [] : [entry],
    ),
  };
  await store.commit({ manifest: next, formatVersion: 1, segmentDeletes: [id] });
  return next;
}

async function migrateJournal(
  store: CollectionStore,
  manifest: Manifest,
  analyzer: Analyzer,
): Promise<number> {
  const old: [number, JournalPassage][] = [];
  for (const [sequence, passage] of store.journal(() => undefined))
    if (passage.positions.length !== passage.length)
      old.push([sequence, withPositions(store, { ...passage, ...unpackTerms(passage) }, analyzer)]);
  for (let start = 0; start < old.length; start += groupPassagesMax) {
    const journalPuts = new Map(old.slice(start, start + groupPassagesMax));
    await store.commit({ manifest, formatVersion: 1, journalPuts });
  }
  return old.length;
}

type WithoutPositions = Omit<JournalPassage, keyof PackedTerms> & Omit<PassageTerms, "positions">;

function withPositions(
  store: CollectionStore,
  passage: WithoutPositions,
  analyzer: Analyzer,
): JournalPassage {
  const { terms, counts, length, ...rest } = passage;
  const positions = positionsOf(passage, documentOf(store, passage.key), analyzer);
  return { ...rest, ...packTerms({ terms, counts, positions, length }) };
}

function documentOf(store: CollectionStore, key: string): DocumentRecord | undefined {
  try {
    return store.readDocument(key);
  } catch (error) {
    if (isSluiceError(error) && error.reason === "DATA_CORRUPT") return undefined;
    throw error;
  }
}

/**
 * Positions of the passage's terms: those of its document's title, as much of it as was kept in
 * front of a long text, and of the text in its span. Where the document does not give these terms
 * (it is damaged), positions are such that no phrase is found.
 */
export function positionsOf(
  { span, terms, counts, length }: Pick<WithoutPositions, "span" | "terms" | "counts" | "length">,
  document: Pick<DocumentRecord, "title" | "text"> | undefined,
  analyzer: Analyzer,
): number[] {
  const places = new Map<string, number[]>();
  const placed =
    document === undefined ? [] : placedTerms(document, { span, length, analyzer, terms });
  for (const { term, position } of placed)
    places.set(term, [...(places.get(term) ?? []), position]);
  const isSame = terms.every((term, i) => places.get(term)?.length === counts[i]);
  if (isSame && places.size === terms.length)
    return terms.flatMap((term) => places.get(term) ?? []);
  // Never neighbors: even numbers only.
  let next = 0;
  return counts.flatMap((count) => Array.from({ length: count }, () => 2 * next++));
}

interface PlacedTerm {
  readonly term: string;
  readonly position: number;
}

function placedTerms(
  { title, text }: Pick<DocumentRecord, "title" | "text">,
  passage: { span: Span; length: number; terms: readonly string[]; analyzer: Analyzer },
): PlacedTerm[] {
  const { span, length, terms, analyzer } = passage;
  const inTitle = analyzed(title, analyzer);
  const inText = analyzed(text.slice(span.start, span.end), analyzer);
  const kept = inTitle.slice(0, Math.max(0, length - inText.length));
  const end = (kept.at(-1)?.position ?? -1) + 1;
  const last = kept.at(-1);
  if (last !== undefined && !terms.includes(last.term)) {
    // The title was cut within its last word, of which a prefix is left.
    const known = new Set([...kept, ...inText].map(({ term }) => term));
    const rest = terms.find((term) => !known.has(term));
    if (rest !== undefined) kept.splice(-1, 1, { ...last, term: rest });
  }
  return [...kept, ...inText.map(({ term, position }) => ({ term, position: end + position }))];
}

function analyzed(text: string, analyzer: Analyzer): PlacedTerm[] {
  const found: PlacedTerm[] = [];
  analyzer.forEachTerm(text, (term, position) => found.push({ term, position }));
  return found;
}
