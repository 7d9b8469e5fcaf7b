// Contribution of each stage of a search: measures of its last ranking, and its time.

import type { Stage } from "../../contract/search-update.js";
import { evaluate, evaluationDefaults } from "../../eval/evaluate.js";
import type { Measure } from "../../eval/measures.js";
import type { Qrels } from "../../eval/qrels.js";
import { percentiles } from "./answers.js";
import type { Answer, Percentiles } from "./answers.js";

export interface StageReport {
  readonly stage: Stage;
  /**
   * Queries in which the stage sent a ranking; the others count with that of the previous stage.
   */
  readonly shownCount: number;
  readonly measures: Readonly<Record<string, number>>;
  /** Time of the stage itself, by the server's clock. */
  readonly stageMs: Percentiles;
}

const stages = ["lexical", "candidates", "late_interaction", "cross_encoder"] as const;
const timingOf = {
  lexical: "lexical",
  candidates: "candidates",
  late_interaction: "lateInteraction",
  cross_encoder: "crossEncoder",
} as const satisfies Record<Stage, string>;

/** Without stages that never sent a ranking. Needs answers with the rankings of stages. */
export function stageReports(
  answers: readonly Answer[],
  qrels: Qrels,
  measures: readonly Measure[],
): StageReport[] {
  const best = new Map<string, Answer["hits"]>();
  const reports: StageReport[] = [];
  for (const stage of stages) {
    let shownCount = 0;
    for (const { query, stageHits } of answers) {
      const hits = stageHits.get(stage);
      if (hits === undefined) continue;
      shownCount += 1;
      best.set(query, hits);
    }
    if (shownCount === 0) continue;
    const evaluation = evaluate(best, qrels, { ...evaluationDefaults, measures });
    const micros = answers.flatMap(({ timings }) => timings[timingOf[stage]] ?? []);
    reports.push({
      stage,
      shownCount,
      measures: Object.fromEntries(evaluation.means.map(({ measure, mean }) => [measure, mean])),
      stageMs: percentiles(micros.map((us) => us / 1000)),
    });
  }
  return reports;
}

export function stageLines(reports: readonly StageReport[]): string[] {
  if (reports.length === 0) return [];
  const measures = Object.keys(reports[0]?.measures ?? {});
  const heads = [...measures, "p50 ms", "p95 ms", "p99 ms"].map((head) => head.padStart(10));
  return [
    `${"after stage".padEnd(18)}${heads.join("")}`,
    ...reports.map(({ stage, measures: figures, stageMs }) => {
      const times = [stageMs.p50, stageMs.p95, stageMs.p99].map((ms) => ms.toFixed(2));
      const cells = [...Object.values(figures).map((figure) => figure.toFixed(4)), ...times];
      return `${stage.padEnd(18)}${cells.map((cell) => cell.padStart(10)).join("")}`;
    }),
  ];
}
