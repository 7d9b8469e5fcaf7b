import assert from "node:assert/strict";

import { tableLines, toInteger, toNumber } from "../../../src/eval/table-lines.js";

describe("tableLines", () => {
  it("cuts lines at tabs or at blanks, passing over empty ones but counting them", () => {
    const text = "a b\tc\r\n\n  d  e \n";
    assert.deepEqual(
      [...tableLines(text, "tab")],
      [
        { cells: ["a b", "c"], line: 1 },
        { cells: ["d  e"], line: 3 },
      ],
    );
    assert.deepEqual(
      [...tableLines(text, "blank")].map(({ cells }) => cells),
      [
        ["a", "b", "c"],
        ["d", "e"],
      ],
    );
  });
});

describe("numbers in cells", () => {
  const place = { file: "f", line: 7 };

  it("are read in every usual form", () => {
    assert.deepEqual(
      ["1", "-2.5", "1e3", "+4"].map((cell) => toNumber(cell, place)),
      [1, -2.5, 1000, 4],
    );
    assert.equal(toInteger("-3", place), -3);
  });

  it("are refused with their place", () => {
    for (const cell of [undefined, "", "x", "Infinity", "NaN"]) {
      assert.throws(() => toNumber(cell, place), {
        message: `f:7: "${cell ?? ""}" is not a number`,
      });
    }
    assert.throws(() => toInteger("0.5", place), { message: 'f:7: "0.5" is not a whole number' });
  });
});
