// Judged scores of a server's answers, and the map fitted on them: the work of `calibrate scores`.

import type { SluiceClient } from "../../client/client.js";
import type { ClientScoreMap } from "../../client/score-maps.js";
import type { ClientSearchUpdate } from "../../client/types.js";
import { SluiceError } from "../../core/errors.js";
import { lineChartSvg } from "../../eval/line-chart.js";
import type { Judgments } from "../../eval/measures.js";
import type { Qrels } from "../../eval/qrels.js";
import { crossValidate, fitScoreMap, reliabilityOf } from "../../eval/reliability.js";
import type { CalibrationMethod, Reliability } from "../../eval/reliability.js";
import type { JudgedScore } from "../../eval/score-calibration.js";
import type { JudgedQuery } from "./answers.js";

export interface SampleWork {
  readonly client: SluiceClient;
  readonly collection: string;
  readonly queries: readonly JudgedQuery[];
  readonly qrels: Qrels;
  readonly k: number;
  readonly lexicalWeight: number;
  /** Only hits that it has re-ranked count; undefined: all hits, of searches without any. */
  readonly rerank: { readonly model: string; readonly weight: number } | undefined;
  /** Least gain of a relevant document. */
  readonly relevantFrom: number;
  readonly signal: AbortSignal;
  readonly onAnswer: (answeredCount: number) => void;
}

/**
 * One array a query. Documents that nobody judged count as not relevant, as in measures of rankings.
 * Throws what a search throws, and INVALID_INPUT_FILE when an answer is degraded: its scores would be
 * others.
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
    const final = await work.client.searchFinal(request, { signal: work.signal });
    // A query that was cut is cut each time: its scores are those of later searches.
    const lost = final.degradations.find(({ reason }) => reason !== "QUERY_CUT");
    if (lost !== undefined)
      throw new SluiceError(
        "INVALID_INPUT_FILE",
        `query ${id} was answered with ${lost.reason}: ${lost.message}; its scores would mislead`,
      );
    samples.push(judged(final, work.qrels.get(id), work));
    work.onAnswer(samples.length);
  }
  return samples;
}

function judged(
  { hits }: ClientSearchUpdate,
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
  /** On queries held back. */
  readonly reliability: Reliability;
  readonly map: ClientScoreMap["map"];
}

/** Both maps, fitted on everything and judged by cross-validation over queries. */
export function fitScores(
  samples: readonly (readonly JudgedScore[])[],
  folds: { readonly foldCount: number; readonly seed: number },
): ScoreFit[] {
  const all = samples.flat();
  const relevantCount = all.filter(({ isRelevant }) => isRelevant).length;
  if (relevantCount === 0 || relevantCount === all.length)
    throw new SluiceError(
      "INVALID_INPUT_FILE",
      `${relevantCount} of ${all.length} results are relevant; a map needs some of both`,
    );
  return calibrationMethods.map((method) => ({
    method,
    reliability: reliabilityOf(crossValidate(method, samples, folds)),
    map: fitScoreMap(method, all),
  }));
}

/** The one with the lower Brier score; Platt's, which has two numbers only, when they are equal. */
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
    "method    Brier    of base  ECE      on queries held back",
    ...fits.map(figures),
    "",
    `reliability of ${chosen.method}, a row of equal counts each`,
    "results  predicted  observed",
    ...chosen.reliability.bins.map(({ count, predicted, observed }) => {
      const shares = [predicted.toFixed(4).padEnd(9), observed.toFixed(4)];
      return `${String(count).padEnd(7)}  ${shares.join("  ")}`;
    }),
  ];
}

/** The reliability diagram: observed over predicted; what is right lies on the diagonal. */
export function reliabilitySvg(fits: readonly ScoreFit[], name: string): string {
  const diagonal = [
    [0, 0],
    [1, 1],
  ] as const;
  return lineChartSvg({
    title: `Reliability of probabilities, ${name}, on queries held back`,
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
