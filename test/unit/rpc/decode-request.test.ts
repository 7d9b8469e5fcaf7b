// What a request may hold is looked at before objects are made of it, for every RPC alike.

import assert from "node:assert/strict";
import { limits } from "../../../src/core/limits.js";
import {
  createRequestDecoder,
  faultError,
  ignoredFields,
  wireFaults,
} from "../../../src/rpc/decode-request.js";
import { entriesMax } from "../../../src/rpc/message-limits.js";
import { createWireCheck, zeroTotals } from "../../../src/rpc/wire-check.js";
import { definitions } from "../../../src/wire/definitions.js";
import { field } from "../../support/raw-grpc.js";
import { methodsOfServices, repeatedFields } from "../../support/request-fields.js";

const { packages, documents, search, collections } = definitions();

function decode(path: string, bytes: Buffer): { message: object; pauseCount: number } {
  const method = methodsOfServices().find((one) => one.path === path);
  const steps = createRequestDecoder(packages, method!)(bytes);
  for (let pauseCount = 0; ; pauseCount += 1) {
    const { done, value } = steps.next();
    if (done === true) return { message: value, pauseCount };
  }
}

describe("limits of requests", () => {
  const all = repeatedFields();

  it("name every repeated field that a request can hold, and no other", () => {
    const names = new Set(all.map(({ fullName }) => fullName));
    assert.deepEqual([...names].sort(), Object.keys(entriesMax).sort());
  });

  for (const { path, name, filled } of all)
    it(`are held by ${name} of ${path}`, () => {
      const { message } = decode(path, filled(1024 * 1024));
      const [fault] = wireFaults(message);
      assert.match(fault?.kind ?? "none", /^too_(many|large)$/);
      const { reason } = faultError(fault!);
      assert.ok(reason === "INVALID_FIELD" || reason === "LIMIT_EXCEEDED");
      // An ingest message keeps what says which document it was; others hold nothing.
      const kept = "items" in message ? (message.items as { document: unknown }[]) : [];
      assert.ok(kept.length <= 1);
      assert.ok(JSON.stringify(message).length < 2000);
    });

  it("end the walk at the first excess, whatever the message is filled with", () => {
    const check = createWireCheck(packages, "sluice.v1.SearchRequest");
    const fillings = {
      "a field again and again": Buffer.from([0x12, 0x00]),
      "an unknown field": Buffer.from([0xf8, 0x07, 0x00]),
      "a string": field(1, "abc"),
    };
    for (const [name, one] of Object.entries(fillings)) {
      const totals = zeroTotals();
      const [fault] = check(Buffer.alloc(one.length * 1_000_000, one), totals);
      assert.equal(fault?.kind, "too_large", name);
      assert.equal(faultError(fault).reason, "LIMIT_EXCEEDED");
      assert.equal(totals.fields, limits.messageFieldsMax + 1, name);
    }
  });

  it("hold for the length of a string before it is made", () => {
    const long = "a".repeat(limits.shortStringBytesMax + 1);
    const text = decode(search.Search.path, field(2, field(1, long))).message;
    assert.equal(faultError(wireFaults(text)[0]!).reason, "INVALID_TEXT");
    const key = decode(documents.Get.path, field(2, long)).message;
    assert.equal(faultError(wireFaults(key)[0]!).reason, "INVALID_KEY");
  });

  it("hold for the text of all items of a rerank together", () => {
    const item = field(2, field(2, "a".repeat(limits.textBytesMax)));
    const { message } = decode(search.Rerank.path, Buffer.concat(Array<Buffer>(5).fill(item)));
    assert.equal(wireFaults(message)[0]?.kind, "too_large");
  });

  it("take the largest that they allow", () => {
    const values = Array.from({ length: limits.filterValuesMax }, (_, i) => ({ keyword: `k${i}` }));
    const lists = limits.filterValuesTotalMax / limits.filterValuesMax;
    const filters = Array.from({ length: lists }, () => ({ any_of: { field: "a", values } }));
    const asked = { collection: "notes", query: { text: "x" }, filter: { all: { filters } } };
    const samples = Array.from({ length: limits.sampleQueriesMax }, () => ({
      text: "x",
      vectors: { type: "VECTOR_TYPE_INT8" as const, dim: 16, rows: Buffer.alloc(16) },
    }));
    const scores = Array.from({ length: limits.scoreMapPointsMax }, (_, i) => i);
    const maps = Array.from({ length: limits.scoreMapsMax }, () => ({
      isotonic: { scores, probabilities: scores },
    }));
    for (const [path, bytes] of [
      [search.Search.path, search.Search.requestSerialize(asked)],
      [collections.Calibrate.path, collections.Calibrate.requestSerialize({ samples })],
      [
        collections.SetScoreMaps.path,
        collections.SetScoreMaps.requestSerialize({ score_maps: maps }),
      ],
    ] as const)
      assert.deepEqual(wireFaults(decode(path, bytes).message), [], path);
  });

  it("decode a long message in steps, to what the library makes of it", () => {
    const text = "é".repeat(100_000);
    const items = Array.from({ length: 64 }, (_, i) => ({
      client_sequence: String(i + 1),
      document: { key: `k${i}`, text, fields: [{ name: "n", integer: String(i) }] },
    }));
    const bytes = documents.Ingest.requestSerialize({ collection: "notes", items });
    const { message, pauseCount } = decode(documents.Ingest.path, bytes);
    assert.deepEqual(message, documents.Ingest.requestDeserialize(bytes));
    assert.ok(pauseCount >= 8, `${pauseCount} pauses in ${bytes.length} bytes`);
  });

  it("tell of fields of a newer version once, and decode the rest", () => {
    const newer = field(1000, "new");
    const item = (key: string): Buffer =>
      field(2, Buffer.concat([field(2, Buffer.concat([field(1, key), newer])), newer]));
    const bytes = Buffer.concat([field(1, "notes"), item("a"), item("b"), newer]);
    const { message } = decode(documents.Ingest.path, bytes);
    const decoded = message as ReturnType<typeof documents.Ingest.requestDeserialize>;
    assert.deepEqual(
      decoded.items.map((one) => one.document?.key),
      ["a", "b"],
    );
    assert.deepEqual(wireFaults(message), []);
    assert.deepEqual(
      [...ignoredFields(message)],
      ["IngestRequest field 1000", "Document field 1000", "IngestItem field 1000"],
    );
    const many = Buffer.concat(Array.from({ length: 500 }, (_, i) => field(1000 + i, "new")));
    assert.equal(ignoredFields(decode(search.Search.path, many).message).size, 8);
  });

  it("answer a document with too much by its number and key, and leave the others", () => {
    const fields = Array.from({ length: limits.fieldCountMax + 1 }, (_, i) => ({
      name: `f${i}`,
      integer: "1",
    }));
    const items = [
      { client_sequence: "7", document: { key: "first", text: "a" } },
      { client_sequence: "8", document: { key: "second", text: "b", fields } },
      { client_sequence: "9", document: { key: "third", text: "c" } },
    ];
    const bytes = documents.Ingest.requestSerialize({ collection: "notes", items });
    const { message } = decode(documents.Ingest.path, bytes);
    const decoded = message as ReturnType<typeof documents.Ingest.requestDeserialize>;
    assert.deepEqual(
      decoded.items.map((item) => [item.client_sequence, item.document?.key, item.document?.text]),
      [
        ["7", "first", "a"],
        ["8", "second", ""],
        ["9", "third", "c"],
      ],
    );
    const paths = wireFaults(message).map(({ path, kind }) => [path, kind]);
    assert.deepEqual(paths, [["items[1].document.fields", "too_many"]]);
  });
});
