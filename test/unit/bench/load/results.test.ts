// The committed results: of the shape that bench/results/schema.json tells.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  resultFiles,
  resultsFolder,
  resultsJsonSchema,
} from "../../../../bench/load/result-schema.js";

describe("results of the load benches", () => {
  it("have a JSON Schema that is made from the sources", () => {
    const path = join(resultsFolder, "schema.json");
    if (process.env["SLUICE_WRITE_TABLES"] === "1") writeFileSync(path, resultsJsonSchema());
    assert.equal(readFileSync(path, "utf8"), resultsJsonSchema());
  });

  for (const [name, schema] of Object.entries(resultFiles))
    it(`${name}.json is of its shape`, () => {
      const path = join(resultsFolder, `${name}.json`);
      schema.parse(JSON.parse(readFileSync(path, "utf8")));
    });
});
