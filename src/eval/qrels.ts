// Reads and writes relevance judgments in BEIR's and TREC's formats.

import type { Judgments } from "./measures.js";
import { readText, tableError, tableLines, toInteger } from "./table-lines.js";
import type { TableLine } from "./table-lines.js";

/** Judgments by query id, in file order. */
export type Qrels = ReadonlyMap<string, Judgments>;

/** Reads a file in either format: see `parseQrels`. Throws INVALID_INPUT_FILE. */
export async function readQrels(path: string): Promise<Qrels> {
  return parseQrels(await readText(path), path);
}

/**
 * Reads BEIR's table (header line, then query, document, relevance between tabs) or TREC's (query,
 * iteration, document, relevance between blanks), told apart by the first line. `file` is named in
 * errors. Throws INVALID_INPUT_FILE at a short line, a relevance that is no whole number, or a
 * document that one query judges twice and differently.
 */
export function parseQrels(text: string, file: string): Qrels {
  const qrels = new Map<string, Map<string, number>>();
  const isBeir = /^\ufeff?[^\t\n]*\t[^\t\n]*\t\s*(?:score|[+-]?\d+)\s*(?:\n|$)/.test(text);
  for (const tableLine of tableLines(text, isBeir ? "tab" : "blank")) {
    const { cells, line } = tableLine;
    if (isBeir && line === 1 && cells[2] === "score") continue;
    const { query, document, relevance } = toJudgment(tableLine, { isBeir, file });
    const judgments = qrels.get(query) ?? new Map<string, number>();
    qrels.set(query, judgments);
    if ((judgments.get(document) ?? relevance) !== relevance) {
      throw tableError({ file, line }, `query ${query} judges document ${document} twice`);
    }
    judgments.set(document, relevance);
  }
  return qrels;
}

/** TREC's format, one line a judgment, in order. */
export function formatTrecQrels(qrels: Qrels): string {
  return formatLines(qrels, (query, document, relevance) =>
    [query, "0", document, relevance].join(" "),
  );
}

/** BEIR's format with its header. */
export function formatBeirQrels(qrels: Qrels): string {
  const header = "query-id\tcorpus-id\tscore\n";
  return (
    header +
    formatLines(qrels, (query, document, relevance) => [query, document, relevance].join("\t"))
  );
}

interface Judgment {
  readonly query: string;
  readonly document: string;
  readonly relevance: number;
}

function toJudgment(
  { cells, line }: TableLine,
  { isBeir, file }: { isBeir: boolean; file: string },
): Judgment {
  const place = { file, line };
  const expected = isBeir ? 3 : 4;
  if (cells.length !== expected) {
    throw tableError(place, `has ${cells.length} columns, expected ${expected}`);
  }
  const [query, second, third, fourth] = cells;
  return {
    query: query ?? "",
    document: (isBeir ? second : third) ?? "",
    relevance: toInteger(isBeir ? third : fourth, place),
  };
}

function formatLines(
  qrels: Qrels,
  format: (query: string, document: string, relevance: number) => string,
): string {
  let text = "";
  for (const [query, judgments] of qrels) {
    for (const [document, relevance] of judgments) {
      text += `${format(query, document, relevance)}\n`;
    }
  }
  return text;
}
