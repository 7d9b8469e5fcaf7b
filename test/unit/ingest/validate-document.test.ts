import assert from "node:assert/strict";

import fc from "fast-check";

import type { Document, FieldValue } from "../../../src/core/document.js";
import type { ErrorReason } from "../../../src/core/errors.js";
import { limits } from "../../../src/core/limits.js";
import { validateDocument, validateKey } from "../../../src/ingest/validate-document.js";
import { hasReason } from "../../support/errors.js";

const whole: Document = { key: "key", title: "title", text: "text", fields: new Map() };

function refuses(change: Partial<Document>, reason: ErrorReason, message: RegExp): void {
  assert.throws(() => validateDocument({ ...whole, ...change }), hasReason(reason, message));
}

function withField(value: FieldValue, name = "name"): Partial<Document> {
  return { fields: new Map([[name, value]]) };
}

describe("validateDocument", () => {
  it("takes whole documents, up to every limit", () => {
    validateDocument(whole);
    validateDocument({ ...whole, title: "" });
    validateDocument({ ...whole, text: "" });
    validateDocument({
      key: "k".repeat(limits.keyBytesMax),
      title: "é".repeat(limits.titleBytesMax / 2),
      text: "t".repeat(limits.textBytesMax),
      fields: new Map(
        Array.from({ length: limits.fieldCountMax }, (_, i) => [
          `${i}`.padStart(limits.fieldNameBytesMax, "n"),
          { kind: "keyword", value: "v".repeat(limits.keywordBytesMax) },
        ]),
      ),
    });
    const bytes = new Uint8Array(64);
    const vectors = { type: "float32", dim: 16, bytes } as const;
    validateDocument({ ...whole, title: "", text: "", vectors });
  });

  it("refuses keys that are empty, too long or no text", () => {
    refuses({ key: "" }, "INVALID_KEY", /empty/);
    const long = "é".repeat(limits.keyBytesMax / 2 + 1);
    refuses({ key: long }, "INVALID_KEY", /has 514 bytes, the limit is 512/);
    refuses({ key: "a\0b" }, "INVALID_KEY", /NUL/);
    refuses({ key: "a\ud800" }, "INVALID_KEY", /surrogate/);
  });

  it("takes each key that names a document in the store, and no other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (key) => {
        const bytes = Buffer.byteLength(key);
        const isValid = bytes > 0 && bytes <= limits.keyBytesMax && !key.includes("\0");
        if (isValid) validateKey(key);
        else assert.throws(() => validateKey(key), hasReason("INVALID_KEY"));
      }),
    );
  });

  it("refuses texts that are too long, no text, or not there", () => {
    refuses({ title: "t".repeat(limits.titleBytesMax + 1) }, "INVALID_TEXT", /title has 4097/);
    refuses({ text: "t".repeat(limits.textBytesMax + 1) }, "INVALID_TEXT", /text has 4194305/);
    refuses({ title: "\udc00" }, "INVALID_TEXT", /title holds half/);
    refuses({ text: "half \ud83d" }, "INVALID_TEXT", /text holds half/);
    refuses({ title: "", text: "" }, "INVALID_TEXT", /neither title, text nor vectors/);
    refuses({ title: " ", text: "\n\t" }, "INVALID_TEXT", /neither/);
  });

  it("refuses fields that are too many, nameless or too long", () => {
    const many = Array.from({ length: limits.fieldCountMax + 1 }, (_, i) => `${i}`);
    const value = { kind: "boolean", value: true } as const;
    refuses({ fields: new Map(many.map((n) => [n, value])) }, "LIMIT_EXCEEDED", /65 fields/);
    refuses(withField(value, ""), "INVALID_FIELD", /no name/);
    refuses(withField(value, "n".repeat(65)), "INVALID_FIELD", /65 bytes/);
    refuses(withField(value, "\ud800"), "INVALID_FIELD", /surrogate/);
    const long = "v".repeat(limits.keywordBytesMax + 1);
    refuses(withField({ kind: "keyword", value: long }), "INVALID_FIELD", /1025 bytes/);
    refuses(withField({ kind: "keywords", value: ["", long] }), "INVALID_FIELD", /1025 bytes/);
    const list = new Array<string>(limits.fieldListMax + 1).fill("v");
    refuses(withField({ kind: "keywords", value: list }), "LIMIT_EXCEEDED", /257 values/);
  });

  it("refuses numbers that the store could not give back", () => {
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n])
      refuses(withField({ kind: "integer", value }), "INVALID_FIELD", /64 bits/);
    for (const value of [NaN, Infinity, -Infinity]) {
      refuses(withField({ kind: "float", value }), "INVALID_FIELD", /not a finite number/);
      refuses(withField({ kind: "time", value }), "INVALID_FIELD", /not a finite number/);
    }
    validateDocument({ ...whole, ...withField({ kind: "integer", value: 2n ** 63n - 1n }) });
    validateDocument({ ...whole, ...withField({ kind: "integer", value: -(2n ** 63n) }) });
  });
});
