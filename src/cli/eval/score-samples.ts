// Judged scores from a server's answers, and the map fitted on them, for `calibrate scores`.

import { setTimeout as sleep } from "node:timers/promises";

import type { SluiceClient } from "../../client/client.js";
import type { ClientScoreMap } from "../../client/score-maps.js";
import { SluiceError } from "../../core/errors.js";
import type { SearchUpdate } from "../../contract/search-update.js";
import { lineChartSvg } from "../../eval/line-chart.js";
import type { Judgments } from "../../eval/measures.js";
import type { Qrels } from "../../eval/qrels.js";
import { crossValidate, fitScoreMap, reliabilityOf } from "../../eval/reliability.js";
import type { CalibrationMethod, Reliability } from "../../eval/reliability.js";
import type { JudgedScore } from "../../eval/score-calibration.js";
import type { JudgedQuery } from "./answers.js";

/** Between a search that was reduced under pressure and the next try. */
const pressurePauseMs = 1000;

export interface SampleWork {
  readonly client: SluiceClient;
  readonly collection: string;
  readonly queries: readonly JudgedQuery[];
  readonly qrels: Qrels;
  readonly k: number;
  readonly lexicalWeight: number;
  /**
   * Only hits that were reranked by it count. When absent, all hits of searches without reranking.
   */
  readonly rerank: { readonly model: string; readonly weight: number } | undefined;
  /** Lowest gain of a relevant document. */
  readonly relevantFrom: number;
  readonly signal: AbortSignal;
  readonly onAnswer: (answeredCount: number) => void;
}

/**
 * One array per query. Unjudged documents count as not relevant, as in ranking measures. Throws
 * what a search throws, and INVALID_INPUT_FILE for a degraded answer, whose scores would differ.
 */
export async function sampleScores(work: SampleWork): Promise<JudgedScore[][]> {
  const samples: JudgedScore[][] = [];
  for (const { id, text } of work.queries) {
    const { rerank, lexicalWeight, k } = work;
    const request = {
      collection: work.collection,
      text,
      k,
      lexicalWeight,
      ...(rerank && { rerank: { ...rerank, depth: k } }),
      payload: { title: false, text: false, fields: false },
    };
    const final = await withoutPressure(work, request);
    // A truncated query is truncated each time, so its scores match those of later searches.
    const lost = final.degradations.find(({ reason }) => reason !== "QUERY_CUT");
    if (lost !== undefined)
      throw new SluiceError(
        "INVALID_INPUT_FILE",
        `query ${id} was answered with ${lost.reason}: ${lost.message}, so its scores cannot be used`,
      );
    samples.push(judged(final, work.qrels.get(id), work));
    work.onAnswer(samples.length);
  }
  return samples;
}

/** A busy server re-ranks less than was asked for: the search is repeated until it does not. */
async function withoutPressure(
  { client, signal }: SampleWork,
  request: Parameters<SluiceClient["searchFinal"]>[0],
): Promise<SearchUpdate> {
  for (;;) {
    const final = await client.searchFinal(request, { signal });
    if (final.degradations.every(({ reason }) => reason !== "PRESSURE_REDUCED")) return final;
    await sleep(pressurePauseMs, undefined, { signal });
  }
}

function judged(
  { hits }: SearchUpdate,
  judgments: Judgments | undefined,
  { rerank, relevantFrom }: SampleWork,
): JudgedScore[] {
  return hits
    .filter(({ parts }) => rerank === undefined || parts.crossEncoder !== undefined)
    .map(({ key, score }) => ({ score, isRelevant: (judgments?.get(key) ?? 0) >= relevantFrom }));
}

export const calibrationMethods = ["platt", "isotonic"] as const satisfies CalibrationMethod[];

export interface ScoreFit {
  readonly method: CalibrationMethod;
  /** On held-out queries. */
  readonly reliability: Reliability;
  readonly map: ClientScoreMap["map"];
}

/** Both maps, fitted on all samples and evaluated by cross-validation over queries. */
export function fitScores(
  samples: readonly (readonly JudgedScore[])[],
  folds: { readonly foldCount: number; readonly seed: number },
): ScoreFit[] {
  const all = samples.flat();
  const relevantCount = all.filter(({ isRelevant }) => isRelevant).length;
  if (relevantCount === 0 || relevantCount === all.length)
    throw new SluiceError(
      "INVALID_INPUT_FILE",
      `${relevantCount} of ${all.length} results are relevant; a map needs relevant and other results`,
    );
  return calibrationMethods.map((method) => ({
    method,
    reliability: reliabilityOf(crossValidate(method, samples, folds)),
    map: fitScoreMap(method, all),
  }));
}

/** The map with the lower Brier score; on ties Platt's, which has only two parameters. */
export function betterFit(fits: readonly ScoreFit[]): ScoreFit {
  return fits.reduce((best, fit) => (fit.reliability.brier < best.reliability.brier ? fit : best));
}

export function scoreFitLines(fits: readonly ScoreFit[], chosen: ScoreFit): string[] {
  const figures = (fit: ScoreFit): string => {
    const { brier, brierOfBase, ece } = fit.reliability;
    const row = [fit.method.padEnd(8), ...[brier, brierOfBase, ece].map((one) => one.toFixed(5))];
    return `${row.join("  ")}${fit === chosen ? "  chosen" : ""}`;
  };
  return [
    "method    Brier    of base  ECE      on held-out queries",
    ...fits.map(figures),
    "",
    `reliability of ${chosen.method}, rows of equal counts`,
    "results  predicted  observed",
    ...chosen.reliability.bins.map(({ count, predicted, observed }) => {
      const shares = [predicted.toFixed(4).padEnd(9), observed.toFixed(4)];
      return `${String(count).padEnd(7)}  ${shares.join("  ")}`;
    }),
  ];
}

/** Reliability diagram: observed over predicted; perfect calibration is the diagonal. */
export function reliabilitySvg(fits: readonly ScoreFit[], name: string): string {
  const diagonal = [
    [0, 0],
    [1, 1],
  ] as const;
  return lineChartSvg({
    title: `Reliability of probabilities, ${name}, on held-out queries`,
    xLabel: "predicted probability",
    yLabel: "relevant share",
    series: [
      { name: "right", points: diagonal },
      ...fits.map(({ method, reliability }) => ({
        name: method,
        points: reliability.bins.map(({ predicted, observed }) => [predicted, observed] as const),
      })),
    ],
  });
}
