// Documents that name a test for what they promise: those tests must be there.

import assert from "node:assert/strict";

import { readText } from "./tree.js";

/** Cells of a promise, of the file of its test, and of the test's title or the start of it. */
const rowForms = {
  wide: /^\| (?<promise>.+?) \| `(?<file>test\/[^`]+)` \| (?<title>.+?) \|$/,
  short: /^\| (?<promise>.+?) \| .+? \| `(?<file>test\/[^`]+)`: (?<title>.+?) \|$/,
};

const documents = [
  { path: "proto/sluice/v1/README.md", row: rowForms.wide, rowsMin: 25 },
  { path: "models/README.md", row: rowForms.wide, rowsMin: 8 },
  { path: "SECURITY.md", row: rowForms.short, rowsMin: 3 },
];

for (const { path, row, rowsMin } of documents)
  describe(`promises of ${path}`, () => {
    const rows = readText(path)
      .split("\n")
      .flatMap((line) => {
        const { promise = "", file = "", title = "" } = row.exec(line)?.groups ?? {};
        return file === "" ? [] : [{ promise, file, title }];
      });

    it("are many", () => {
      assert.ok(rows.length >= rowsMin, `${rows.length} rows`);
    });

    for (const { promise, file, title } of rows)
      it(`${promise}: is held by a test`, () => {
        const titles = readText(file).match(/(?:it|describe)\(\s*["`](.*?)["`],/gs) ?? [];
        assert.ok(
          titles.some((found) => found.includes(title)),
          `${file} has no test "${title}"`,
        );
      });
  });
