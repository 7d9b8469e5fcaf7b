import assert from "node:assert/strict";

import fc from "fast-check";

import { toSequence } from "../../../src/core/ids.js";
import { packTerms, unpackTerms } from "../../../src/analysis/term-frequencies.js";
import { gatherLivePostings } from "../../../src/index/bm25/live-terms.js";
import { termsQuery } from "../../support/bm25-model.js";
import { toPassageTerms } from "../../support/passages.js";
import { LiveSegment } from "../../../src/index/live-segment.js";
import type { LivePart } from "../../../src/index/segment-parts.js";
import type { SegmentPassage } from "../../../src/index/segment-writer.js";
import { vocabulary } from "../../support/passages.js";
import {
  anySegmentPassages,
  expectedPassages,
  tablePassages,
  tokenRowBytes,
} from "../../support/segment-passages.js";

/** What a worker reads of a snapshot, in plain values. */
function readPart(part: LivePart, ids: readonly number[]): unknown {
  const tokenOffsets = [...new Uint32Array(part.tokenOffsets, 0, part.ordinalCount + 1)];
  const codeBytes = (tokenOffsets.at(-1) ?? 0) * tokenRowBytes;
  return {
    tokenOffsets,
    codes: [...new Uint8Array(part.codes, 0, codeBytes)],
    sketches: [...new Uint8Array(part.sketches, 0, part.ordinalCount * tokenRowBytes)],
    postings: postingsOf(part, ids),
    lengths: [...part.terms.lengths.subarray(0, part.terms.ordinalCount)],
    lengthTotal: part.terms.lengthTotal,
  };
}

function postingsOf({ terms }: LivePart, ids: readonly number[]): unknown[] {
  const found = gatherLivePostings(terms, new Set(ids));
  return ids.map((id) => {
    const postings = found.get(id);
    return postings && { ordinals: postings.ordinals, counts: postings.counts };
  });
}

/** -1 where no passage has the term. */
function idsOf(live: LiveSegment, terms: readonly string[]): number[] {
  return live.terms.resolve(termsQuery(...terms)).clauses.map(([id]) => id ?? -1);
}

function expectedPart(passages: readonly SegmentPassage[]): unknown {
  let end = 0;
  const postings = vocabulary.map((term) => {
    const ordinals: number[] = [];
    const counts: number[] = [];
    for (const [ordinal, { terms }] of passages.entries()) {
      const place = unpackTerms(terms).terms.indexOf(term);
      if (place < 0) continue;
      ordinals.push(ordinal);
      counts.push(terms.counts[place]!);
    }
    return ordinals.length === 0
      ? undefined
      : {
          ordinals: Uint32Array.from(ordinals),
          counts: Uint32Array.from(counts),
        };
  });
  return {
    tokenOffsets: [0, ...passages.map(({ tokenCount }) => (end += tokenCount))],
    codes: passages.flatMap(({ codes }) => [...codes]),
    sketches: passages.flatMap(({ sketch }) => [...sketch]),
    postings,
    lengths: passages.map(({ terms }) => terms.length),
    lengthTotal: passages.reduce((sum, { terms }) => sum + terms.length, 0),
  };
}

describe("LiveSegment", () => {
  it("gives passages back as they were appended", () => {
    fc.assert(
      fc.property(anySegmentPassages, (passages) => {
        const live = new LiveSegment(8);
        for (const passage of passages) live.append(passage);
        assert.equal(live.ordinalCount, passages.length);
        assert.equal(
          live.codeBytes,
          passages.reduce((sum, { codes }) => sum + codes.length, 0),
        );
        assert.deepEqual(tablePassages(live), expectedPassages(passages));
        for (const [ordinal, { sequence }] of passages.entries())
          assert.equal(live.ordinalOf(sequence), ordinal);
        assert.equal(live.ordinalOf(toSequence(0)), undefined);
      }),
    );
  });

  it("hands out snapshots that later appends do not change", () => {
    fc.assert(
      fc.property(anySegmentPassages, fc.nat(12), (passages, count) => {
        // Little room, so that the buffers grow while a snapshot is out.
        const live = new LiveSegment(8);
        for (const passage of passages.slice(0, count)) live.append(passage);
        const early = live.part(undefined);
        const earlyIds = idsOf(live, vocabulary);
        for (const passage of passages.slice(count)) live.append(passage);
        const late = live.part(undefined);
        const expected = expectedPart(passages.slice(0, count));
        assert.deepEqual(readPart(early, earlyIds), expected);
        assert.equal(early.ordinalCount, Math.min(count, passages.length));
        // Ids that were given out later mean nothing to the early snapshot.
        const lateIds = idsOf(live, vocabulary);
        assert.deepEqual(readPart(early, lateIds), expected);
        assert.deepEqual(readPart(late, lateIds), expectedPart(passages));
      }),
    );
  });

  it("keeps its snapshots through many growths", () => {
    const live = new LiveSegment(1);
    const passage = (sequence: number): SegmentPassage => ({
      sequence: toSequence(sequence),
      key: `${sequence}`,
      passageNumber: 0,
      span: { start: 0, end: 1 },
      tokenCount: 100,
      codes: new Uint8Array(400).fill(sequence),
      sketch: new Uint8Array(4).fill(sequence),
      fields: new Map(),
      terms: packTerms(toPassageTerms([`t${sequence}`])),
    });
    const parts: LivePart[] = [];
    for (let sequence = 1; sequence <= 3000; sequence += 1) {
      live.append(passage(sequence));
      if (sequence % 300 === 0) parts.push(live.part(undefined));
    }
    for (const part of parts) {
      const { ordinalCount } = part;
      assert.equal(new Uint8Array(part.codes)[400 * ordinalCount - 1], ordinalCount % 256);
      assert.equal(new Uint32Array(part.tokenOffsets)[ordinalCount], 100 * ordinalCount);
      assert.equal(part.terms.ordinalCount, ordinalCount);
      const ids = idsOf(live, [`t${ordinalCount}`, `t${ordinalCount + 1}`]);
      const [own, next] = postingsOf(part, ids);
      assert.deepEqual(own, {
        ordinals: Uint32Array.of(ordinalCount - 1),
        counts: Uint32Array.of(1),
      });
      assert.equal(next, undefined);
    }
  });
});
