// The check of raw bytes agrees with a second encoder's view of what is whole and what is not.

import assert from "node:assert/strict";
import fc from "fast-check";
import { definitions } from "../../../src/wire/definitions.js";
import { createWireCheck } from "../../../src/rpc/wire-check.js";

const { packages, documents, search } = definitions();
const checkIngest = createWireCheck(packages, "sluice.v1.IngestRequest");
const checkSearch = createWireCheck(packages, "sluice.v1.SearchRequest");

describe("wire check", () => {
  const item = fc.record({
    client_sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    document: fc.record({
      key: fc.string({ unit: "grapheme" }),
      title: fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
      text: fc.string({ unit: "grapheme", maxLength: 300 }),
      fields: fc.array(
        fc.oneof(
          fc.record({ name: fc.string(), integer: fc.bigInt({ min: -9n, max: 9n }).map(String) }),
          fc.record({ name: fc.string(), float: fc.double() }),
          fc.record({ name: fc.string(), boolean: fc.boolean() }),
          fc.record({ name: fc.string(), keywords: fc.record({ values: fc.array(fc.string()) }) }),
        ),
      ),
      vectors: fc.record({
        type: fc.constantFrom("VECTOR_TYPE_INT8" as const, "VECTOR_TYPE_FLOAT32" as const),
        dim: fc.nat(),
        rows: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      }),
    }),
  });
  const ingestBytes = fc
    .array(item, { maxLength: 4 })
    .map((items) => documents.Ingest.requestSerialize({ collection: "notes", items }));

  it("finds nothing wrong with what an encoder wrote", () => {
    fc.assert(fc.property(ingestBytes, (bytes) => assert.deepEqual(checkIngest(bytes), [])));
  });

  it("finds every end that is cut off inside a field", () => {
    fc.assert(
      fc.property(ingestBytes, fc.nat(), (bytes, cut) => {
        const shorter = bytes.subarray(0, cut % bytes.length);
        const faults = checkIngest(shorter);
        if (faults.length > 0) {
          assert.equal(faults[0]!.kind, "broken");
          return;
        }
        // The cut fell between two fields of the message itself: what is left is a message.
        const whole = documents.Ingest.requestDeserialize(bytes);
        const decoded = documents.Ingest.requestDeserialize(shorter);
        assert.deepEqual(decoded.items, whole.items.slice(0, decoded.items.length));
      }),
    );
  });

  it("ends on any bytes, and what it passes the decoder takes", () => {
    const mutated = fc
      .tuple(ingestBytes, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
      .map(([bytes, edits]) => {
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        return bytes;
      });
    const anyBytes = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        for (const [check, method] of [
          [checkIngest, documents.Ingest],
          [checkSearch, search.Search],
        ] as const) {
          const faults = check(bytes);
          if (faults[0]?.kind !== "broken") method.requestDeserialize(bytes);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("names the place of a fault", () => {
    const bytes = documents.Ingest.requestSerialize({
      collection: "notes",
      items: [
        { document: { key: "a" } },
        { document: { key: "b", fields: [{ name: "x", keywords: { values: ["ok", "BAD"] } }] } },
      ],
    });
    bytes[bytes.indexOf("BAD")] = 0xc0;
    assert.deepEqual(checkIngest(bytes), [
      {
        path: "items[1].document.fields[0].keywords.values[1]",
        kind: "invalid_utf8",
        message: "is not valid UTF-8",
      },
    ]);
  });
});
