// Calibration of recall: measured by pool size on sample queries while searches run, stored at the
// end.

import { setTimeout as sleep } from "node:timers/promises";

import { SluiceError, isSluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { Query } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { CalibrateOptions, CalibrateProgress } from "./api.js";
import type { Scorer } from "../scoring/scorer.js";
import { estimateRecall } from "../search/measure-recall.js";
import type { SampleDepths } from "../search/measure-recall.js";
import type { SearchDefaults, SearchPlan } from "../search/plan.js";
import type { SearchDeps } from "../search/search-deps.js";
import type { RecallCalibration } from "../store/stored-values.js";
import type { Collections } from "./collections.js";
import { whileOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

export interface CalibrationParts {
  readonly collections: Collections;
  readonly defaults: SearchDefaults;
  /** Of a collection's passages, each independent of the others. */
  readonly drawSample: (opened: OpenCollection) => () => Promise<Query>;
  /** As a search, when it is its turn. */
  readonly measure: (request: SearchRequest, signal: AbortSignal) => Promise<SampleDepths>;
}

/** Documents of the exact ranking that are looked for. */
const exactCount = 10;
/** Pool sizes that are measured; those that a collection is too small for are left out. */
const poolSizes = [32, 64, 128, 256, 512, 1024, 2048] as const;
/** Share of queries that a lower bound is to hold for. */
const confidenceDefault = 0.95;

/**
 * One exhaustive search and one ranking by sketches a sample serve all pool sizes: pools are
 * nested. Samples are searched one after another, at low priority; memory is that of one search and
 * a few numbers a sample. What is stored replaces what was measured before, in one transaction
 * after the last sample: a calibration that ends early leaves nothing. Throws INVALID_FIELD without
 * passages, what a search throws, and the signal's reason.
 */
export async function* calibrateRecall(
  parts: CalibrationParts,
  name: string,
  options: CalibrateOptions,
): AsyncGenerator<CalibrateProgress, void, void> {
  const { opened, release } = await parts.collections.acquire(name, { signal: options.signal });
  try {
    yield* calibrateOpened(parts, opened, options);
  } finally {
    release();
  }
}

async function* calibrateOpened(
  parts: CalibrationParts,
  opened: OpenCollection,
  { samples, sampleCount, confidence = confidenceDefault, signal }: CalibrateOptions,
): AsyncGenerator<CalibrateProgress, void, void> {
  const { name } = opened.collection.settings;
  const { number: generation, lastSequence, totals } = opened.collection.generation;
  const { passageCount } = totals;
  if (passageCount === 0)
    throw new SluiceError("INVALID_FIELD", `collection "${name}" has no passages; ingest first`, {
      field: "name",
    });
  const draw = parts.drawSample(opened);
  const total = samples?.length ?? sampleCount ?? limits.sampleQueriesDefault;
  const step = "measuring";
  const measured: SampleDepths[] = [];
  yield { step, done: 0, total };
  while (measured.length < total) {
    signal.throwIfAborted();
    const sample = samples?.[measured.length] ?? (await draw());
    const request = sampleRequest(name, sample);
    measured.push(await patiently(() => parts.measure(request, signal), signal));
    yield { step, done: measured.length, total };
  }
  const calibration: RecallCalibration = {
    estimates: estimateRecall(measured, { poolSizes: sizesFor(passageCount), confidence }),
    sampleCount: measured.length,
    confidence,
    areSamplesGiven: samples !== undefined,
    hasWords: 2 * measured.filter(({ hasWords }) => hasWords).length >= measured.length,
    lexicalPoolSize: parts.defaults.lexicalPoolSize,
    lexicalWeight: parts.defaults.lexicalWeight,
    generation,
    lastSequence,
    passageCount,
  };
  signal.throwIfAborted();
  if (parts.collections.opened(name) !== opened)
    throw new SluiceError("COLLECTION_NOT_FOUND", `collection "${name}" was dropped`);
  await whileOpen(opened, () => opened.writer.setRecall(calibration));
  yield { step, done: total, total, result: { ...calibration, isStale: false } };
}

function sampleRequest(collection: string, sample: Query): SearchRequest {
  return {
    collection,
    ...sample,
    k: exactCount,
    exhaustive: true,
    priority: "low",
    sketchPoolSize: poolSizes[poolSizes.length - 1],
    payload: { mode: "every_update", title: false, text: false, fields: false },
  };
}

function sizesFor(passageCount: number): readonly number[] {
  const sizes = poolSizes.filter((size) => size < passageCount);
  return sizes.length > 0 ? sizes : [poolSizes[0]];
}

/** Retries while the server is overloaded: searches have priority. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isSluiceError(error) || error.reason !== "OVERLOADED") throw error;
      await sleep(error.retryAfterMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}

/** Passages per scoring task: a search that arrives waits for one of them at most, a few ms. */
const taskPassages = 128;

/** Runs one scoring task at a time, so that the other threads are left to searches. */
export function measuringGently(
  deps: SearchDeps,
  plan: SearchPlan,
): readonly [SearchDeps, SearchPlan] {
  const { scorer } = deps;
  let last: Promise<unknown> = Promise.resolve();
  const maxSim: Scorer["maxSim"] = (task) => {
    const next = last.then(() => scorer.maxSim(task));
    last = next.catch(() => undefined);
    return next;
  };
  const gentle = { ...deps, scorer: { ...scorer, parallelism: 1, maxSim } };
  return [gentle, { ...plan, batchPassages: Math.min(plan.batchPassages, taskPassages) }];
}
