// Documents that name a test for what they promise: those tests must be there.

import assert from "node:assert/strict";

import { readText } from "./tree.js";

const row = /^\| (.+?) \| `(test\/[^`]+)` \| (.+?) \|$/;

const documents = [
  { path: "proto/sluice/v1/README.md", rowsMin: 25 },
  { path: "models/README.md", rowsMin: 8 },
];

for (const { path, rowsMin } of documents)
  describe(`promises of ${path}`, () => {
    const rows = readText(path)
      .split("\n")
      .flatMap((line) => {
        const [, promise = "", file = "", title = ""] = row.exec(line) ?? [];
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
