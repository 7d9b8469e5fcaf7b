// The generated parts of documents equal what the sources and bench/results give. `make tables`
// rewrites them: this test with SLUICE_WRITE_TABLES=1.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { bm25Markdown, facetsMarkdown, filtersMarkdown } from "../../bench/generations/render.js";
import { importersMarkdown } from "../../bench/ingest/import-render.js";
import { ingestMarkdown } from "../../bench/ingest/render.js";
import { languagesMarkdown } from "../../bench/languages/render.js";
import { canonicalMarkdown, loadMarkdown } from "../../bench/load/render.js";
import { peersMarkdown } from "../../bench/peers/render.js";
import { qualityMarkdown, reliabilityMarkdown } from "../../bench/quality/render.js";
import { codecMarkdown, refineMarkdown } from "../../bench/codec/render.js";
import { recallMarkdown } from "../../bench/recall/render.js";
import { rerankMarkdown } from "../../bench/rerank/render.js";
import { streamMarkdown } from "../../bench/stream/render.js";
import { scaleMarkdown } from "../../bench/scale/render.js";
import { sizingMarkdown } from "../../bench/scale/sizing.js";
import { exitCodesMarkdown } from "../../src/cli/exit-codes.js";
import { variablesMarkdown } from "../../src/config/load-config.js";
import { optionsMarkdown } from "../../src/config/option-table.js";
import { errorsMarkdown } from "../../src/core/errors.js";
import { campaignsMarkdown } from "../damage/render.js";
import { cliMarkdown } from "../documents/cli-markdown.js";
import { foldersMarkdown } from "../documents/folders-markdown.js";
import { headlineMarkdown } from "../documents/headline-markdown.js";
import {
  routesMarkdown,
  searchFieldsMarkdown,
  statusesMarkdown,
} from "../documents/http-markdown.js";
import { metricsMarkdown } from "../documents/metrics-markdown.js";
import { openApiText } from "../documents/openapi-document.js";
import { protoMarkdown } from "../documents/proto-markdown.js";
import { readText, root } from "./tree.js";

type Tables = Readonly<Record<string, () => string>>;

const metricsTable = await metricsMarkdown();

/** By document, then by the name between its marks. */
const documents: Readonly<Record<string, Tables>> = {
  "README.md": { headline: headlineMarkdown },
  "ARCHITECTURE.md": { folders: foldersMarkdown },
  "docs/reference/cli.md": { commands: cliMarkdown },
  "docs/reference/configuration.md": { options: optionsMarkdown, variables: variablesMarkdown },
  "docs/reference/errors.md": { errors: errorsMarkdown, "exit codes": exitCodesMarkdown },
  "docs/reference/grpc.md": { protos: protoMarkdown },
  "docs/reference/http.md": {
    routes: routesMarkdown,
    "search fields": searchFieldsMarkdown,
    statuses: statusesMarkdown,
  },
  "docs/operations/metrics.md": { metrics: () => metricsTable },
  "docs/operations/size.md": { sizing: () => sizingMarkdown() },
  "docs/guides/languages.md": { languages: languagesMarkdown },
  "docs/benchmarks.md": {
    canonical: () => canonicalMarkdown(),
    quality: qualityMarkdown,
    recall: recallMarkdown,
    codes: codecMarkdown,
    refine: refineMarkdown,
    reliability: reliabilityMarkdown,
    scale: () => scaleMarkdown(),
    load: () => loadMarkdown(),
    ingest: ingestMarkdown,
    importers: importersMarkdown,
    "re-ranking": rerankMarkdown,
    words: bm25Markdown,
    filters: filtersMarkdown,
    facets: facetsMarkdown,
    streaming: streamMarkdown,
    peers: peersMarkdown,
    campaigns: campaignsMarkdown,
  },
};

describe("generated parts of documents", () => {
  for (const [file, tables] of Object.entries(documents))
    for (const [name, render] of Object.entries(tables))
      it(`${file}, ${name}: is what the sources say`, () => {
        const text = readText(file);
        const updated = withTable(text, name, render());
        if (process.env["SLUICE_WRITE_TABLES"] === "1") {
          writeFileSync(join(root, file), updated);
          return;
        }
        assert.equal(text, updated, `${file} is stale: run \`make tables\``);
      });

  it("proto/openapi.json is what the routes, their schemas and the protos say", () => {
    const path = "proto/openapi.json";
    const updated = openApiText();
    if (process.env["SLUICE_WRITE_TABLES"] === "1") writeFileSync(join(root, path), updated);
    else assert.equal(readText(path), updated, `${path} is stale: run \`make tables\``);
  });

  it("have no marks of a table that nothing writes", () => {
    const known = new Set(Object.values(documents).flatMap((tables) => Object.keys(tables)));
    const orphans = Object.keys(documents).flatMap((file) =>
      [...readText(file).matchAll(/^<!-- (.+?): written by/gm)].filter(
        ([, name = ""]) => !known.has(name),
      ),
    );
    assert.deepEqual(orphans, []);
  });
});

function withTable(text: string, name: string, table: string): string {
  const start = `<!-- ${name}: written by \`make tables\` -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  assert.ok(from >= 0 && to > from, `there is a place for the table of ${name}`);
  return `${text.slice(0, from)}${start}\n${table}\n\n${text.slice(to)}`;
}
