import assert from "node:assert/strict";

import fc from "fast-check";

import { createJsonSplitter } from "../../../src/importers/json-values.js";

/** Lines and texts of the values, or their faults, of a text that arrives in blocks. */
function split(text: string | Buffer, blockBytes = 1 << 20): string[] {
  const splitter = createJsonSplitter("a.json");
  const bytes = Buffer.from(text);
  const found: string[] = [];
  const add = (values: ReturnType<typeof splitter.push>): void => {
    for (const { text: value, error, line } of values)
      found.push(error?.message ?? `${line} ${JSON.stringify(JSON.parse(value ?? ""))}`);
  };
  for (let at = 0; at < bytes.length; at += blockBytes)
    add(splitter.push(bytes.subarray(at, at + blockBytes)));
  add(splitter.end());
  return found;
}

describe("values of JSON", () => {
  it("are the elements of an array, with the lines they begin at", () => {
    const text = '\n[\n  {"a": [1, {"b": "]},{"}]},\n  {"c":\n    "\\\\\\""},\n\n  5, "x"\n]\n';
    assert.deepEqual(split(text), [
      '3 {"a":[1,{"b":"]},{"}]}',
      '4 {"c":"\\\\\\""}',
      "7 5",
      '7 "x"',
    ]);
    assert.deepEqual(split("[]"), []);
    assert.deepEqual(split(""), []);
  });

  it("are objects one after the other, whatever is between them", () => {
    assert.deepEqual(split('{"a":1}\n{\n"b": {}\n}{"c":[2]}'), [
      '1 {"a":1}',
      '2 {"b":{}}',
      '4 {"c":[2]}',
    ]);
  });

  it("are reported when they are not closed or not UTF-8", () => {
    assert.deepEqual(split('[{"a":1},\n{"b":2}'), [
      '1 {"a":1}',
      "a.json:2: the array is not closed",
    ]);
    assert.deepEqual(split('{"a":1}\n{"b":'), ['1 {"a":1}', "a.json:2: the value is not closed"]);
    assert.deepEqual(split(Buffer.from('["\xff",\n1]', "latin1")), [
      "a.json:1: is not valid UTF-8; name the encoding, such as windows-1252",
      "2 1",
    ]);
  });

  it("are the same wherever blocks end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.dictionary(fc.string(), fc.json()), fc.array(fc.json()))),
        fc.constantFrom(0, 2),
        fc.integer({ min: 1, max: 9 }),
        (values, indent, blockBytes) => {
          const found = split(JSON.stringify(values, undefined, indent), blockBytes);
          assert.deepEqual(
            found.map((value) => value.replace(/^\d+ /, "")),
            values.map((value) => JSON.stringify(value)),
          );
        },
      ),
    );
  });
});
