// The wire contract names a test for each promise: those tests must be there.

import assert from "node:assert/strict";

import { readText } from "./tree.js";

const row = /^\| (.+?) \| `(test\/[^`]+)` \| (.+?) \|$/;

describe("promises of the wire contract", () => {
  const rows = readText("proto/sluice/v1/README.md")
    .split("\n")
    .flatMap((line) => {
      const [, promise = "", file = "", title = ""] = row.exec(line) ?? [];
      return file === "" ? [] : [{ promise, file, title }];
    });

  it("are many", () => {
    assert.ok(rows.length > 25, `${rows.length} rows`);
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
