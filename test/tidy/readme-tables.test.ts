// The tables in README.md are made from the sources and from bench/results. `make tables` rewrites
// them: this test with SLUICE_WRITE_TABLES=1.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { bm25Markdown, filtersMarkdown } from "../../bench/generations/render.js";
import { ingestMarkdown } from "../../bench/ingest/render.js";
import { qualityMarkdown } from "../../bench/quality/render.js";
import { scaleMarkdown } from "../../bench/scale/render.js";
import { exitCodesMarkdown } from "../../src/cli/exit-codes.js";
import { optionsMarkdown } from "../../src/config/option-table.js";
import { campaignsMarkdown } from "../damage/render.js";
import { readText, root } from "./tree.js";

const tables: Readonly<Record<string, () => string>> = {
  options: optionsMarkdown,
  "exit codes": exitCodesMarkdown,
  quality: qualityMarkdown,
  scale: () => scaleMarkdown(),
  ingest: ingestMarkdown,
  words: bm25Markdown,
  filters: filtersMarkdown,
  campaigns: campaignsMarkdown,
};

describe("tables of README.md", () => {
  for (const [name, render] of Object.entries(tables)) {
    it(`${name}: is what the sources say`, () => {
      const readme = readText("README.md");
      const updated = withTable(readme, name, render());
      if (process.env["SLUICE_WRITE_TABLES"] === "1") {
        writeFileSync(join(root, "README.md"), updated);
        return;
      }
      assert.equal(readme, updated, "README.md is stale: run `make tables`");
    });
  }
});

function withTable(readme: string, name: string, table: string): string {
  const start = `<!-- ${name}: written by \`make tables\` -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  assert.ok(from >= 0 && to > from, `README.md has a place for the table of ${name}`);
  return `${readme.slice(0, from)}${start}\n${table}\n\n${readme.slice(to)}`;
}
