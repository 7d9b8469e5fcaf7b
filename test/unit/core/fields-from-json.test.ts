import assert from "node:assert/strict";
import fc from "fast-check";

import { documentLine } from "../../../src/core/document-line.js";
import type { FieldValue } from "../../../src/core/document.js";
import { fieldsFromJson } from "../../../src/core/fields-from-json.js";
import { parseJson } from "../../../src/core/json.js";
import { anyFields } from "../../support/filters.js";

const january = Date.UTC(2024, 0, 31);

function fieldsOf(text: string): Record<string, FieldValue> {
  return Object.fromEntries(fieldsFromJson(parseJson(text) as Readonly<Record<string, unknown>>));
}

describe("fieldsFromJson", () => {
  const values: readonly [json: string, value: FieldValue][] = [
    ['"a"', { kind: "keyword", value: "a" }],
    ['"2024-01-31"', { kind: "keyword", value: "2024-01-31" }],
    ["true", { kind: "boolean", value: true }],
    ["10", { kind: "integer", value: 10n }],
    ["10.5", { kind: "float", value: 10.5 }],
    ["6.02214076e23", { kind: "float", value: 6.02214076e23 }],
    ["9007199254740993", { kind: "integer", value: 2n ** 53n + 1n }],
    ['{"integer": "9007199254740993"}', { kind: "integer", value: 2n ** 53n + 1n }],
    ['{"integer": -5}', { kind: "integer", value: -5n }],
    ['{"float": 10}', { kind: "float", value: 10 }],
    ['{"time": "2024-01-31T00:00:00.000001Z"}', { kind: "time", value: january }],
    ['{"keyword": "a"}', { kind: "keyword", value: "a" }],
    ['{"boolean": false}', { kind: "boolean", value: false }],
    ["[]", { kind: "keywords", value: [] }],
    ['["a", null, "b"]', { kind: "keywords", value: ["a", "b"] }],
    ["[2019, 2020]", { kind: "integers", value: [2019n, 2020n] }],
    ["[1, 2.5]", { kind: "floats", value: [1, 2.5] }],
    ['[{"time": "2024-01-31"}]', { kind: "times", value: [january] }],
  ];
  for (const [json, value] of values)
    it(`reads ${json}`, () => {
      assert.deepEqual(fieldsOf(`{"f": ${json}, "gone": null}`), { f: value });
    });

  it("names what is inside objects by dots, and __proto__ as it is", () => {
    const nested =
      '{"a": {"b": {"c": 1, "none": null}, "__proto__": "p", "e": {}}, "__proto__": 2}';
    assert.deepEqual(Object.entries(fieldsOf(nested)), [
      ["a.b.c", { kind: "integer", value: 1n }],
      ["a.__proto__", { kind: "keyword", value: "p" }],
      ["__proto__", { kind: "integer", value: 2n }],
    ]);
  });

  it("finds every leaf of nested objects under its path", () => {
    const anyName = fc.stringMatching(/^[ab]{1,2}$/);
    const anyTree = fc.letrec<{ tree: object }>((tie) => ({
      tree: fc.dictionary(anyName, fc.oneof({ maxDepth: 4 }, fc.integer(), tie("tree")), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    })).tree;
    const leaves = (tree: object, prefix: string): [string, bigint][] =>
      Object.entries(tree).flatMap(([name, value]: [string, number | object]) =>
        typeof value === "object"
          ? leaves(value, `${prefix}${name}.`)
          : [[`${prefix}${name}`, BigInt(value)]],
      );
    fc.assert(
      fc.property(anyTree, (tree) => {
        const found = Array.from(fieldsFromJson({ ...tree }), ([name, { value }]) => [name, value]);
        assert.deepEqual(found, leaves(tree, ""));
      }),
    );
  });

  it("reads back what a line of an export has", () => {
    // JSON has neither a negative zero nor a kind of an empty list.
    const isKept = ({ value }: FieldValue): boolean =>
      Array.isArray(value) ? value.length > 0 && !value.includes(-0) : !Object.is(value, -0);
    fc.assert(
      fc.property(anyFields, (sent) => {
        const fields = new Map([...sent].filter(([, value]) => isKept(value)));
        const line = documentLine({ key: "k", title: "", text: "", fields });
        const { fields: found = {} } = parseJson(line) as { fields?: Record<string, unknown> };
        assert.deepEqual(fieldsFromJson(found), fields);
      }),
    );
  });

  it("takes a time without a zone only with the option", () => {
    const object = { when: { time: "2024-01-31T01:00:00" } };
    assert.throws(() => fieldsFromJson(object), { reason: "INVALID_FIELD", field: "when" });
    const fields = fieldsFromJson(object, { zoneMinutes: 60 });
    assert.deepEqual(fields.get("when"), { kind: "time", value: january });
  });

  const faults: readonly [json: string, field: string, message: RegExp][] = [
    ['{"f": [1, "a"]}', "f", /list of integer and keyword values/],
    ['{"f": [true]}', "f", /list of boolean values/],
    ['{"f": [[1]]}', "f", /is a list inside a list/],
    ['{"f": [{"a": 1}]}', "f", /is an object inside a list/],
    ['{"f": [0.5, 9007199254740993]}', "f", /which no float equals/],
    ['{"f": 9223372036854775808}', "f", /does not fit 64 bits/],
    ['{"f": {"integer": "1e3"}}', "f", /"1e3" is no integer/],
    ['{"f": {"time": "noon"}}', "f", /"noon" is no time, such as 2024-01-31/],
    ['{"f": {"time": 5}}', "f", /is no time/],
    ['{"f": {"float": "1"}}', "f", /is no float/],
    ['{"a.b": 1, "a": {"b": 2}}', "a.b", /occurs twice/],
    ['{"a": {"": 1}}', "a.", /name that is empty/],
    [`{"a": {"${"b".repeat(64)}": 1}}`, `a.${"b".repeat(64)}`, /more than 64 bytes/],
    ['{"f": "\\ud800"}', "f", /not valid Unicode/],
  ];
  for (const [json, field, message] of faults)
    it(`refuses ${json.slice(0, 40)}`, () => {
      assert.throws(() => fieldsOf(json), { reason: "INVALID_FIELD", field, message });
    });
});
