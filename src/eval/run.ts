// A run: the rankings of one system, in TREC's format.

import { assert } from "../core/assert.js";
import { compareKeys } from "../core/document.js";
import { formatTable, readText, tableError, tableLines, toNumber } from "./table-lines.js";

export interface ScoredKey {
  readonly key: string;
  readonly score: number;
}

/** Rankings by query id, best first; keys are distinct within a ranking. */
export type Run = ReadonlyMap<string, readonly ScoredKey[]>;

/** Reads a TREC run file; see `parseTrecRun`. Throws INVALID_INPUT_FILE. */
export async function readTrecRun(path: string): Promise<Run> {
  return parseTrecRun(await readText(path), path);
}

/**
 * Parses lines of query, "Q0", document, rank, score and tag. As in trec_eval, documents are
 * ordered by score, compared as float32, then by descending document key; the rank column is
 * ignored and # starts a comment. `file` is named in errors. Throws INVALID_INPUT_FILE for a line
 * with another number of columns, an invalid score, or a document that is ranked twice for one
 * query.
 */
export function parseTrecRun(text: string, file: string): Run {
  const scores = new Map<string, Map<string, number>>();
  const form = { separator: "blank", columnCount: 6 } as const;
  for (const { cells, line } of tableLines(text, file, form)) {
    const [query = "", , key = "", , score] = cells;
    const ranking = scores.get(query) ?? new Map<string, number>();
    scores.set(query, ranking);
    if (ranking.has(key)) throw tableError({ file, line }, `query ${query} ranks ${key} twice`);
    ranking.set(key, toNumber(score, { file, line }));
  }
  const run = new Map<string, readonly ScoredKey[]>();
  for (const [query, ranking] of scores) {
    const hits = Array.from(ranking, ([key, score]) => ({ key, score }));
    run.set(query, hits.sort(compareAsTrecEval));
  }
  return run;
}

/**
 * Formats a run as TREC does. Where a ranking's order differs from the order that readers derive
 * from its scores (ties, or equality as float32), scores are decreased by the smallest float32
 * step, so that every reader sees the same ranking. Throws like `formatTable`.
 */
export function formatTrecRun(run: Run, tag: string): string {
  const rows: (string | number)[][] = [];
  for (const [query, hits] of run) {
    let last = Infinity;
    for (const [index, { key, score }] of hits.entries()) {
      assert(Number.isFinite(score), "a score is a finite number");
      const rounded = Math.fround(score);
      last = rounded < last ? rounded : nextFloat32Below(last);
      rows.push([query, "Q0", key, index + 1, last, tag]);
    }
  }
  return formatTable(rows, "blank");
}

/**
 * The run without documents whose id is the query's: in ArguAna and Quora each query is a document
 * of the corpus. BEIR's evaluator calls this `ignore_identical_ids` and does it by default.
 */
export function withoutIdenticalIds(run: Run): Run {
  return new Map(
    Array.from(run, ([query, hits]) => [query, hits.filter(({ key }) => key !== query)]),
  );
}

function compareAsTrecEval(a: ScoredKey, b: ScoredKey): number {
  return Math.fround(b.score) - Math.fround(a.score) || compareKeys(b.key, a.key);
}

function nextFloat32Below(value: number): number {
  const float = Float32Array.of(value);
  const bits = new Int32Array(float.buffer);
  const [pattern = 0] = bits;
  // Bit patterns of positive floats ascend with the value, those of negative ones descend; below
  // zero follows the smallest negative number.
  if (value === 0) bits[0] = -0x7fffffff;
  else bits[0] = value > 0 ? pattern - 1 : pattern + 1;
  return float[0] ?? value;
}
