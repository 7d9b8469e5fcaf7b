// The tables in README.md are made from the sources and from bench/results. `make tables` rewrites
// them: this test with SLUICE_WRITE_TABLES=1.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { bm25Markdown, filtersMarkdown } from "../../bench/generations/render.js";
import { ingestMarkdown } from "../../bench/ingest/render.js";
import { canonicalMarkdown, loadMarkdown } from "../../bench/load/render.js";
import { peersMarkdown } from "../../bench/peers/render.js";
import { qualityMarkdown, reliabilityMarkdown } from "../../bench/quality/render.js";
import { recallMarkdown } from "../../bench/recall/render.js";
import { rerankMarkdown } from "../../bench/rerank/render.js";
import { streamMarkdown } from "../../bench/stream/render.js";
import { scaleMarkdown } from "../../bench/scale/render.js";
import { exitCodesMarkdown } from "../../src/cli/exit-codes.js";
import { optionsMarkdown } from "../../src/config/option-table.js";
import { errorsMarkdown } from "../../src/core/errors.js";
import { campaignsMarkdown } from "../damage/render.js";
import { readText, root } from "./tree.js";

interface Table {
  readonly file: string;
  readonly render: () => string;
}

const readme = (render: () => string): Table => ({ file: "README.md", render });

const tables: Readonly<Record<string, Table>> = {
  options: readme(optionsMarkdown),
  "exit codes": readme(exitCodesMarkdown),
  quality: readme(qualityMarkdown),
  peers: readme(peersMarkdown),
  reliability: readme(reliabilityMarkdown),
  recall: readme(recallMarkdown),
  scale: readme(() => scaleMarkdown()),
  ingest: readme(ingestMarkdown),
  words: readme(bm25Markdown),
  filters: readme(filtersMarkdown),
  campaigns: readme(campaignsMarkdown),
  streaming: readme(streamMarkdown),
  canonical: readme(() => canonicalMarkdown()),
  load: readme(() => loadMarkdown()),
  "re-ranking": readme(rerankMarkdown),
  errors: { file: "proto/sluice/v1/README.md", render: errorsMarkdown },
};

describe("tables in documents", () => {
  for (const [name, { file, render }] of Object.entries(tables)) {
    it(`${name}: is what the sources say`, () => {
      const text = readText(file);
      const updated = withTable(text, name, render());
      if (process.env["SLUICE_WRITE_TABLES"] === "1") {
        writeFileSync(join(root, file), updated);
        return;
      }
      assert.equal(text, updated, `${file} is stale: run \`make tables\``);
    });
  }
});

function withTable(text: string, name: string, table: string): string {
  const start = `<!-- ${name}: written by \`make tables\` -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  assert.ok(from >= 0 && to > from, `there is a place for the table of ${name}`);
  return `${text.slice(0, from)}${start}\n${table}\n\n${text.slice(to)}`;
}
