// A run: the rankings of one system, read from and written to TREC's format.

import { assert } from "../core/assert.js";
import { compareKeys } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { readText, tableError, tableLines, toNumber } from "./table-lines.js";

export interface ScoredKey {
  readonly key: string;
  readonly score: number;
}

/** Rankings by query id, best first; keys are distinct within one ranking. */
export type Run = ReadonlyMap<string, readonly ScoredKey[]>;

/** Reads a TREC run file: see `parseTrecRun`. Throws INVALID_INPUT_FILE. */
export async function readTrecRun(path: string): Promise<Run> {
  return parseTrecRun(await readText(path), path);
}

/**
 * Reads lines of query, "Q0", document, rank, score, tag. As trec_eval does, the order is that of
 * the scores, compared as float32, and among equal ones that of the document keys, falling; ranks
 * are not believed. `file` is named in errors. Throws INVALID_INPUT_FILE at a short line, a bad
 * score or a document that one query ranks twice.
 */
export function parseTrecRun(text: string, file: string): Run {
  const scores = new Map<string, Map<string, number>>();
  for (const { cells, line } of tableLines(text, "blank")) {
    const [query, , key, , score] = cells;
    if (query === undefined || key === undefined || cells.length < 5) {
      throw tableError({ file, line }, `has ${cells.length} columns, expected 6`);
    }
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
 * Writes a run in TREC's format. Where a ranking's own order differs from what readers would make
 * of its scores (ties, scores equal as float32), the scores written fall by the least float32 step,
 * so that every reader sees the same ranking. Throws INVALID_FIELD when an id holds a blank.
 */
export function formatTrecRun(run: Run, tag: string): string {
  let text = "";
  for (const [query, hits] of run) {
    let last = Infinity;
    for (const [index, { key, score }] of hits.entries()) {
      for (const id of [query, key, tag]) checkId(id);
      assert(Number.isFinite(score), "a score is a finite number");
      const rounded = Math.fround(score);
      last = rounded < last ? rounded : nextFloat32Below(last);
      text += `${query} Q0 ${key} ${index + 1} ${last} ${tag}\n`;
    }
  }
  return text;
}

function compareAsTrecEval(a: ScoredKey, b: ScoredKey): number {
  return Math.fround(b.score) - Math.fround(a.score) || compareKeys(b.key, a.key);
}

function nextFloat32Below(value: number): number {
  const float = Float32Array.of(value);
  const bits = new Int32Array(float.buffer);
  const [pattern = 0] = bits;
  // Positive patterns rise with the value, negative ones fall; below zero comes the least negative.
  if (value === 0) bits[0] = -0x7fffffff;
  else bits[0] = value > 0 ? pattern - 1 : pattern + 1;
  return float[0] ?? value;
}

function checkId(id: string): void {
  if (id !== "" && !/\s/.test(id)) return;
  throw new SluiceError("INVALID_FIELD", `"${id}" is empty or holds a blank: TREC files cannot`);
}
