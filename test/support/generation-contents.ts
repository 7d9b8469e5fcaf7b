// The contents of a generation as plain values that can be compared.

import { nextOrdinal, toPassageOrdinal } from "../../src/core/ids.js";
import { unpackTerms } from "../../src/analysis/term-frequencies.js";
import { gatherLivePostings } from "../../src/index/bm25/live-terms.js";
import { isBitSet } from "../../src/index/bm25/bits.js";
import { PostingsReader } from "../../src/index/bm25/postings-reader.js";
import type { Generation, GenerationSegment } from "../../src/index/generation.js";
import { createCodesReader } from "../../src/index/segment-codes.js";
import { createMapTurn } from "../../src/store/map-turn.js";
import { numbersOf, sectionOf, postingsSectionsOf } from "../../src/index/segment-format.js";
import type { SegmentPart } from "../../src/index/segment-parts.js";
import type { PutOperation } from "../../src/ingest/write-operations.js";

/** Reads codes as a scoring worker does. */
const reader = createCodesReader(createMapTurn());

/** A passage as one line: key, number, span, vectors, codes, sketch, terms with counts. */
export type PassageLine = string;

export interface Contents {
  /** Documents by key, one line each. */
  readonly documents: ReadonlyMap<string, string>;
  /** Sorted. */
  readonly passages: readonly PassageLine[];
}

/** Reads documents through the generation's pin, and passages from the parts sent to workers. */
export function readContents(generation: Generation): Contents {
  const documents = new Map<string, string>();
  let afterKey: string | undefined;
  for (;;) {
    const page = generation.documents.listDocuments({ afterKey, countMax: 7 });
    for (const [key, { title, text, fields }] of page)
      documents.set(key, documentLine({ title, text, fields }));
    afterKey = page.at(-1)?.[0];
    if (afterKey === undefined) break;
  }
  const passages = generation.segments.flatMap((segment) => visiblePassages(segment));
  return { documents, passages: passages.sort() };
}

/** Contents of a generation with exactly these documents. */
export function contentsOf(puts: Iterable<PutOperation>): Contents {
  const documents = new Map<string, string>();
  const passages: PassageLine[] = [];
  for (const put of puts) {
    documents.set(put.key, documentLine(put));
    for (const [number, passage] of put.passages.entries()) {
      const { span, tokenCount, codes, sketch } = passage;
      const terms = unpackTerms(passage.terms);
      const counted = terms.terms.map((term, i) => `${term}:${terms.counts[i] ?? 0}`);
      const { length } = terms;
      const shape = { key: put.key, number, span, tokenCount, length };
      passages.push(passageLine(shape, codes, sketch, counted));
    }
  }
  return { documents, passages: passages.sort() };
}

interface PassageShape {
  readonly key: string;
  readonly number: number;
  readonly span: { readonly start: number; readonly end: number };
  readonly tokenCount: number;
  readonly length: number;
}

function passageLine(
  shape: PassageShape,
  codes: Uint8Array,
  sketch: Uint8Array,
  counted: readonly string[],
): PassageLine {
  const { key, number, span, tokenCount, length } = shape;
  const place = `${key}#${number} [${span.start},${span.end}) ${tokenCount} tokens, length ${length}`;
  const bytes = [codes, sketch].map((part) => Buffer.from(part).toString("hex"));
  return [place, ...bytes, ...counted].join(" ");
}

function documentLine(document: Pick<PutOperation, "title" | "text" | "fields">): string {
  const fields = [...document.fields].map(([name, { value }]) => `${name}=${String(value)}`);
  return [document.title, document.text, ...fields].join(" | ");
}

function visiblePassages(segment: GenerationSegment): PassageLine[] {
  const { part, table } = segment;
  const { codes, tokenOffsets, sketches } = bytesOf(part);
  const terms = termsOf(segment);
  const dead = part.tombstones && new Uint8Array(part.tombstones);
  const lines: PassageLine[] = [];
  for (
    let ordinal = toPassageOrdinal(0);
    ordinal < part.ordinalCount;
    ordinal = nextOrdinal(ordinal)
  ) {
    if (dead !== undefined && isBitSet(dead, ordinal)) continue;
    const [start = 0, end = 0] = tokenOffsets.subarray(ordinal, ordinal + 2);
    const passageCodes = codes.subarray(4 * start, 4 * end);
    const sketch = sketches.subarray(4 * ordinal, 4 * ordinal + 4);
    const shape = {
      key: table.keyAt(ordinal),
      number: table.passageNumberAt(ordinal),
      span: table.spanAt(ordinal),
      tokenCount: table.tokenCountAt(ordinal),
      length: table.lengthAt(ordinal),
    };
    lines.push(passageLine(shape, passageCodes, sketch, terms[ordinal] ?? []));
  }
  return lines;
}

function bytesOf(part: SegmentPart): {
  codes: Uint8Array;
  tokenOffsets: Uint32Array;
  sketches: Uint8Array;
} {
  if (part.kind === "flushed")
    return {
      codes: reader.bytesOf(part.codes),
      tokenOffsets: numbersOf(part.tables, "tokenOffsets"),
      sketches: sectionOf(part.tables, "sketches"),
    };
  return {
    codes: new Uint8Array(part.codes),
    tokenOffsets: new Uint32Array(part.tokenOffsets, 0, part.ordinalCount + 1),
    sketches: new Uint8Array(part.sketches),
  };
}

/** Terms with counts of each passage, from the postings, in byte order. */
function termsOf({ part, liveTerms }: GenerationSegment): string[][] {
  const byOrdinal = Array.from({ length: part.ordinalCount }, (): string[] => []);
  const note = (term: string, ordinals: Uint32Array, counts: Uint32Array): void => {
    for (const [i, ordinal] of ordinals.entries())
      byOrdinal[ordinal]?.push(`${term}:${counts[i] ?? 0}`);
  };
  if (part.kind === "flushed") {
    const reader = new PostingsReader(postingsSectionsOf(part.tables));
    for (let place = 0; place < reader.termCount; place += 1) {
      const { ordinals, counts } = reader.postings(place);
      note(Buffer.from(reader.term(place)).toString("utf8"), ordinals, counts);
    }
    return byOrdinal;
  }
  // All terms that seeded passages may have, in byte order.
  const all = Array.from({ length: 30 }, (_, i) => `t${i}`).sort();
  const clauses = all.map((term) => ({
    ...({ kind: "term", utf8: Buffer.from(term), frequency: 1 } as const),
  }));
  const ids =
    liveTerms?.resolve({ clauses, phrases: [], quorums: [] }).clauses.map(([id]) => id ?? -1) ?? [];
  const found = gatherLivePostings(part.terms, new Set(ids));
  for (const [i, id] of ids.entries()) {
    const postings = found.get(id);
    if (postings !== undefined) note(all[i] ?? "", postings.ordinals, postings.counts);
  }
  return byOrdinal;
}
