import assert from "node:assert/strict";

import fc from "fast-check";

import type { FieldValue } from "../../../src/core/document.js";
import { limits } from "../../../src/core/limits.js";
import { valueKinds } from "../../../src/store/format.js";
import { frame } from "../../../src/store/frame.js";
import {
  packDocument,
  packJournalPassage,
  packManifest,
  unpackDocument,
  unpackJournalPassage,
  unpackManifest,
} from "../../../src/store/records.js";
import { packScoreMaps, unpackScoreMaps } from "../../../src/store/score-maps-record.js";
import { hasReason } from "../../support/errors.js";
import {
  anyCentring,
  anyDocumentRecord,
  anyJournalPassage,
  anyManifest,
  documentRecord,
} from "../../support/stored-values.js";

describe("records", () => {
  it("gives any document back", () => {
    fc.assert(
      fc.property(anyDocumentRecord, (record) => {
        assert.deepEqual(unpackDocument(packDocument("a", record), "a"), record);
      }),
      { numRuns: 300 },
    );
  });

  it("gives any journal passage back", () => {
    fc.assert(
      fc.property(anyJournalPassage, (passage) => {
        const back = unpackJournalPassage(packJournalPassage(passage), "passage");
        assert.deepEqual(back, passage);
      }),
      { numRuns: 300 },
    );
  });

  it("gives any manifest back", () => {
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        assert.deepEqual(unpackManifest(packManifest(manifest), "manifest"), manifest);
      }),
    );
  });

  it("gives any centre back, and refuses another one under its checksum", () => {
    fc.assert(
      fc.property(anyManifest, anyCentring, (manifest, centring) => {
        const centred = { ...manifest, dim: 16, centring };
        assert.deepEqual(unpackManifest(packManifest(centred), "manifest"), centred);
        const { centre } = centring;
        if (centre === undefined) return;
        const moved = { ...centring, centre: { ...centre, mean: centre.mean / 2 + 1 } };
        const packed = packManifest({ ...centred, centring: moved });
        assert.throws(() => unpackManifest(packed, "manifest"), hasReason("DATA_CORRUPT"));
      }),
    );
  });

  it("gives any score maps back", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    // Absent numbers are 0, so -0 would come back as 0.
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const plain = { noNullPrototype: true };
    const isotonic = fc.array(fc.tuple(number, share), { minLength: 1 }).map((points) => ({
      method: "isotonic" as const,
      scores: points.map(([score]) => score).sort((a, b) => a - b),
      probabilities: points.map(([, probability]) => probability).sort((a, b) => a - b),
    }));
    const platt = fc.record(
      { method: fc.constant("platt" as const), slope: share, intercept: number },
      plain,
    );
    const weighted = fc.record({ model: fc.string({ minLength: 1 }), weight: share }, plain);
    const calibration = fc.record(
      {
        map: fc.oneof(platt, isotonic),
        lexicalWeight: share,
        brier: share,
        ece: share,
        rerank: fc.option(weighted, { nil: undefined }),
        queryCount: fc.nat(),
        resultCount: fc.nat(),
      },
      plain,
    );
    fc.assert(
      fc.property(fc.array(calibration, { maxLength: 4 }), (maps) => {
        assert.deepEqual(unpackScoreMaps(packScoreMaps(maps)), maps);
      }),
    );
  });

  it("keeps the least and the greatest of every field", () => {
    const values: FieldValue[] = [
      { kind: "keyword", value: "" },
      { kind: "keywords", value: [] },
      { kind: "keywords", value: [""] },
      { kind: "integer", value: -(2n ** 63n) },
      { kind: "integer", value: 2n ** 63n - 1n },
      { kind: "integer", value: 0n },
      { kind: "float", value: -0 },
      { kind: "float", value: Number.MIN_VALUE },
      { kind: "float", value: -Infinity },
      { kind: "float", value: NaN },
      { kind: "boolean", value: false },
      { kind: "time", value: -1 },
      { kind: "time", value: 8.64e15 },
    ];
    const fields = new Map(values.map((value, i) => [`field ${i}`, value]));
    const record = { ...documentRecord("text"), fields };
    assert.deepEqual(unpackDocument(packDocument("a", record), "a"), record);
  });

  it("keeps a text of the greatest length, of characters of three bytes", () => {
    const text = "語".repeat(Math.floor(limits.textBytesMax / 3));
    const back = unpackDocument(packDocument("a", documentRecord(text)), "a");
    assert.equal(back.text === text, true);
  });

  it("replaces half a surrogate pair as every UTF-8 writer does", () => {
    const back = unpackDocument(packDocument("a", documentRecord("a\ud800b")), "a");
    assert.equal(back.text, "a\ufffdb");
  });

  it("does not believe a record whose bytes are right and whose content is not", () => {
    // An empty table: a root offset, and a vtable without fields.
    const empty = Buffer.from([8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0]);
    assert.throws(
      () => unpackDocument(frame(valueKinds.document, empty), "a"),
      hasReason("DATA_CORRUPT", /document "a" is damaged: no title/),
    );
    assert.throws(
      () => unpackJournalPassage(frame(valueKinds.journalPassage, empty), "passage 3"),
      hasReason("DATA_CORRUPT", /passage 3 is damaged/),
    );
    assert.throws(
      () => unpackManifest(frame(valueKinds.manifest, empty), "manifest"),
      hasReason("DATA_CORRUPT", /manifest is damaged/),
    );
  });

  it("does not mistake one record for another", () => {
    const framed = packDocument("a", documentRecord("text"));
    assert.throws(() => unpackManifest(framed, "manifest"), hasReason("DATA_CORRUPT"));
  });
});
