import assert from "node:assert/strict";
import fc from "fast-check";

import { parseJson } from "../../../src/core/json.js";

describe("parseJson", () => {
  it("reads what JSON.parse reads, whatever strings hold", () => {
    const anyText = fc.json({
      stringUnit: fc.constantFrom("a", '"', "\\", ":", "{", "é", "\n", "7"),
    });
    fc.assert(
      fc.property(anyText, (text) => {
        const rounded = JSON.stringify(parseJson(text), (_, value: unknown) =>
          typeof value === "bigint" ? Number(value) : value,
        );
        assert.equal(rounded, JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 1000 },
    );
  });

  it("reads any whole number exactly, as a bigint where a double would not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (whole) => {
        const { in: found } = parseJson(`{"in": [ ${whole} ], "s": "${whole}"}`) as {
          in: unknown[];
        };
        const isSafe = Number.isSafeInteger(Number(whole));
        assert.deepEqual(found, [isSafe ? Number(whole) : whole]);
      }),
    );
    assert.equal(parseJson("6.02214076e23"), 6.02214076e23);
    assert.equal(parseJson("12345678901234567890.0"), 1.2345678901234567e19);
    assert.deepEqual(parseJson('["\\"9007199254740993"]'), ['"9007199254740993']);
  });

  it("keeps __proto__ as a name like any other", () => {
    for (const text of ['{"__proto__": {"a": 1}}', '{"__proto__": 9007199254740993}'])
      assert.deepEqual(Object.keys(parseJson(text) as object), ["__proto__"]);
  });

  const twice: readonly [text: string, name: string][] = [
    ['{"a": 1, "a": 1}', "a"],
    ['{"x": [{"b": 1, "c": {"b": 2}, "\\u0062" : 3}]}', "b"],
    ['{"__proto__": 1, "__proto__": 2}', "__proto__"],
    ['{"1": "\\\\", "1": ":"}', "1"],
    ['{"n": 9007199254740993, "n": 1}', "n"],
  ];
  for (const [text, name] of twice)
    it(`refuses ${text}`, () => {
      assert.throws(() => parseJson(text), { reason: "INVALID_FIELD", field: name });
    });

  it("refuses what is no JSON as JSON.parse does, also with long numbers", () => {
    for (const text of ["", "{", "[12345678901234567890 1]", '{"a" 1}', '"'])
      assert.throws(() => parseJson(text), SyntaxError);
  });

  it("reads nesting that is deeper than the stack", () => {
    const depth = 200_000;
    let value = parseJson("[".repeat(depth) + "]".repeat(depth));
    let found = 0;
    for (; Array.isArray(value); found += 1) value = value[0] as unknown;
    assert.equal(found, depth);
  });
});
