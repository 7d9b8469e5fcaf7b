// `sluice bench load`: finds the knee of a server under open-loop load, then loads it with
// multiples of that rate. This process is the generator; the server is a separate one.

import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPassageSource } from "../scale/clustered-passages.js";
import { collection } from "../scale/build.js";
import { createGenerator } from "./generator.js";
import type { Generator } from "./generator.js";
import { findKnee } from "./knee.js";
import type { Knee, KneeRule, KneeTrial } from "./knee.js";
import { noteMachine } from "./machine.js";
import { builtInProfile, readProfile } from "./profile.js";
import type { Profile } from "./profile.js";
import { drawLoad } from "./render.js";
import type { LoadFile } from "./result-schema.js";
import { measureReranking } from "./rerank-pairs.js";
import { startLoadServer, withCorpus } from "./server.js";
import type { LoadServer } from "./server.js";

export interface LoadBenchOptions {
  readonly passages: number;
  /** Token vectors and words per passage. */
  readonly tokens: number;
  readonly words: number;
  readonly seed: number;
  /** Duration of each run; a trial of the knee takes half. */
  readonly seconds: number;
  /** Profile file; default: the built-in mixed profile. */
  readonly profile?: string | undefined;
  /** Searches per second of the first trial. */
  readonly start: number;
  /** Pairs of runs without and with re-ranking, after the others; 0: none. */
  readonly rerankPairs: number;
  /** Folder of temporary files. */
  readonly folder: string;
  /** Folder in which the collection is kept for reuse; removed when absent. */
  readonly keep?: string | undefined;
  /** Result file, JSON. */
  readonly out: string;
}

interface KneeOptions {
  /** Operations per second of the first trial. */
  readonly start: number;
  readonly seed: number;
  readonly trialSeconds: number;
  readonly trialsMax: number;
}

const trialsMax = 14;
const timesKnee = [0.5, 1, 2, 3, 10] as const;
/** An idle server returns memory within this time. */
const restMs = 3000;
/** Compiles code and fills caches before the measurement. */
export const warmUp = [
  { perSecond: 50, seconds: 2 },
  { perSecond: 200, seconds: 8 },
] as const;
export const corpusShape = { dim: 384, bits: 2 } as const;

/**
 * A rate is sustained while nearly all searches, and the slowest, are answered within the budget.
 */
function ruleOf(profile: Profile): KneeRule {
  return { goodShareMin: 0.97, finalP99MsMax: profile.budgetMs };
}

export async function runLoadBench(options: LoadBenchOptions): Promise<LoadFile> {
  const { passages, tokens, words, seed } = options;
  const machine = noteMachine();
  const profile = readProfile(options.profile ?? builtInProfile("mixed"));
  const source = createPassageSource({ ...corpusShape, tokens, words, seed, type: "int8" });
  return withCorpus({ ...corpusShape, ...options }, async ({ data }) => {
    const server = await startLoadServer(data);
    const target = { address: server.address, collection, source, size: passages };
    const generator = await createGenerator(target, profile);
    try {
      await generator.run(warmUp, seed);
      const memoryAtStart = server.memory();
      const knee = await kneeOf(generator, profile, {
        start: options.start,
        seed,
        trialSeconds: Math.max(1, options.seconds / 2),
        trialsMax,
      });
      say(`the knee is at ${knee.perSecond.toFixed(0)} operations a second`);
      const runs = await runMultiples({ generator, server }, knee, options);
      const reranking = await rerankingOf(generator, knee, options);
      await sleep(restMs);
      const file: LoadFile = {
        machine: machine.facts(),
        command: `sluice bench load --passages ${passages} --seconds ${options.seconds} --seed ${seed}`,
        corpus: {
          passages,
          ...corpusShape,
          tokens,
          words,
          seed,
          queryTokens: profile.queryTokens,
        },
        profile,
        knee: { rule: ruleOf(profile), ...knee, trials: [...knee.trials] },
        runs,
        reranking,
        memoryAtStart,
        memoryAtEnd: server.memory(),
      };
      writeFileSync(options.out, `${JSON.stringify(file, null, 2)}\n`);
      drawLoad(file, dirname(options.out));
      return file;
    } finally {
      generator.close();
      await server.stop();
    }
  });
}

function rerankingOf(
  generator: Generator,
  knee: Knee,
  { rerankPairs: pairs, seconds, seed, start }: LoadBenchOptions,
): Promise<LoadFile["reranking"]> {
  if (pairs === 0) return Promise.resolve(undefined);
  const perSecond = timesKnee[0] * (knee.perSecond || start);
  return measureReranking(generator, { perSecond, seconds, pairs, seed: seed + 101 });
}

export async function kneeOf(
  generator: Generator,
  profile: Profile,
  { start, seed, trialSeconds, trialsMax }: KneeOptions,
): Promise<Knee> {
  let trialNumber = 0;
  const measure = async (perSecond: number): Promise<KneeTrial> => {
    trialNumber += 1;
    const steps = [{ perSecond, seconds: trialSeconds }];
    const { searches, offeredPerSecond } = await generator.run(steps, seed + 1000 * trialNumber);
    // Cancelled searches do not count.
    const wanted = Math.max(1, searches.planned - searches.cancelled);
    const trial = {
      offeredPerSecond,
      goodShare: Math.round((1e4 * searches.withinBudget) / wanted) / 1e4,
      // Without a response there is no latency; the share accounts for it.
      finalP99Ms: searches.finalMs.p99 ?? 0,
    };
    say(`trial ${JSON.stringify(trial)}`);
    return trial;
  };
  const search = { rule: ruleOf(profile), startPerSecond: start, precision: 0.06, trialsMax };
  return findKnee(search, measure);
}

async function runMultiples(
  { generator, server }: { readonly generator: Generator; readonly server: LoadServer },
  knee: Knee,
  { seconds, seed, start }: LoadBenchOptions,
): Promise<LoadFile["runs"]> {
  const runs: LoadFile["runs"] = [];
  for (const times of timesKnee) {
    const memoryBefore = server.memory();
    const perSecond = times * (knee.perSecond || start);
    const figures = await generator.run([{ perSecond, seconds }], seed + 7 * runs.length);
    runs.push({ timesKnee: times, ...figures, memoryBefore, memoryAfter: server.memory() });
    const { searches, goodputPerSecond } = figures;
    say(
      `${times} x the knee: goodput ${goodputPerSecond}/s of ${searches.planned / seconds}/s, ` +
        `final ${JSON.stringify(searches.finalMs)}, ${searches.refused} refused`,
    );
    await sleep(restMs / 3);
  }
  return runs;
}

function say(line: string): void {
  console.error(`[load] ${line}`);
}
