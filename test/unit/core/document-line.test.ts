// A document as a line of JSON: nothing is lost, and what plain JSON would change has its type.

import assert from "node:assert/strict";
import { documentLine } from "../../../src/core/document-line.js";
import type { Fields, FieldValue, PassageVectors } from "../../../src/core/document.js";

const noFields: Fields = new Map();

function passage(start: number, end: number): PassageVectors {
  const vectors = { type: "float32", dim: 16, bytes: new Uint8Array(64) } as const;
  return { span: { start, end }, vectors };
}

describe("a document as a line of JSON", () => {
  it("has its types where plain JSON would change a value", () => {
    const fields = new Map<string, FieldValue>([
      ["small", { kind: "integer", value: -3n }],
      ["large", { kind: "integer", value: 2n ** 62n }],
      ["half", { kind: "float", value: 0.5 }],
      ["whole", { kind: "float", value: 10 }],
      ["when", { kind: "time", value: 0 }],
      ["word", { kind: "keyword", value: 'a "b"\n' }],
      ["words", { kind: "keywords", value: ["x", ""] }],
      ["yes", { kind: "boolean", value: true }],
    ]);
    const line = documentLine({ key: "k", title: "T", text: "t\u2028", fields });
    assert.ok(line.endsWith("}\n"));
    assert.equal(line.trimEnd().includes("\n"), false);
    assert.deepEqual(JSON.parse(line), {
      key: "k",
      title: "T",
      text: "t\u2028",
      fields: {
        small: -3,
        large: { integer: "4611686018427387904" },
        half: 0.5,
        whole: { float: 10 },
        when: { time: "1970-01-01T00:00:00.000Z" },
        word: 'a "b"\n',
        words: ["x", ""],
        yes: true,
      },
    });
  });

  it("leaves out what is empty, and keeps a name such as __proto__", () => {
    assert.equal(
      documentLine({ key: "k", title: "", text: "", fields: noFields }),
      '{"key":"k","text":""}\n',
    );
    const fields: Fields = new Map([["__proto__", { kind: "integer", value: 1n }]]);
    const line = documentLine({ key: "k", title: "", text: "", fields });
    assert.equal(line, '{"key":"k","text":"","fields":{"__proto__":1}}\n');
  });

  it("has the vectors of one passage as an import takes them, and those of several by passage", () => {
    const common = { key: "k", title: "", text: "t", fields: noFields };
    const one = JSON.parse(documentLine({ ...common, passages: [passage(0, 1)] })) as object;
    const base64 = Buffer.alloc(64).toString("base64");
    const vectors = { type: "float32", dim: 16, base64 };
    assert.deepEqual(one, { key: "k", text: "t", vectors });
    const two = { ...common, passages: [passage(0, 3), passage(2, 5)] };
    assert.deepEqual(JSON.parse(documentLine(two)), {
      key: "k",
      text: "t",
      passages: [
        { start: 0, end: 3, vectors },
        { start: 2, end: 5, vectors },
      ],
    });
  });
});
