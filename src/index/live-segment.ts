// Passages that are in the journal and in no segment yet: appended by the main thread, searched by
// workers through snapshots of shared memory.

import type { PassageOrdinal, Sequence } from "../core/ids.js";
import type { FieldValue, Fields, Span } from "../core/document.js";
import { createGrowingBytes } from "../core/growing-bytes.js";
import type { GrowingBytes } from "../core/growing-bytes.js";
import { LiveTerms } from "./bm25/live-terms.js";
import { findSequence } from "./passage-table.js";
import type { PassageTable } from "./passage-table.js";
import type { LivePart, Tombstones } from "./segment-parts.js";
import type { SegmentPassage } from "./segment-writer.js";

/**
 * Bytes of each buffer at first. Collections with an empty journal are many, and V8 does not count
 * shared memory, so it is slow to collect buffers that are no longer used.
 */
const firstBytes = 1024;

export class LiveSegment implements PassageTable {
  readonly #terms = new LiveTerms();
  readonly #codes: GrowingBytes;
  /** Absent until a passage has brought such codes. */
  #refineCodes: GrowingBytes | undefined;
  readonly #sketches = createGrowingBytes(firstBytes);
  readonly #tokenOffsets = createGrowingBytes(firstBytes);
  readonly #passages: PassageEntry[] = [];
  #sketchBytes = 0;

  constructor(roomBytes = firstBytes) {
    this.#codes = createGrowingBytes(roomBytes);
    this.#tokenOffsets.append(numberBytes(0));
  }

  get ordinalCount(): number {
    return this.#passages.length;
  }

  get codeBytes(): number {
    return this.#codes.length;
  }

  get tokenTotal(): number {
    return this.#passages.at(-1)?.tokenEnd ?? 0;
  }

  get lengthTotal(): number {
    return this.#terms.lengthTotal;
  }

  /** The dictionary of its terms, which only this thread has. */
  get terms(): Pick<LiveTerms, "resolve" | "resolvePhrases"> {
    return this.#terms;
  }

  append(passage: SegmentPassage): void {
    const entry: PassageEntry = {
      sequence: passage.sequence,
      key: passage.key,
      passageNumber: passage.passageNumber,
      span: passage.span,
      length: passage.terms.length,
      tokenEnd: this.tokenTotal + passage.tokenCount,
      tokenCount: passage.tokenCount,
      fields: passage.fields,
    };
    this.#codes.append(passage.codes);
    if (passage.refineCodes !== undefined) {
      this.#refineCodes ??= createGrowingBytes(firstBytes);
      this.#refineCodes.append(passage.refineCodes);
    }
    this.#sketchBytes = passage.sketch.length;
    this.#sketches.append(passage.sketch);
    this.#tokenOffsets.append(numberBytes(entry.tokenEnd));
    this.#terms.append(passage.terms);
    this.#passages.push(entry);
  }

  /** A snapshot that later appends do not change. */
  part(tombstones: Tombstones): LivePart {
    return {
      kind: "live",
      ordinalCount: this.#passages.length,
      codes: this.#codes.buffer(),
      refineCodes: this.#refineCodes?.buffer(),
      codeBytes: this.#codes.length,
      tokenOffsets: this.#tokenOffsets.buffer(),
      sketches: this.#sketches.buffer(),
      sketchBytes: this.#sketchBytes,
      terms: this.#terms.snapshot(),
      tombstones,
    };
  }

  sequenceAt(ordinal: PassageOrdinal): Sequence {
    return this.#passages[ordinal]!.sequence;
  }

  ordinalOf(sequence: Sequence): PassageOrdinal | undefined {
    return findSequence(this, sequence);
  }

  keyAt(ordinal: PassageOrdinal): string {
    return this.#passages[ordinal]!.key;
  }

  passageNumberAt(ordinal: PassageOrdinal): number {
    return this.#passages[ordinal]!.passageNumber;
  }

  spanAt(ordinal: PassageOrdinal): Span {
    return this.#passages[ordinal]!.span;
  }

  tokenCountAt(ordinal: PassageOrdinal): number {
    return this.#passages[ordinal]!.tokenCount;
  }

  lengthAt(ordinal: PassageOrdinal): number {
    return this.#passages[ordinal]!.length;
  }

  fieldAt(ordinal: PassageOrdinal, name: string): FieldValue | undefined {
    return this.#passages[ordinal]!.fields.get(name);
  }

  fieldNames(): ReadonlySet<string> {
    return new Set(this.#passages.flatMap(({ fields }) => [...fields.keys()]));
  }
}

interface PassageEntry {
  readonly sequence: Sequence;
  readonly key: string;
  readonly passageNumber: number;
  readonly span: Span;
  /** Terms, repeats included. */
  readonly length: number;
  readonly tokenEnd: number;
  readonly tokenCount: number;
  readonly fields: Fields;
}

function numberBytes(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
