// Random passages in the form of segments.

import fc from "fast-check";

import { toPassageOrdinal, toSequence } from "../../src/core/ids.js";
import { packTerms } from "../../src/analysis/term-frequencies.js";
import type { PassageTable } from "../../src/index/passage-table.js";
import type { SegmentPassage } from "../../src/index/segment-writer.js";
import { anyFields, fieldNames } from "./filters.js";
import { anyPassage } from "./passages.js";
import { anyText } from "./stored-values.js";

/** Bytes of a token vector, and of a sketch, of every passage made here. */
export const tokenRowBytes = 4;

const anyContent = fc.nat(4).chain((tokenCount) =>
  fc.record(
    {
      key: anyText,
      passageNumber: fc.nat(100),
      span: fc.record({ start: fc.nat(), end: fc.nat() }, { noNullPrototype: true }),
      tokenCount: fc.constant(tokenCount),
      codes: fc.uint8Array({
        minLength: tokenCount * tokenRowBytes,
        maxLength: tokenCount * tokenRowBytes,
      }),
      sketch: fc.uint8Array({ minLength: tokenRowBytes, maxLength: tokenRowBytes }),
      terms: anyPassage.map(packTerms),
      fields: anyFields,
      /** Distance of its sequence from the previous one. */
      step: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 })),
    },
    { noNullPrototype: true },
  ),
);

/** Up to 12 passages, by ascending sequence. */
export const anySegmentPassages: fc.Arbitrary<SegmentPassage[]> = fc
  .array(anyContent, { maxLength: 12 })
  .map((contents) => {
    let sequence = 0;
    return contents.map(({ step, ...content }) => {
      sequence += step;
      return { sequence: toSequence(sequence), ...content };
    });
  });

/** The table's passages as plain values. */
export function tablePassages(table: PassageTable, ordinalCount = table.ordinalCount): unknown[] {
  return Array.from({ length: ordinalCount }, (_, i) => toPassageOrdinal(i)).map((ordinal) => ({
    sequence: table.sequenceAt(ordinal),
    key: table.keyAt(ordinal),
    passageNumber: table.passageNumberAt(ordinal),
    span: table.spanAt(ordinal),
    tokenCount: table.tokenCountAt(ordinal),
    length: table.lengthAt(ordinal),
    fields: fieldNames.map((name) => table.fieldAt(ordinal, name)),
  }));
}

/** Expected result of `tablePassages` for a table of these passages. */
export function expectedPassages(passages: readonly SegmentPassage[]): unknown[] {
  return passages.map(({ sequence, key, passageNumber, span, tokenCount, terms, fields }) => ({
    sequence,
    key,
    passageNumber,
    span,
    tokenCount,
    length: terms.length,
    fields: fieldNames.map((name) => fields.get(name)),
  }));
}
