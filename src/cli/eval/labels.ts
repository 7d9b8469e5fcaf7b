// Slices of queries, for `sluice eval --slice`.

import { InvalidArgumentError } from "commander";

import type { FieldValue } from "../../core/document.js";
import type { Qrels } from "../../eval/qrels.js";
import { lengthBand, quartileBands } from "../../eval/slices.js";
import type { Answer, JudgedQuery } from "./answers.js";

/** `field` is the field's name. */
export type Slicing =
  { readonly by: "length" | "first-stage" | "score" } | { readonly by: "field"; field: string };

/** Parses `length`, `first-stage`, `score` or `field:NAME`. */
export function parseSlicing(text: string): Slicing {
  if (text === "length" || text === "first-stage" || text === "score") return { by: text };
  if (text.startsWith("field:") && text.length > 6) return { by: "field", field: text.slice(6) };
  throw new InvalidArgumentError("Expected length, first-stage, score or field:NAME.");
}

/** The slice of each query. `first-stage` needs answers with the rankings of stages. */
export function labelsOf(
  slicing: Slicing,
  work: {
    readonly queries: readonly JudgedQuery[];
    readonly answers: readonly Answer[];
    readonly qrels: Qrels;
  },
): (query: string) => string | undefined {
  const { queries, answers, qrels } = work;
  const labels = new Map<string, string>();
  switch (slicing.by) {
    case "length":
      for (const { id, text } of queries) labels.set(id, lengthBand(text));
      break;
    case "field":
      for (const { id, fields } of queries) labels.set(id, shown(fields.get(slicing.field)));
      break;
    case "first-stage":
      for (const { query, stageHits } of answers) {
        const judged = qrels.get(query);
        const isHit = stageHits.get("lexical")?.some(({ key }) => (judged?.get(key) ?? 0) > 0);
        labels.set(query, isHit === true ? "found by BM25" : "missed by BM25");
      }
      break;
    case "score": {
      const firsts = answers.map(({ query, hits }) => [query, hits[0]?.score ?? 0] as const);
      const bands = quartileBands(new Map(firsts));
      return (query) => bands.get(query);
    }
  }
  return (query) => labels.get(query);
}

function shown(value: FieldValue | undefined): string {
  if (value === undefined) return "(none)";
  return Array.isArray(value.value) ? value.value.join(", ") : String(value.value);
}
