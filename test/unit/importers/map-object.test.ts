import assert from "node:assert/strict";

import { mapObject } from "../../../src/importers/map-object.js";
import type { Mapping } from "../../../src/importers/mapping.js";
import { documentLine } from "../../../src/core/document-line.js";
import type { Document, FieldValue } from "../../../src/core/document.js";
import { parseJson } from "../../../src/core/json.js";

function toDocument(value: unknown, mapping: Mapping = {}): Document {
  return mapObject(value, mapping, { name: "docs.jsonl", line: 7 });
}

describe("an object of a file", () => {
  it("reads all properties", () => {
    const document = toDocument({
      key: "k",
      title: "T",
      text: "x",
      fields: { lang: "en", tags: ["a", "b"], year: 1958, weight: 0.5, open: false, none: null },
    });
    assert.deepEqual(document, {
      key: "k",
      title: "T",
      text: "x",
      fields: new Map<string, unknown>([
        ["lang", { kind: "keyword", value: "en" }],
        ["tags", { kind: "keywords", value: ["a", "b"] }],
        ["year", { kind: "integer", value: 1958n }],
        ["weight", { kind: "float", value: 0.5 }],
        ["open", { kind: "boolean", value: false }],
      ]),
    });
  });

  it("reads BEIR's names, numbers as keys, and leaves title and fields empty", () => {
    const expected = { key: "7", title: "", text: "x", fields: new Map() };
    for (const name of ["_id", "id", "key"]) {
      assert.deepEqual(toDocument({ [name]: "7", text: "x", metadata: {} }), expected);
    }
    assert.deepEqual(toDocument({ id: 7, title: null, text: "x" }), expected);
  });

  it("reads a line of an export as the document that was written, without vectors of several passages", () => {
    const fields = new Map<string, FieldValue>([
      ["count", { kind: "integer", value: 2n ** 60n }],
      ["counts", { kind: "integers", value: [1n, 2n ** 60n] }],
      ["whole", { kind: "float", value: 10 }],
      ["wholes", { kind: "floats", value: [10, 0.5, 2 ** 80] }],
      ["when", { kind: "time", value: 1_700_000_000_123 }],
      ["days", { kind: "times", value: [0, 86_400_000] }],
      ["words", { kind: "keywords", value: ["a", "b"] }],
    ]);
    const document = { key: "k", title: "T", text: "first second", fields };
    const vectors = { type: "float32", dim: 1, bytes: new Uint8Array(4) } as const;
    const passages = [
      { span: { start: 0, end: 5 }, vectors },
      { span: { start: 6, end: 12 }, vectors },
    ];
    const line: unknown = parseJson(documentLine({ ...document, passages }));
    assert.deepEqual(toDocument(line), document);
    const own = toDocument({ key: "k", text: "x", passages: ["one", "two"] });
    assert.deepEqual(own.fields.get("passages"), { kind: "keywords", value: ["one", "two"] });
  });

  it("reads vectors as nested numbers", () => {
    const { vectors } = toDocument({ id: "a", vectors: [[1, 0.5], [0, -1]] }); // prettier-ignore
    assert.deepEqual([vectors?.type, vectors?.dim], ["float32", 2]);
    const values = new Float32Array(vectors?.bytes.slice().buffer ?? new ArrayBuffer(0));
    assert.deepEqual([...values], [1, 0.5, 0, -1]);
  });

  it("reads vectors as base64 of any type, with the model's fingerprint", () => {
    const base64 = Buffer.of(1, 2, 3, 4).toString("base64");
    for (const [type, dim] of [
      ["float32", 1],
      ["float16", 2],
      ["int8", 2],
    ] as const) {
      const { vectors } = toDocument({ id: "a", vectors: { type, dim, base64 } });
      assert.deepEqual(vectors, { type, dim, bytes: Buffer.of(1, 2, 3, 4) });
    }
    const fingerprint = "0f".repeat(32);
    const given = { type: "int8", dim: 4, base64, model_fingerprint: fingerprint };
    assert.equal(toDocument({ id: "a", vectors: given }).vectors?.modelFingerprint, fingerprint);
  });

  it("leaves fields to fieldsFromJson", () => {
    const { fields } = toDocument({ key: "a", text: "x", fields: { author: { name: "Ann" } } });
    assert.deepEqual([...fields], [["author.name", { kind: "keyword", value: "Ann" }]]);
    const mixed = { key: "a", text: "x", metadata: { f: [1, "a"] } };
    assert.throws(() => toDocument(mixed), { reason: "INVALID_FIELD", field: "f" });
  });

  it("refuses what it would lose or change, naming it", () => {
    const base64 = Buffer.of(1, 2, 3, 4).toString("base64");
    const faults: [unknown, RegExp][] = [
      [[], /the line is a list, expected an object/],
      ["text", /the line is a string/],
      [null, /the line is null/],
      [{ text: "x" }, /the key is missing/],
      [{ key: "", text: "x" }, /the key is missing/],
      [{ key: 1.5, text: "x" }, /"key" is a number/],
      [{ key: "a", id: "b", text: "x" }, /both "key" and "id"/],
      [{ key: "a" }, /"text" is missing/],
      [{ key: "a", text: 5 }, /"text" is a number, expected a string/],
      [{ key: "a", text: "half \ud83d" }, /"text" is not valid Unicode/],
      [{ key: "\udc00", text: "x" }, /"key" is not valid Unicode/],
      [
        { key: "a", text: "x", lang: "en", fields: { lang: "de" } },
        /two values for the field "lang"/,
      ],
      [{ update: "id:n:t::1", fields: { text: "x" } }, /an operation of a Vespa feed/],
      [{ remove: "id:n:t::1" }, /an operation of a Vespa feed/],
      [{ key: "a", text: "x", fields: [] }, /"fields" is a list/],
      [{ key: "a", text: "x", fields: {}, metadata: {} }, /both "fields" and "metadata"/],
      [{ key: "a", vectors: [] }, /no rows/],
      [{ key: "a", vectors: [[]] }, /no rows/],
      [{ key: "a", vectors: [[1], [1, 2]] }, /row 1 .* other than row 0/],
      [{ key: "a", vectors: [[1], ["1"]] }, /row 1 .* not a finite number/],
      [{ key: "a", vectors: [[1e39]] }, /row 0 .* not a finite number/],
      [{ key: "a", vectors: "AAAA" }, /vectors is neither rows/],
      [{ key: "a", vectors: { type: "float64", dim: 1, base64 } }, /vectors.type/],
      [{ key: "a", vectors: { type: "int8", dim: 0, base64 } }, /vectors.dim/],
      [{ key: "a", vectors: { type: "int8", dim: 3, base64 } }, /whole rows of 3 int8/],
      [{ key: "a", vectors: { type: "int8", dim: 1, base64: "?" } }, /not base64/],
      [{ key: "a", vectors: { type: "int8", dim: 1, base64: "AAAAA" } }, /not base64/],
    ];
    for (const [value, message] of faults) {
      const name = JSON.stringify(value);
      assert.throws(() => toDocument(value), { reason: "INVALID_INPUT_FILE", message }, name);
    }
  });

  it("makes fields of the properties that have no other place", () => {
    const wiki = { id: "12", revid: "7", url: "https://example.org", title: "T", text: "x" };
    const { key, fields } = toDocument(wiki);
    assert.equal(key, "12");
    assert.deepEqual([...fields.keys()], ["revid", "url"]);
    const nested = toDocument({ id: "1", text: "x", lang: "en", metadata: { year: 1958 } });
    assert.deepEqual([...nested.fields.keys()], ["year", "lang"]);
  });

  it("reads the names of other tools: Pyserini's contents, DPR's pid, operations of Vespa", () => {
    assert.equal(toDocument({ id: "e27", contents: "big data" }).text, "big data");
    assert.equal(toDocument({ pid: 5, passage: "big data" }).key, "5");
    const put = { put: "id:mind:news::N1", fields: { title: "T", body: "x", id: 4 } };
    const { key, title, text, fields } = toDocument(put);
    assert.deepEqual(
      [key, title, text, [...fields.keys()]],
      ["id:mind:news::N1", "T", "x", ["id"]],
    );
  });

  it("goes by the mapping", () => {
    const value = { link: "u", head: "H", q: "one", a: "two", section: "s", n: "7", other: 1 };
    const mapping = { key: "link", title: "head", text: ["q", "a"], heading: "section" };
    const { fields, ...parts } = toDocument(value, mapping);
    assert.deepEqual(parts, { key: "u", title: "H", text: "one\n\ntwo" });
    assert.deepEqual([...fields.keys()].sort(), ["heading", "n", "other"]);
    const kinds = new Map([["n", "integer" as const]]);
    const chosen = toDocument(value, { ...mapping, fields: ["n"], kinds });
    assert.deepEqual([...chosen.fields.keys()].sort(), ["heading", "n"]);
    assert.deepEqual(chosen.fields.get("n"), { kind: "integer", value: 7n });
    assert.throws(() => toDocument({ ...value, n: "x" }, { ...mapping, kinds }), /not of the kind/);
    assert.equal(toDocument({ text: "x" }, { keyByLine: true }).key, "docs.jsonl:7");
  });

  it("reads times by their declared kind, and those without a zone with one", () => {
    const value = {
      id: "a",
      text: "x",
      at: "2024-01-31T10:00:00",
      typed: { time: "2024-01-31T10:00" },
    };
    const mapping = { kinds: new Map([["at", "time" as const]]), zoneMinutes: -60 };
    const time = { kind: "time", value: Date.UTC(2024, 0, 31, 11) };
    assert.deepEqual(Object.fromEntries(toDocument(value, mapping).fields), {
      at: time,
      typed: time,
    });
    assert.throws(() => toDocument(value, {}), { reason: "INVALID_FIELD" });
  });

  it("takes __proto__ and constructor for names like any other", () => {
    const value: unknown = JSON.parse('{"id":"a","text":"x","__proto__":"p","constructor":"c"}');
    const { fields } = toDocument(value);
    assert.deepEqual([...fields.keys()], ["__proto__", "constructor"]);
    assert.throws(() => toDocument({ text: "x" }, { key: "constructor" }), /key is missing/);
  });
});
