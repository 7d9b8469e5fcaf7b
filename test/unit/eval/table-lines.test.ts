import assert from "node:assert/strict";

import fc from "fast-check";

import { formatTable, tableLines, toInteger, toNumber } from "../../../src/eval/table-lines.js";

describe("tableLines", () => {
  const byTabs = { separator: "tab", columnCount: 2 } as const;
  const byBlanks = { separator: "blank", columnCount: 3 } as const;
  const cellsOf = (text: string, form: Parameters<typeof tableLines>[2]): (readonly string[])[] =>
    Array.from(tableLines(text, "f", form), ({ cells }) => cells);

  it("cuts lines at tabs or at blanks, passing over empty ones but counting them", () => {
    assert.deepEqual(
      [...tableLines("a b\tc\r\n\n  d\te \n", "f", byTabs)],
      [
        { cells: ["a b", "c"], line: 1 },
        { cells: ["d", "e"], line: 3 },
      ],
    );
    assert.deepEqual(cellsOf("a b\tc\n \t \n  d  e\v f", byBlanks), [
      ["a", "b", "c"],
      ["d", "e", "f"],
    ]);
  });

  it("passes over comments of TREC's files, and over none of BEIR's", () => {
    assert.deepEqual(cellsOf("# by hand\na b c\n  # a\n#d e f", byBlanks), [["a", "b", "c"]]);
    assert.deepEqual(cellsOf("#a\tb", byTabs), [["#a", "b"]]);
  });

  it("lets tabs decide where they alone give the right count of cells", () => {
    assert.deepEqual(cellsOf("a\tb c\t d \na\tb c", byBlanks), [
      ["a", "b c", "d"],
      ["a", "b", "c"],
    ]);
  });

  it("refuses a line of another count of columns", () => {
    for (const [text, count] of [
      ["a b", 2],
      ["a b c d", 4],
      ["a\tb\tc\td", 4],
    ] as const)
      assert.throws(() => cellsOf(text, byBlanks), {
        reason: "INVALID_INPUT_FILE",
        message: `f:1: has ${count} columns, expected 3`,
      });
    assert.throws(() => cellsOf("a\t\n", byTabs), /has 1 columns, expected 2/);
  });
});

describe("formatTable", () => {
  const id = fc.string({
    unit: fc.constantFrom("a", "#", " ", "\t", "\n", "\r", "é", "\u00a0", "\u3000", "\ufeff", "𝐀"),
    maxLength: 4,
  });
  for (const separator of ["tab", "blank"] as const)
    it(`writes what is read back cell by cell, or refuses it: ${separator}`, () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(id, id), { minLength: 1 }), (rows) => {
          let text;
          try {
            text = formatTable(rows, separator);
          } catch (error) {
            assert.match(String(error), /cannot|comment/);
            return;
          }
          const read = Array.from(
            tableLines(text, "f", { separator, columnCount: 2 }),
            ({ cells }) => cells,
          );
          assert.deepEqual(read, rows);
        }),
      );
    });

  it("takes ids with blanks into tables between tabs", () => {
    assert.equal(formatTable([["Barack Obama", 1]], "tab"), "Barack Obama\t1\n");
    assert.throws(() => formatTable([["Barack Obama", 1]], "blank"), { reason: "INVALID_FIELD" });
    assert.throws(() => formatTable([["#1", 1]], "blank"), { reason: "INVALID_FIELD" });
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
