// Searches of the scale benchmark: latency by stage, recall by pool size, latency under load.

import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate, StageTimings } from "../../src/contract/search-update.js";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineApi } from "../../src/engine/api.js";
import type { PassageSource } from "./clustered-passages.js";
import { summary, warmUpTimes } from "./summary.js";
import type { Summary } from "./summary.js";

export interface SearchSetup {
  readonly api: EngineApi;
  readonly collection: string;
  readonly source: PassageSource;
  /** Passages of the collection. */
  readonly size: number;
  readonly queryTokens: number;
}

export interface LatencyResult {
  readonly searches: number;
  /** Milliseconds from the call to the first and to the last update. */
  readonly firstUpdateMs: Summary;
  readonly lastUpdateMs: Summary;
  /** Milliseconds of each stage, from the updates. */
  readonly stagesMs: Readonly<Record<string, Summary>>;
}

const poolSizes = [64, 128, 256, 512, 1024] as const;

export async function measureLatency(setup: SearchSetup, count: number): Promise<LatencyResult> {
  const warmUpCount = warmUpTimes * count;
  const queries = Array.from({ length: count + warmUpCount }, (_, i) => requestAt(setup, i));
  const first: number[] = [];
  const last: number[] = [];
  const stages: Record<keyof StageTimings, number[]> = {
    queue: [],
    encode: [],
    lexical: [],
    candidates: [],
    lateInteraction: [],
    crossEncoder: [],
    total: [],
  };
  for (const [i, request] of queries.entries()) {
    const run = await runSearch(setup.api, request);
    if (i < warmUpCount) continue;
    first.push(run.firstMs);
    last.push(run.lastMs);
    for (const [stage, micros] of Object.entries(run.final.timings) as [
      keyof StageTimings,
      number | undefined,
    ][])
      if (micros !== undefined) stages[stage].push(micros / 1000);
  }
  const measured = Object.entries(stages).filter(([, values]) => values.length > 0);
  return {
    searches: count,
    firstUpdateMs: summary(first),
    lastUpdateMs: summary(last),
    stagesMs: Object.fromEntries(measured.map(([stage, values]) => [stage, summary(values)])),
  };
}

export interface RecallResult {
  readonly queries: number;
  /** Milliseconds of an exhaustive search. */
  readonly exhaustiveMs: Summary;
  /** Share of the exhaustive top 10 and top 100, by MaxSim alone, per sketch pool size. */
  readonly bySketchPool: Readonly<Record<string, { top10: number; top100: number | undefined }>>;
}

/** Queries with vectors only: what sketches find of MaxSim's best passages. */
export async function measureRecall(setup: SearchSetup, count: number): Promise<RecallResult> {
  const exhaustive: number[] = [];
  const found = new Map(poolSizes.map((size) => [size, { top10: 0, top100: 0 }]));
  for (let i = 0; i < count; i += 1) {
    const request = { ...requestAt(setup, 7919 + i), text: "" };
    const exact = await runSearch(setup.api, { ...request, k: 100, exhaustive: true });
    exhaustive.push(exact.lastMs);
    const keys = exact.final.hits.map(({ key }) => key);
    for (const [size, shares] of found) {
      // A pool is at least as large as k, so smaller pools are tested with fewer hits.
      const k = size < 100 ? 10 : 100;
      const { final } = await runSearch(setup.api, { ...request, k, sketchPoolSize: size });
      const got = final.hits.map(({ key }) => key);
      shares.top10 += share(keys.slice(0, 10), got.slice(0, 10)) / count;
      shares.top100 += share(keys, got) / count;
    }
  }
  return {
    queries: count,
    exhaustiveMs: summary(exhaustive),
    bySketchPool: Object.fromEntries(
      [...found].map(([size, { top10, top100 }]) => [
        size,
        { top10, top100: size < 100 ? undefined : top100 },
      ]),
    ),
  };
}

export interface Load {
  /** Milliseconds from call to last update, in order of completion. */
  readonly lastMs: number[];
  stop(): Promise<void>;
}

/**
 * Starts a search every `intervalMs` until it is stopped, whether or not earlier ones have ended;
 * times count from the scheduled start.
 */
export function startLoad(setup: SearchSetup, intervalMs: number): Load {
  const lastMs: number[] = [];
  const underWay = new Set<Promise<void>>();
  let isStopped = false;
  const search = async (request: SearchRequest, dueMs: number): Promise<void> => {
    await runSearch(setup.api, request);
    lastMs.push(performance.now() - dueMs);
  };
  const loop = async (): Promise<void> => {
    const startMs = performance.now();
    for (let i = 0; !isStopped; i += 1) {
      // Created in advance, since creating the query is not part of the search.
      const request = requestAt(setup, 31 * (i + 1));
      const dueMs = startMs + i * intervalMs;
      await sleep(Math.max(0, dueMs - performance.now()));
      const running = search(request, dueMs);
      underWay.add(running);
      running.finally(() => underWay.delete(running)).catch(() => undefined);
    }
    await Promise.all(underWay);
  };
  const running = loop();
  running.catch(() => undefined);
  return {
    lastMs,
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

function requestAt(
  { source, size, collection, queryTokens }: SearchSetup,
  i: number,
): SearchRequest {
  const { text, vectors } = source.query(Math.imul(i + 1, 0x9e37) % size, queryTokens);
  return {
    collection,
    text,
    vectors,
    k: 10,
    exhaustive: false,
    payload: { mode: "every_update", title: false, text: false, fields: false },
  };
}

async function runSearch(
  api: EngineApi,
  request: SearchRequest,
): Promise<{ readonly firstMs: number; readonly lastMs: number; readonly final: SearchUpdate }> {
  const startMs = performance.now();
  let firstMs: number | undefined;
  let final: SearchUpdate | undefined;
  for await (const update of api.search(request, { signal: new AbortController().signal })) {
    firstMs ??= performance.now() - startMs;
    final = update;
  }
  if (final === undefined || firstMs === undefined) throw new Error("a search has an update");
  return { firstMs, lastMs: performance.now() - startMs, final };
}

function share(wanted: readonly string[], got: readonly string[]): number {
  const set = new Set(got);
  return wanted.filter((key) => set.has(key)).length / Math.max(1, wanted.length);
}
