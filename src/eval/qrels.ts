// Reads and writes relevance judgments in the formats of BEIR and TREC.

import type { Judgments } from "./measures.js";
import { formatTable, readText, tableError, tableLines, toInteger } from "./table-lines.js";

/** Judgments by query id, in file order. */
export type Qrels = ReadonlyMap<string, Judgments>;

/** Reads a file in either format; see `parseQrels`. Throws INVALID_INPUT_FILE. */
export async function readQrels(path: string): Promise<Qrels> {
  return parseQrels(await readText(path), path);
}

/**
 * Parses BEIR's format (a header line, then query, document and relevance separated by tabs;
 * without the header, ids must not contain blanks) or TREC's (query, iteration, document and
 * relevance separated by blanks; # starts a comment), detected by the first line that is not a
 * comment. `file` is named in errors. Throws INVALID_INPUT_FILE for a line with another number of
 * columns, a relevance that is not a whole number, or contradictory judgments of a document for one
 * query.
 */
export function parseQrels(text: string, file: string): Qrels {
  const qrels = new Map<string, Map<string, number>>();
  const isBeir = isBeirTable(text);
  const form = isBeir
    ? ({ separator: "tab", columnCount: 3 } as const)
    : ({ separator: "blank", columnCount: 4 } as const);
  for (const { cells, line } of tableLines(text.replace(/^\ufeff/, ""), file, form)) {
    if (isBeir && line === 1 && cells[2] === "score") continue;
    const [query = "", second = "", third = "", fourth = ""] = cells;
    const document = isBeir ? second : third;
    const relevance = toInteger(isBeir ? third : fourth, { file, line });
    const judgments = qrels.get(query) ?? new Map<string, number>();
    qrels.set(query, judgments);
    if ((judgments.get(document) ?? relevance) !== relevance) {
      throw tableError({ file, line }, `query ${query} judges document ${document} twice`);
    }
    judgments.set(document, relevance);
  }
  return qrels;
}

function isBeirTable(text: string): boolean {
  const [first = ""] = text.replace(/^\ufeff?(?:[ \t\r]*(?:#[^\n]*)?\n)*/, "").split("\n", 1);
  const cells = first.trim().split("\t");
  return (
    cells.length === 3 && (cells[2]?.trim() === "score" || first.trim().split(/\s+/).length === 3)
  );
}

/** TREC's format, one line per judgment, in order. Throws like `formatTable`. */
export function formatTrecQrels(qrels: Qrels): string {
  return formatTable(
    judgmentsOf(qrels).map(([query, document, relevance]) => [query, 0, document, relevance]),
    "blank",
  );
}

/** BEIR's format, with its header. Throws like `formatTable`. */
export function formatBeirQrels(qrels: Qrels): string {
  return formatTable([["query-id", "corpus-id", "score"], ...judgmentsOf(qrels)], "tab");
}

function judgmentsOf(qrels: Qrels): (readonly [string, string, number])[] {
  return Array.from(qrels, ([query, judgments]) =>
    Array.from(judgments, ([document, relevance]) => [query, document, relevance] as const),
  ).flat();
}
