import assert from "node:assert/strict";

import { toDocument } from "../../../src/importers/document-json.js";

describe("toDocument", () => {
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
      assert.deepEqual(vectors, { type, dim, bytes: Uint8Array.of(1, 2, 3, 4) });
    }
    const given = { type: "int8", dim: 4, base64, model_fingerprint: "abc" };
    assert.equal(toDocument({ id: "a", vectors: given }).vectors?.modelFingerprint, "abc");
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
      [{ key: "a", text: "x", url: "u" }, /unknown property "url"; put it under "fields"/],
      [{ key: "a", text: "x", fields: [] }, /"fields" is a list/],
      [{ key: "a", text: "x", fields: { f: { g: 1 } } }, /field "f" is an object/],
      [{ key: "a", text: "x", fields: { f: [1] } }, /field "f" has a number in its list/],
      [{ key: "a", text: "x", fields: { f: 2 ** 53 } }, /field "f" holds a whole number beyond/],
      [{ key: "a", text: "x", fields: {}, metadata: {} }, /both "fields" and "metadata"/],
      [{ key: "a", vectors: [] }, /no rows/],
      [{ key: "a", vectors: [[]] }, /no rows/],
      [{ key: "a", vectors: [[1], [1, 2]] }, /row 1 .* other than row 0/],
      [{ key: "a", vectors: [[1], ["1"]] }, /row 1 .* not a finite number/],
      [{ key: "a", vectors: [[1e39]] }, /row 0 .* not a finite number/],
      [{ key: "a", vectors: "AAAA" }, /"vectors" is a string/],
      [{ key: "a", vectors: { type: "float64", dim: 1, base64 } }, /vectors.type/],
      [{ key: "a", vectors: { type: "int8", dim: 0, base64 } }, /vectors.dim/],
      [{ key: "a", vectors: { type: "int8", dim: 3, base64 } }, /whole rows of 3 int8/],
      [{ key: "a", vectors: { type: "int8", dim: 1, base64: "?" } }, /not base64/],
      [{ key: "a", vectors: { type: "int8", dim: 1, base64: "AAAAA" } }, /whole rows/],
    ];
    for (const [value, message] of faults) {
      const name = JSON.stringify(value);
      assert.throws(() => toDocument(value), { reason: "INVALID_INPUT_FILE", message }, name);
    }
  });
});
