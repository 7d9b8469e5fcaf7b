// The report of `sluice eval` as lines.

import { formatMs } from "../terminal/text.js";
import type { EvaluationReport, Percentiles } from "./answers.js";
import { stageLines } from "./stage-reports.js";
import type { StageReport } from "./stage-reports.js";

export interface EvalSubject {
  readonly data: string;
  readonly split: string;
  readonly documents: number;
  readonly ingestSeconds: number;
  readonly kernel: string;
}

/** `judgment`: lines about measures, slices and gate. */
export function reportLines(result: {
  readonly report: EvaluationReport;
  readonly about: EvalSubject;
  readonly stages: readonly StageReport[];
  readonly judgment: readonly string[];
}): string[] {
  const { report, about, stages, judgment } = result;
  const times = ({ p50, p99 }: Percentiles): string => `p50 ${formatMs(p50)}, p99 ${formatMs(p99)}`;
  const certificates = Object.entries(report.certificates).map(
    ([name, count]) => `${count} ${name}`,
  );
  const lines = [
    `${report.queries} queries on ${about.documents} documents, kernel ${about.kernel}`,
    ...judgment,
    `search         ${times(report.searchMs)}`,
    `first update   ${times(report.firstUpdateMs)}`,
    ...Object.entries(report.stageMs).map(([stage, ms]) => `  ${stage.padEnd(16)} ${times(ms)}`),
    ...stageLines(stages),
    `certificates   ${certificates.join(", ")}`,
  ];
  const losses = Object.entries(report.degradations).map(([name, count]) => `${count} ${name}`);
  if (losses.length > 0) lines.push(`degraded       ${losses.join(", ")}`);
  if (about.ingestSeconds > 0) lines.push(`ingest         ${about.ingestSeconds.toFixed(1)} s`);
  return lines;
}
