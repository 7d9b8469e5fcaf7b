// Random stored values, for round trips.

import { centreChecksum } from "../../src/core/centre.js";
import type { Centre, Centring } from "../../src/core/centre.js";
import fc from "fast-check";

import { toSequence } from "../../src/core/ids.js";
import { packTerms } from "../../src/analysis/term-frequencies.js";
import type { FieldValue } from "../../src/core/document.js";
import type { DocumentRecord, JournalPassage, Manifest } from "../../src/store/stored-values.js";

/** Well-formed text, sometimes outside the Basic Multilingual Plane, sometimes empty. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: "binary", maxLength: 40 });

const anyFieldValue: fc.Arbitrary<FieldValue> = fc.oneof(
  anyText.map((value) => ({ kind: "keyword", value }) as const),
  fc.array(anyText, { maxLength: 4 }).map((value) => ({ kind: "keywords", value }) as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({
    kind: "integer" as const,
    value,
  })),
  fc.double().map((value) => ({ kind: "float", value }) as const),
  fc.boolean().map((value) => ({ kind: "boolean", value }) as const),
  fc.integer({ min: -8.64e15, max: 8.64e15 }).map((value) => ({ kind: "time", value }) as const),
);

/** With the prototype of object literals. */
const plain = { noNullPrototype: true } as const;

const anySpan = fc
  .tuple(fc.nat(4_000_000), fc.nat(4_000_000))
  .map(([start, length]) => ({ start, end: start + length }));

const anySequence = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(toSequence);
const anyUint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyBits = fc.constantFrom(1, 2, 4, 8);

export const anyDocumentRecord: fc.Arbitrary<DocumentRecord> = fc.record(
  {
    title: anyText,
    text: anyText,
    fields: fc.array(fc.tuple(anyText, anyFieldValue), { maxLength: 8 }).map((all) => new Map(all)),
    sequence: anySequence,
    firstPassageSequence: anySequence,
    spans: fc.array(anySpan, { maxLength: 5 }),
  },
  plain,
);

export const anyJournalPassage: fc.Arbitrary<JournalPassage> = fc.record(
  {
    key: anyText,
    passageNumber: anyUint32,
    span: anySpan,
    tokenCount: anyUint32,
    codes: fc.uint8Array({ maxLength: 200 }),
    sketch: fc.uint8Array({ maxLength: 50 }),
    // Terms consist of letters and digits, so they contain no line feed.
    joined: fc
      .array(
        anyText.filter((text) => !text.includes("\n")),
        { maxLength: 10 },
      )
      .map((terms) => new TextEncoder().encode(terms.map((term) => `${term}\n`).join(""))),
    counts: fc.uint32Array({ maxLength: 10 }),
    positions: fc.uint32Array({ maxLength: 10 }),
    length: anyUint32,
  },
  plain,
);

const anyName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });

const anyCentre: fc.Arbitrary<Centre> = fc
  .record(
    {
      direction: fc.float32Array({ minLength: 16, maxLength: 16, noNaN: true }),
      mean: fc.double({ min: 0, max: 1, noNaN: true }),
      stretch: fc.double({ min: 1, max: 8, noNaN: true }),
      scale: fc.double({ min: 0.05, max: 4, noNaN: true }),
    },
    plain,
  )
  .map((centre) => ({ ...centre, checksum: centreChecksum(centre) }));

/** Of a manifest of dim 16. */
export const anyCentring: fc.Arbitrary<Centring> = fc.record(
  {
    centre: fc.option(anyCentre, { nil: undefined }),
    rowCount: anyUint32,
    isFixed: fc.boolean(),
  },
  plain,
);

export const anyManifest: fc.Arbitrary<Manifest> = fc.record(
  {
    name: anyName,
    modelName: fc.option(anyName, { nil: undefined }),
    modelFingerprint: fc.option(anyName, { nil: undefined }),
    dim: fc.integer({ min: 1, max: 64 }).map((n) => 16 * n),
    bits: anyBits,
    sketchBits: anyBits,
    analyzer: anyName,
    analyzerVersion: fc.nat(255),
    stemmer: fc.option(anyName, { nil: undefined }),
    stopWords: fc.option(anyName, { nil: undefined }),
    seed: anyUint32,
    rotationChecksum: anyUint32,
    generation: anySequence,
    lastSequence: anySequence,
    nextSegmentId: anyUint32,
    segments: fc.array(
      fc.record(
        {
          id: anyUint32,
          passageCount: anyUint32,
          firstSequence: anySequence,
          lastSequence: anySequence,
          deadCount: fc.nat(),
        },
        plain,
      ),
      { maxLength: 6 },
    ),
    journalCount: fc.nat(),
    refineBits: fc.constantFrom(4, 8),
  },
  plain,
);

/** A manifest of an empty collection. */
export const emptyManifest: Manifest = {
  name: "test",
  dim: 16,
  bits: 2,
  sketchBits: 2,
  analyzer: "unicode",
  analyzerVersion: 1,
  seed: 7,
  rotationChecksum: 0,
  generation: 1,
  lastSequence: toSequence(0),
  nextSegmentId: 1,
  segments: [],
};

/** A document with one passage with this text. */
export function documentRecord(text: string, number = 1): DocumentRecord {
  const sequence = toSequence(number);
  return {
    title: `title of ${number}`,
    text,
    fields: new Map(),
    sequence,
    firstPassageSequence: sequence,
    spans: [{ start: 0, end: text.length }],
  };
}

/** A passage with these codes and one term. */
export function journalPassage(key: string, codes: Uint8Array): JournalPassage {
  return {
    key,
    passageNumber: 0,
    span: { start: 0, end: 1 },
    tokenCount: codes.length >>> 2,
    codes,
    sketch: codes.slice(0, 4),
    ...packTerms({ terms: [`term of ${key}`], counts: [1], positions: [0], length: 1 }),
  };
}
