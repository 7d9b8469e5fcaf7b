// Open-loop load generator: sends operations at their planned times whatever the server does, and
// measures latencies from those times, so that stalls are not hidden.

import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { present } from "../../src/core/assert.js";
import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { PassageSource } from "../scale/clustered-passages.js";
import { rounded } from "../scale/summary.js";
import { planArrivals } from "./arrivals.js";
import type { ArrivalStep } from "./arrivals.js";
import { createLatencies } from "./latencies.js";
import { runSearch, runSession, runWrite } from "./operations.js";
import type { Planned } from "./operations.js";
import type { Profile } from "./profile.js";
import { createTally, tallySchema } from "./tally.js";
import type { Tally } from "./tally.js";

export interface LoadTarget {
  /** `host:port`. */
  readonly address: string;
  readonly collection: string;
  readonly source: PassageSource;
  /** Passages of the collection. */
  readonly size: number;
}

export const runFiguresSchema = z.strictObject({
  /** Planned operations per second, over all steps. */
  offeredPerSecond: z.number(),
  seconds: z.number(),
  searches: tallySchema,
  /** Of a run with re-ranking: the searches chosen for it, which `searches` does not include. */
  reranked: tallySchema.optional(),
  /** Latency of the last query typed. */
  sessions: tallySchema,
  writes: tallySchema,
  /** Searches per second with a final update within their budget. */
  goodputPerSecond: z.number(),
  /** Delay of the generator relative to its plan, 99th percentile. */
  startedLateMs: z.number().nullable(),
  /** Cores that the generator kept busy. */
  generatorCores: z.number(),
});

export type RunFigures = z.infer<typeof runFiguresSchema>;

/** Some searches are counted separately, and re-ranked if `isAsked`. */
export interface RerankedPart {
  /** Share of the searches, in [0, 1]; the same ones for the same seed. */
  readonly share: number;
  readonly isAsked: boolean;
}

export interface Generator {
  /** Runs one load until all its operations have ended. */
  run(steps: readonly ArrivalStep[], seed: number, reranked?: RerankedPart): Promise<RunFigures>;
  close(): void;
}

/** Queries created in advance; the server's caches must be off, since they repeat. */
const queryCount = 500;
/** Documents that writes add, replace and delete, besides the searched ones. */
const writtenCount = 200;

type Kind = keyof Profile["mix"];

type Begin = (
  kind: Kind,
  planned: Planned,
  by: { readonly prng: Prng; readonly rerank: SearchRequest["rerank"] },
) => Promise<void>;

export async function createGenerator(target: LoadTarget, profile: Profile): Promise<Generator> {
  const clients = Array.from({ length: profile.connections }, () =>
    createClient({
      address: target.address,
      nowMs: Date.now,
      random: () => 0.5,
      attemptCountMax: 1,
      checkContract: true,
    }),
  );
  await Promise.all(clients.map((client) => client.waitForReady(10_000)));
  const requests = Array.from({ length: queryCount }, (_, i) => requestAt(target, profile, i));
  const documents = Array.from({ length: writtenCount }, (_, i) => ({
    ...target.source.passage(target.size + i),
    key: `written-${i}`,
  }));
  const begin: Begin = (kind, planned, { prng, rerank }) => {
    const request = {
      ...present(requests[prng.nextUint32() % queryCount], "queries were made"),
      priority: drawn(profile.priorities, prng),
      rerank,
    };
    const document = present(documents[prng.nextUint32() % writtenCount], "there are some");
    switch (kind) {
      case "search": {
        const isCancelled = prng.nextFloat() < profile.cancelShare;
        const cancelAfterMs = isCancelled ? profile.cancelWithinMs * prng.nextFloat() : undefined;
        return runSearch(planned, request, { cancelAfterMs });
      }
      case "session":
        return runSession(planned, request, profile.session);
      case "ingest":
        return runWrite(planned, target.collection, { document });
      case "delete":
        return runWrite(planned, target.collection, { deletedKey: document.key });
    }
  };
  return {
    run: (steps, seed, reranked) => runLoad(steps, { seed, profile, clients, begin, reranked }),
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

async function runLoad(
  steps: readonly ArrivalStep[],
  load: {
    readonly seed: number;
    readonly profile: Profile;
    readonly clients: readonly SluiceClient[];
    readonly begin: Begin;
    readonly reranked: RerankedPart | undefined;
  },
): Promise<RunFigures> {
  const { seed, profile, clients, begin, reranked } = load;
  const times = planArrivals(steps, { process: profile.arrivals, seed });
  const prng = createPrng(seed + 1);
  // Separate, so that the operations are the same with and without re-ranking.
  const choices = createPrng(seed + 2);
  const search = createTally(profile.budgetMs);
  const rerankedSearch = createTally(profile.budgetMs);
  const session = createTally(profile.budgetMs);
  const write = createTally(profile.budgetMs);
  const tallies: Record<Kind, Tally> = { search, session, ingest: write, delete: write };
  const late = createLatencies();
  const running = new Set<Promise<void>>();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  for (const [i, time] of times.entries()) {
    const dueMs = startMs + time;
    await until(dueMs, i);
    late.record(performance.now() - dueMs);
    const client = present(clients[i % clients.length], "there are connections");
    const kind = drawn(profile.mix, prng);
    const isChosen =
      reranked !== undefined && kind === "search" && choices.nextFloat() < reranked.share;
    const tally = isChosen ? rerankedSearch : tallies[kind];
    const rerank = isChosen && reranked.isAsked ? {} : undefined;
    const operation = begin(kind, { dueMs, client, tally }, { prng, rerank });
    running.add(operation);
    operation.finally(() => running.delete(operation)).catch(() => undefined);
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const figures = search.figures();
  return {
    offeredPerSecond: rounded(times.length / seconds),
    seconds,
    searches: figures,
    reranked: reranked && rerankedSearch.figures(),
    sessions: session.figures(),
    writes: write.figures(),
    goodputPerSecond: rounded(figures.withinBudget / seconds),
    startedLateMs: late.figures().p99,
    generatorCores: rounded((user + system) / 1000 / (performance.now() - startMs)),
  };
}

/** Responses are read between arrivals even when the generator is late. */
async function until(dueMs: number, i: number): Promise<void> {
  const leftMs = dueMs - performance.now();
  if (leftMs > 0.5) await sleep(leftMs);
  else if (i % 8 === 0) await breathe();
}

function requestAt(
  { collection, source, size }: LoadTarget,
  { k, budgetMs, query, queryTokens, payload }: Profile,
  i: number,
): SearchRequest {
  const { text, vectors } = source.query((Math.imul(i + 1, 0x9e37) >>> 0) % size, queryTokens);
  return {
    collection,
    k,
    budgetMs,
    ...(query === "vectors" ? {} : { text }),
    ...(query === "text" ? {} : { vectors }),
    payload: { title: payload, text: payload, fields: payload },
  };
}

function drawn<Name extends string>(weights: Readonly<Record<Name, number>>, prng: Prng): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let left = prng.nextFloat() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  const found = entries.find(([, weight]) => (left -= weight) < 0);
  return present(found ?? entries.find(([, weight]) => weight > 0), "a weight is above 0")[0];
}
