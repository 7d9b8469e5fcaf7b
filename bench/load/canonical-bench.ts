// `sluice bench canonical`: a fixed corpus, and the numbers that versions are compared by.

import { writeFileSync } from "node:fs";
import { createClient } from "../../src/client/client.js";
import type { SluiceClient } from "../../src/client/client.js";
import { present } from "../../src/core/assert.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import { collection } from "../scale/build.js";
import { createPassageSource } from "../scale/clustered-passages.js";
import type { PassageSource } from "../scale/clustered-passages.js";
import { rounded, summary, warmUpTimes } from "../scale/summary.js";
import { createGenerator } from "./generator.js";
import { corpusShape, kneeOf, warmUp } from "./load-bench.js";
import { noteMachine } from "./machine.js";
import { builtInProfile, readProfile } from "./profile.js";
import type { CanonicalFile } from "./result-schema.js";
import { startLoadServer, withCorpus } from "./server.js";

export interface CanonicalOptions {
  readonly passages: number;
  /** Sequential searches; recall uses a tenth. */
  readonly searches: number;
  /** Duration of a trial of the knee. */
  readonly trialSeconds: number;
  readonly trialsMax: number;
  /** Folder of temporary files. */
  readonly folder: string;
  /** Folder in which the collection is kept for reuse; removed when absent. */
  readonly keep?: string | undefined;
  /** Result file, JSON. */
  readonly out: string;
}

export const canonicalDefaults = {
  passages: 100_000,
  searches: 400,
  trialSeconds: 3,
  trialsMax: 12,
} as const;

/** Fixed, so that results are comparable. */
const shape = { tokens: 120, words: 90, seed: 1 } as const;
const startPerSecond = 150;
/** With fewer trials only the output is of interest. */
const warmTrials = 3;

export async function runCanonicalBench(options: CanonicalOptions): Promise<CanonicalFile> {
  const { passages, folder, keep } = options;
  const machine = noteMachine();
  const startMs = performance.now();
  const source = createPassageSource({ ...corpusShape, ...shape, type: "int8" });
  const corpus = { ...corpusShape, ...shape, passages, folder, keep };
  return withCorpus(corpus, async ({ data, built }) => {
    const measured = await measureServer(data, source, options);
    const profile = readProfile(builtInProfile("searches"));
    const file: CanonicalFile = {
      machine: machine.facts(),
      command: "sluice bench canonical",
      corpus: { passages, ...corpusShape, ...shape, queryTokens: profile.queryTokens },
      ...measured,
      ingestPassagesPerSecond: built.ingestPerSecond,
      bytesPerPassage: built.disk.bytesPerPassage,
      seconds: rounded((performance.now() - startMs) / 1000),
    };
    writeFileSync(options.out, `${JSON.stringify(file, null, 2)}\n`);
    return file;
  });
}

type Measured = Pick<
  CanonicalFile,
  "firstUpdateMs" | "finalMs" | "recallAt10" | "searchesPerSecondAtKnee" | "peakRssMiB"
>;

async function measureServer(
  data: string,
  source: PassageSource,
  { passages, searches, trialSeconds, trialsMax }: CanonicalOptions,
): Promise<Measured> {
  const profile = readProfile(builtInProfile("searches"));
  const server = await startLoadServer(data);
  const { address } = server;
  const client = createClient({ address, nowMs: Date.now, random: () => 0.5 });
  const requestAt = (i: number): SearchRequest => ({
    collection,
    k: 10,
    payload: { title: false, text: false, fields: false },
    ...source.query((Math.imul(i + 1, 0x9e37) >>> 0) % passages, profile.queryTokens),
  });
  try {
    await client.waitForReady(10_000);
    const latency = await measureLatency(client, requestAt, searches);
    const recallAt10 = await measureRecall(client, requestAt, Math.ceil(searches / 10));
    const target = { address, collection, source, size: passages };
    const generator = await createGenerator(target, profile);
    try {
      if (trialsMax > warmTrials) await generator.run(warmUp, shape.seed);
      const trials = { start: startPerSecond, trialSeconds, trialsMax, seed: shape.seed };
      const { perSecond } = await kneeOf(generator, profile, trials);
      const peakRssMiB = server.memory().peakRssMiB;
      return { ...latency, recallAt10, searchesPerSecondAtKnee: rounded(perSecond), peakRssMiB };
    } finally {
      generator.close();
    }
  } finally {
    client.close();
    await server.stop();
  }
}

async function measureLatency(
  client: SluiceClient,
  requestAt: (i: number) => SearchRequest,
  count: number,
): Promise<Pick<Measured, "firstUpdateMs" | "finalMs">> {
  const firstMs: number[] = [];
  const finalMs: number[] = [];
  const warmUpCount = warmUpTimes * count;
  for (let i = -warmUpCount; i < count; i += 1) {
    // Created before the clock starts.
    const request = requestAt(i + warmUpCount);
    const startMs = performance.now();
    for await (const { sequence, final } of client.search(request)) {
      const ms = performance.now() - startMs;
      if (i < 0) continue;
      if (sequence === 1) firstMs.push(ms);
      if (final) finalMs.push(ms);
    }
  }
  return { firstUpdateMs: summary(firstMs), finalMs: summary(finalMs) };
}

/** With vectors only: the lexical part of the score would be the same on both sides. */
async function measureRecall(
  client: SluiceClient,
  requestAt: (i: number) => SearchRequest,
  count: number,
): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (let i = 0; i < count; i += 1) {
    const { vectors, collection: name, payload } = requestAt(7919 + i);
    const request = { collection: name, payload, k: 10, vectors: present(vectors, "it has them") };
    const exact = await client.searchFinal({ ...request, exhaustive: true });
    const fast = await client.searchFinal(request);
    const keys = new Set(fast.hits.map(({ key }) => key));
    wanted += exact.hits.length;
    found += exact.hits.filter(({ key }) => keys.has(key)).length;
  }
  return rounded(found / Math.max(1, wanted));
}
