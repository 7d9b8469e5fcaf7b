import assert from "node:assert/strict";

import fc from "fast-check";

import { SluiceError } from "../../../../src/core/errors.js";
import type { PostingsSections } from "../../../../src/index/bm25/postings-format.js";
import { checkPostings } from "../../../../src/index/bm25/check-postings.js";
import { PostingsReader } from "../../../../src/index/bm25/postings-reader.js";
import { anyPassage, toPassageTerms, writeTerms } from "../../../support/passages.js";

const passages = [toPassageTerms(["b", "wing", "b"]), toPassageTerms(["wing", "zz"])];

describe("PostingsReader", () => {
  it("finds terms over shared memory, and nothing for prefixes, extensions and neighbors", () => {
    const sections = Object.fromEntries(
      Object.entries(writeTerms(passages)).map(([name, bytes]: [string, Uint8Array]) => {
        const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 8), 8);
        shared.set(bytes);
        return [name, shared];
      }),
    ) as unknown as PostingsSections;
    const reader = new PostingsReader(sections);
    assert.deepEqual([...(reader.find(Buffer.from("wing"))?.ordinals ?? [])], [0, 1]);
    for (const absent of ["", "a", "win", "wings", "x", "zzz", "\u{10ffff}"]) {
      assert.equal(reader.find(Buffer.from(absent)), undefined, absent);
    }
    const found = (prefix: string): string[] => {
      const { start, end } = reader.placesOfPrefix(Buffer.from(prefix));
      return Array.from({ length: end - start }, (_, i) =>
        Buffer.from(reader.term(start + i)).toString(),
      );
    };
    assert.deepEqual(["w", "wing", "wings", "", "zzz", "a"].map(found), [
      ...[["wing"], ["wing"], [], ["b", "wing", "zz"], [], []],
    ]);
    assert.ok(reader.find(Buffer.from("zz"))?.ordinals.buffer instanceof SharedArrayBuffer);
  });

  it("refuses sections of another version, cut short or of different writes", () => {
    const sections = writeTerms(passages);
    const other = writeTerms([...passages, toPassageTerms(["c"])]);
    const newer = sections.terms.slice();
    newer[0] = 3;
    const faulty: PostingsSections[] = [
      { ...sections, terms: newer },
      { ...sections, terms: sections.terms.subarray(0, 24) },
      { ...sections, terms: new Uint8Array(0) },
      { ...sections, postings: sections.postings.subarray(0, 16) },
      { ...sections, postings: other.postings },
      { ...sections, lengths: sections.lengths.subarray(0, 16) },
      { ...sections, lengths: new Uint8Array(new ArrayBuffer(64), 1, 40) },
    ];
    for (const [i, fault] of faulty.entries()) {
      assert.throws(
        () => new PostingsReader(fault),
        (error) => error instanceof SluiceError && error.reason === "DATA_CORRUPT",
        `fault ${i}`,
      );
    }
  });
});

describe("checkPostings", () => {
  it("meets changed bytes with DATA_CORRUPT or not at all, never with a crash", () => {
    const sections = writeTerms(passages);
    fc.assert(
      fc.property(
        fc.constantFrom("terms", "postings", "blocks", "positions", "lengths"),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (name: keyof PostingsSections, position, change) => {
          const bytes = sections[name].slice();
          const at = position % bytes.length;
          bytes[at] = bytes[at]! ^ change;
          try {
            checkPostings(new PostingsReader({ ...sections, [name]: bytes }));
          } catch (error) {
            assert.ok(
              error instanceof SluiceError && error.reason === "DATA_CORRUPT",
              String(error),
            );
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("accepts whatever was written", () => {
    fc.assert(
      fc.property(fc.array(anyPassage, { maxLength: 20 }), (written) => {
        checkPostings(new PostingsReader(writeTerms(written)));
      }),
    );
  });

  it("names passages out of order", () => {
    const sections = writeTerms(passages);
    const postings = sections.postings.slice();
    // Postings: b in passage 0, wing in passages 0 and 1, zz in passage 1.
    postings[16 + 4] = 1;
    assert.throws(
      () => checkPostings(new PostingsReader({ ...sections, postings })),
      /posting 1 of term 1/,
    );
  });
});
