import assert from "node:assert/strict";

import fc from "fast-check";

import { toSequence } from "../../../src/core/ids.js";
import { packTerms, unpackTerms } from "../../../src/analysis/term-frequencies.js";
import { PostingsReader } from "../../../src/index/bm25/postings-reader.js";
import { openFlushedSegment } from "../../../src/index/flushed-segment.js";
import {
  joinSections,
  numbersOf,
  sectionNames,
  sectionOf,
  postingsSectionsOf,
} from "../../../src/index/segment-format.js";
import type { SectionName, Sections } from "../../../src/index/segment-format.js";
import { writeSegment } from "../../../src/index/segment-writer.js";
import type { SegmentPassage } from "../../../src/index/segment-writer.js";
import { hasReason } from "../../support/errors.js";
import { toPassageTerms } from "../../support/passages.js";
import {
  anySegmentPassages,
  expectedPassages,
  tablePassages,
  tokenRowBytes,
} from "../../support/segment-passages.js";

const passages: SegmentPassage[] = [1, 5, 6].map((sequence, i) => ({
  sequence: toSequence(sequence),
  key: `key ${i}`,
  passageNumber: i,
  span: { start: 10 * i, end: 10 * i + 5 },
  tokenCount: i,
  codes: new Uint8Array(i * tokenRowBytes).fill(i),
  sketch: new Uint8Array(tokenRowBytes).fill(100 + i),
  terms: packTerms(toPassageTerms(["a", `b${i}`])),
  fields: new Map(),
}));

/** The segment of `passages` with some sections replaced. */
function rewritten(changes: Partial<Record<SectionName, Uint8Array>>): SharedArrayBuffer {
  const { tables } = writeSegment(passages);
  const sections = sectionNames.map((name) => [name, changes[name] ?? sectionOf(tables, name)]);
  return joinSections(passages.length, Object.fromEntries(sections) as Sections);
}

function termsByOrdinal(tables: SharedArrayBuffer): Map<string, number>[] {
  const reader = new PostingsReader(postingsSectionsOf(tables));
  const byOrdinal = Array.from({ length: reader.ordinalCount }, () => new Map<string, number>());
  for (let place = 0; place < reader.termCount; place += 1) {
    const term = Buffer.from(reader.term(place)).toString("utf8");
    const { ordinals, counts } = reader.postings(place);
    for (const [i, ordinal] of ordinals.entries()) byOrdinal[ordinal]!.set(term, counts[i]!);
  }
  return byOrdinal;
}

describe("a written segment", () => {
  it("gives its passages back", () => {
    fc.assert(
      fc.property(anySegmentPassages, (all) => {
        const written = writeSegment(all);
        const segment = openFlushedSegment(7, written, { codes: tokenRowBytes });
        assert.equal(segment.id, 7);
        assert.equal(segment.ordinalCount, all.length);
        assert.deepEqual(tablePassages(segment), expectedPassages(all));
        const codes = Buffer.concat(all.map((passage) => passage.codes));
        assert.equal(Buffer.compare(new Uint8Array(written.codes), codes), 0);
        const sketches = Buffer.concat(all.map((passage) => passage.sketch));
        assert.equal(Buffer.compare(sectionOf(segment.tables, "sketches"), sketches), 0);
        const ends = all.map((_, i) => all.slice(0, i + 1).reduce((n, p) => n + p.tokenCount, 0));
        assert.deepEqual([...numbersOf(segment.tables, "tokenOffsets")], [0, ...ends]);
        const counted = all.map(({ terms }) =>
          unpackTerms(terms).terms.map((term, i) => [term, terms.counts[i]]),
        );
        assert.deepEqual(
          termsByOrdinal(segment.tables).map((terms) => [...terms]),
          counted,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("finds the passage of each sequence, and of no other", () => {
    fc.assert(
      fc.property(anySegmentPassages, fc.nat(20), (all, other) => {
        const segment = openFlushedSegment(1, writeSegment(all), { codes: tokenRowBytes });
        for (const [ordinal, { sequence }] of all.entries()) {
          assert.equal(segment.ordinalOf(sequence), ordinal);
          if (all[ordinal + 1]?.sequence !== sequence + 1)
            assert.equal(segment.ordinalOf(toSequence(sequence + 1)), undefined);
        }
        assert.equal(
          segment.ordinalOf(toSequence(other)) ?? -1,
          all.findIndex(({ sequence }) => sequence === other),
        );
      }),
    );
  });

  it("has the same bytes for the same passages", () => {
    fc.assert(
      fc.property(anySegmentPassages, (all) => {
        const copies = all.map((passage) => ({ ...passage, codes: passage.codes.slice() }));
        const [first, second] = [writeSegment(all), writeSegment(copies)];
        assert.deepEqual(new Uint8Array(first.tables), new Uint8Array(second.tables));
        assert.deepEqual(new Uint8Array(first.codes), new Uint8Array(second.codes));
      }),
    );
  });

  it("starts each section at a multiple of 8", () => {
    const { tables } = writeSegment(passages);
    for (const name of sectionNames) assert.equal(sectionOf(tables, name).byteOffset % 8, 0);
  });
});

describe("openFlushedSegment", () => {
  const codes = writeSegment(passages).codes;
  const refuses = (tables: SharedArrayBuffer, theCodes = codes): void =>
    assert.throws(
      () => openFlushedSegment(3, { tables, codes: theCodes }, { codes: tokenRowBytes }),
      hasReason("DATA_CORRUPT"),
    );

  const opensOrRefuses = (tables: SharedArrayBuffer): void => {
    try {
      tablePassages(openFlushedSegment(3, { tables, codes }, { codes: tokenRowBytes }));
    } catch (error) {
      hasReason("DATA_CORRUPT")(error);
    }
  };

  it("refuses tables that are cut off anywhere before their last section ends", () => {
    const { tables } = writeSegment(passages);
    const last = sectionOf(tables, "lengths");
    const end = last.byteOffset + last.length;
    for (let length = 0; length < end; length += 1) {
      const shorter = new SharedArrayBuffer(length);
      new Uint8Array(shorter).set(new Uint8Array(tables, 0, length));
      refuses(shorter);
    }
  });

  it("refuses a directory with a wrong number, or reads within the tables", () => {
    for (let place = 0; place < 2 + 2 * sectionNames.length; place += 1) {
      for (const more of [1, 4, 8, 16, 64, 1 << 20, 2 ** 31]) {
        const { tables } = writeSegment(passages);
        const directory = new Uint32Array(tables, 0, 2 + 2 * sectionNames.length);
        directory[place]! += more;
        // A section that moved or grew a little within the tables is what only checksums can tell.
        if (more > 64 || place < 2) refuses(tables);
        else opensOrRefuses(tables);
      }
    }
  });

  it("refuses sections of another number of passages", () => {
    refuses(rewritten({ sequences: new Uint8Array(16) }));
    refuses(rewritten({ tokenOffsets: new Uint8Array(12) }));
    refuses(rewritten({ passages: new Uint8Array(35) }));
    refuses(rewritten({ passages: new Uint8Array(24) }));
    refuses(rewritten({ keyEnds: new Uint8Array(8) }));
    refuses(rewritten({ keys: new Uint8Array(3) }));
    refuses(rewritten({ sketches: new Uint8Array(7) }));
    const { tables } = writeSegment(passages.slice(1));
    refuses(rewritten({ lengths: sectionOf(tables, "lengths") }));
  });

  it("refuses codes of another segment", () => {
    refuses(writeSegment(passages).tables, new SharedArrayBuffer(codes.byteLength + tokenRowBytes));
    refuses(writeSegment(passages).tables, new SharedArrayBuffer(0));
  });
});
