// Runs judged queries against a server and summarizes quality and latency, for `sluice eval`.

import type { SluiceClient } from "../../client/client.js";
import type { Fields } from "../../core/document.js";
import { limits } from "../../core/limits.js";
import type { SearchUpdate, Stage, StageTimings } from "../../contract/search-update.js";
import type { Evaluation } from "../../eval/evaluate.js";
import type { Qrels } from "../../eval/qrels.js";
import type { Run, ScoredKey } from "../../eval/run.js";
import { quantile } from "../../eval/statistics.js";
import { checkId } from "../../eval/table-lines.js";
import type { BeirFolder } from "../../importers/beir.js";
import type { SearchTuning } from "../commands/search.js";

export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  readonly fields: Fields;
}

/** One query's answer, with times in milliseconds as measured by the client. */
export interface Answer {
  readonly query: string;
  readonly hits: readonly ScoredKey[];
  readonly firstUpdateMs: number;
  readonly searchMs: number;
  readonly updateCount: number;
  readonly timings: StageTimings;
  readonly certificate: string;
  readonly degradations: readonly string[];
  /** The last ranking of each stage that sent one. */
  readonly stageHits: ReadonlyMap<Stage, readonly ScoredKey[]>;
}

/** The judged queries, at most `countMax`, in the file's order. Throws for an invalid line. */
export async function readJudgedQueries(
  beir: BeirFolder,
  qrels: Qrels,
  countMax = Infinity,
): Promise<JudgedQuery[]> {
  const queries: JudgedQuery[] = [];
  for await (const { value, error } of beir.readQueries()) {
    if (error !== undefined) throw error;
    if (qrels.has(value.id)) queries.push(value);
  }
  // Evenly spaced, since neighbors in such files are often similar.
  const step = Math.max(1, queries.length / countMax);
  const count = Math.min(queries.length, countMax);
  return Array.from({ length: count }, (_, i) => queries[Math.floor(i * step)]).filter(
    (query) => query !== undefined,
  );
}

/**
 * Throws INVALID_FIELD for a query or document id that no TREC run can contain; call it before any
 * search. Without `corpus`, document ids are not checked.
 */
export async function checkRunIds(
  queries: readonly JudgedQuery[],
  corpus: BeirFolder | undefined,
): Promise<void> {
  for (const { id } of queries) checkId(id, "blank");
  // Invalid lines are reported when documents are ingested.
  for await (const { document } of corpus?.readCorpus() ?? [])
    if (document !== undefined) checkId(document.key, "blank");
}

export interface QueryWork {
  readonly client: SluiceClient;
  readonly collection: string;
  readonly queries: readonly JudgedQuery[];
  /** Concurrent queries. */
  readonly concurrency: number;
  readonly k: number;
  /** Every stage must send its ranking, however soon the next one follows. */
  readonly showsStages: boolean;
  /** Ignore the document whose id is the query's; one more hit is requested. */
  readonly ignoresIdenticalIds: boolean;
  readonly tuning: SearchTuning;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onAnswer: (answeredCount: number) => void;
}

/** Queries that run once before the measurement, to warm caches and compilers. */
const warmUpCount = 5;

export async function answerQueries(work: QueryWork): Promise<Answer[]> {
  for (const query of work.queries.slice(0, warmUpCount))
    // The extra blank keeps the server from answering the measured query from its cache.
    await answerQuery(work, { ...query, text: `${query.text} ` });
  const answers: Answer[] = [];
  const waiting = work.queries.values();
  const ask = async (): Promise<void> => {
    for (const query of waiting) {
      answers.push(await answerQuery(work, query));
      work.onAnswer(answers.length);
    }
  };
  await Promise.all(Array.from({ length: work.concurrency }, ask));
  return answers;
}

async function answerQuery(work: QueryWork, query: JudgedQuery): Promise<Answer> {
  const { client, collection, k, nowMs, signal, tuning } = work;
  const startMs = nowMs();
  let firstUpdateMs: number | undefined;
  let last: SearchUpdate | undefined;
  const request = {
    collection,
    text: query.text,
    k: work.ignoresIdenticalIds ? Math.min(k + 1, limits.hitCountMax) : k,
    ...tuning,
    // Only the ranking matters; loading texts would be measured with it.
    payload: { title: false, text: false, fields: false },
    ...(work.showsStages ? { minUpdateIntervalMs: 0 } : {}),
  };
  const scoredKeys = ({ hits }: SearchUpdate): ScoredKey[] =>
    hits
      .map(({ key, score }) => ({ key, score }))
      .filter(({ key }) => !work.ignoresIdenticalIds || key !== query.id)
      .slice(0, k);
  const stageHits = new Map<Stage, readonly ScoredKey[]>();
  for await (const update of client.search(request, { signal })) {
    firstUpdateMs ??= nowMs() - startMs;
    last = update;
    if (work.showsStages) stageHits.set(update.stage, scoredKeys(update));
  }
  const searchMs = nowMs() - startMs;
  return {
    query: query.id,
    hits: last === undefined ? [] : scoredKeys(last),
    firstUpdateMs: firstUpdateMs ?? searchMs,
    searchMs,
    updateCount: last?.sequence ?? 0,
    timings: last?.timings ?? { total: 0 },
    certificate: last?.certificate ?? "none",
    degradations: last?.degradations.map(({ reason }) => reason) ?? [],
    stageHits,
  };
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Output of `sluice eval --json`. Measures in [0, 1], times in milliseconds. */
export interface EvaluationReport {
  readonly ndcg10: number;
  readonly recall100: number;
  readonly mrr10: number;
  /** Number of judged queries. */
  readonly queries: number;
  readonly searchMs: Percentiles;
  readonly firstUpdateMs: Percentiles;
  /** By the server's clock; without stages that never ran. */
  readonly stageMs: Readonly<Record<string, Percentiles>>;
  readonly updatesPerSearch: number;
  readonly certificates: Readonly<Record<string, number>>;
  readonly degradations: Readonly<Record<string, number>>;
  /** Means of all requested measures, by their written forms. */
  readonly measures: Readonly<Record<string, number>>;
  /** 95 % bootstrap intervals of the measures. */
  readonly intervals: Readonly<Record<string, readonly [number, number]>>;
}

export function toRun(answers: readonly Answer[]): Run {
  return new Map(answers.map(({ query, hits }) => [query, hits]));
}

/** Measures of every report. */
export const reportMeasures = ["nDCG@10", "R@100", "RR@10"] as const;

/** `evaluation` must include `reportMeasures`. */
export function sumUp(answers: readonly Answer[], evaluation: Evaluation): EvaluationReport {
  const updateCount = answers.reduce((sum, answer) => sum + answer.updateCount, 0);
  const [ndcg10, recall100, mrr10] = reportMeasures.map((name) => meanOf(evaluation, name));
  return {
    ndcg10: ndcg10 ?? 0,
    recall100: recall100 ?? 0,
    mrr10: mrr10 ?? 0,
    queries: evaluation.queries.length,
    searchMs: percentiles(answers.map(({ searchMs }) => searchMs)),
    firstUpdateMs: percentiles(answers.map(({ firstUpdateMs }) => firstUpdateMs)),
    stageMs: stagePercentiles(answers),
    updatesPerSearch: answers.length === 0 ? 0 : updateCount / answers.length,
    certificates: countBy(answers.map(({ certificate }) => certificate)),
    degradations: countBy(answers.flatMap(({ degradations }) => degradations)),
    measures: Object.fromEntries(evaluation.means.map(({ measure, mean }) => [measure, mean])),
    intervals: Object.fromEntries(
      evaluation.means.map(({ measure, low, high }) => [measure, [low, high]]),
    ),
  };
}

/** Mean of a measure; 0 when it was not evaluated. */
export function meanOf(evaluation: Evaluation, name: string): number {
  return evaluation.means.find(({ measure }) => measure === name)?.mean ?? 0;
}

const stages = [
  ...["queue", "encode", "lexical", "candidates", "lateInteraction", "crossEncoder", "total"],
] as readonly (keyof StageTimings)[];

function stagePercentiles(answers: readonly Answer[]): Record<string, Percentiles> {
  const rows: [string, Percentiles][] = [];
  for (const stage of stages) {
    const values = answers.flatMap(({ timings }) => timings[stage] ?? []);
    if (values.length > 0) rows.push([stage, percentiles(values.map((us) => us / 1000))]);
  }
  return Object.fromEntries(rows);
}

export function percentiles(values: readonly number[]): Percentiles {
  if (values.length === 0) return { p50: 0, p95: 0, p99: 0 };
  const sorted = Float64Array.from(values).sort();
  return {
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
