// The table of languages in documents, from bench/results/languages.json, which `make
// bench-languages` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { tableRow } from "../markdown.js";
import { languagesSchema } from "./languages-schema.js";
import { wordsFirstWeight } from "./measure.js";
import { sampleLanguages } from "./settings.js";

export function languagesMarkdown(): string {
  const path = join(repositoryRoot(), "bench/results/languages.json");
  const { languages } = languagesSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const figuresOf = new Map(languages.map((figures) => [figures.language, figures]));
  const rows = sampleLanguages.flatMap(({ name, settings, words }) => {
    const figures = figuresOf.get(name);
    if (figures === undefined) return [];
    const { stemmer, stopWords } = settings;
    const done = [
      words,
      ...(stemmer === "none" ? [] : ["stems"]),
      ...(stopWords === "none" ? [] : ["stop words"]),
    ];
    const measures = [figures.bm25, figures.default, figures.wordsFirst];
    return [tableRow([name, done.join(", "), ...measures.map((value) => value.toFixed(3))])];
  });
  return [
    `| language | words | BM25 | default | \`lexical_weight\` ${wordsFirstWeight} |`,
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
