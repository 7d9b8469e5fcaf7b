// Conversions between domain and wire lose nothing.

import assert from "node:assert/strict";
import fc from "fast-check";
import { definitions } from "../../../src/wire/definitions.js";
import { documentToMessage } from "../../../src/wire/document-messages.js";
import { storedDocumentFromMessage, updateFromMessage } from "../../../src/client/messages.js";
import type { Document, FieldValue } from "../../../src/core/document.js";
import { searchUpdateFields } from "../../../src/contract/search-update.js";
import type { SearchUpdate } from "../../../src/contract/search-update.js";
import {
  documentFromMessage,
  storedDocumentToMessage,
} from "../../../src/rpc/convert-documents.js";
import { toMessage } from "../../../src/wire/field-messages.js";
import { decodePageToken, encodePageToken } from "../../../src/service/page-token.js";

/** Ordinary objects, as the code makes them. */
function record<T>(model: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const words = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((text) => text.toWellFormed().replaceAll("\ufffd", "?"));
const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => {
  return text.isWellFormed() && !text.includes("\ufffd");
});
const fieldValue: fc.Arbitrary<FieldValue> = fc.oneof(
  record({ kind: fc.constant("keyword" as const), value: words }),
  record({ kind: fc.constant("keywords" as const), value: fc.array(words, { maxLength: 5 }) }),
  record({
    kind: fc.constant("integer" as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  record({
    kind: fc.constant("float" as const),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
  record({ kind: fc.constant("boolean" as const), value: fc.boolean() }),
  record({
    kind: fc.constant("time" as const),
    value: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  }),
);
const fieldName = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 });
const fields = fc
  .uniqueArray(fc.tuple(fieldName, fieldValue), { selector: ([name]) => name, maxLength: 6 })
  .map((entries) => new Map(entries));
const document: fc.Arbitrary<Document> = record({
  key,
  title: words,
  text: words.map((text) => `${text}.`),
  fields,
});

const count = fc.nat({ max: 2 ** 31 - 1 });
const score = fc.double({ noNaN: true });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const stage = fc.constantFrom(
  ...(["lexical", "candidates", "late_interaction", "cross_encoder"] as const),
);
const update: fc.Arbitrary<SearchUpdate> = record({
  sequence: count,
  final: fc.boolean(),
  stage,
  certificate: fc.constantFrom("lexical", "estimate", "exact", "reranked"),
  baseCertificate: maybe(fc.constantFrom("lexical", "estimate", "exact")),
  coverage: record({
    eligible: count,
    sketchScored: count,
    maxSimScored: count,
    reranked: count,
  }),
  settledCount: count,
  scoreKind: fc.constantFrom("bm25", "fusion", "relevance", "reranked"),
  generation: fc.nat({ max: 2 ** 53 - 1 }),
  timings: record({ total: count }),
  degradations: fc.array(
    record({
      reason: fc.constantFrom("BUDGET_EXHAUSTED", "CORRUPT_PASSAGES"),
      message: words,
      stages: fc.array(stage),
    }),
  ),
  hits: fc.array(
    record({
      key,
      rank: count,
      score,
      parts: record({
        bm25: maybe(score),
        sketch: maybe(score),
        maxsim: maybe(score),
        crossEncoder: maybe(score),
      }),
      passageNumber: count,
      span: record({ start: count, end: count }),
      payload: maybe(
        record({
          title: words,
          text: words,
          fields,
          highlights: fc.array(record({ start: count, end: count })),
        }),
      ),
    }),
    { maxLength: 5 },
  ),
});

describe("conversions", () => {
  it("bring a document over the wire as it was", () => {
    const { requestSerialize, requestDeserialize } = definitions().documents.Ingest;
    fc.assert(
      fc.property(document, fc.option(fc.integer({ min: 1, max: 4 })), (one, rowCount) => {
        const given: Document =
          rowCount === null
            ? one
            : {
                ...one,
                vectors: {
                  type: "float16",
                  dim: 48,
                  bytes: Buffer.alloc(96 * rowCount, 7),
                  modelFingerprint: "0f".repeat(32),
                },
              };
        const message = { items: [{ document: documentToMessage(given) }] };
        const received = requestDeserialize(requestSerialize(message));
        assert.deepEqual(documentFromMessage(received.items[0]!.document), given);
      }),
    );
  });

  it("bring a stored document to the client as it was", () => {
    const { responseSerialize, responseDeserialize } = definitions().documents.Get;
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(9), (one, sequence, passageCount) => {
        const stored = { ...one, sequence, passageCount };
        const bytes = responseSerialize({ documents: [storedDocumentToMessage(stored)] });
        const received = responseDeserialize(bytes).documents[0]!;
        assert.deepEqual(storedDocumentFromMessage(received), stored);
      }),
    );
  });

  it("bring an update to the client as it was", () => {
    const { responseSerialize, responseDeserialize } = definitions().search.Search;
    fc.assert(
      fc.property(update, (one) => {
        const bytes = responseSerialize({ update: toMessage(searchUpdateFields, one) });
        const received = updateFromMessage(responseDeserialize(bytes).update!);
        // Parts and stages that the domain does not know are told as absent.
        assert.deepEqual(withoutAbsent(received), withoutAbsent(one));
      }),
    );
  });

  it("give back the key of a page token and refuse every other token", () => {
    fc.assert(
      fc.property(key, (afterKey) => {
        assert.equal(decodePageToken(encodePageToken(afterKey)), afterKey);
      }),
    );
    for (const token of ["x", "AQ", "Ag", "AWE=", "AWE*", "Af8", encodePageToken("a") + "\n"]) {
      assert.throws(() => decodePageToken(token), { reason: "INVALID_FIELD", field: "page_token" });
    }
  });
});

/** The value with undefined properties left out, at any depth. */
function withoutAbsent(value: unknown): unknown {
  if (value instanceof Map) return new Map(Array.from(value, ([k, v]) => [k, withoutAbsent(v)]));
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, property]) => property !== undefined);
  return Object.fromEntries(entries.map(([name, property]) => [name, withoutAbsent(property)]));
}
