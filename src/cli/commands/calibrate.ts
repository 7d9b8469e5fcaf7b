// sluice calibrate: measures recall, and fits probabilities.

import type { Command } from "commander";
import type { ClientRecallEstimate } from "../../client/types.js";
import { recallEstimateFields } from "../../contract/collections.js";
import { toJson } from "../../contract/to-json.js";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import type { Query } from "../../contract/search-request.js";
import { readLines } from "../../importers/lines.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { addDetachOption, startDetached } from "../detached-job.js";
import type { DetachOption } from "../detached-job.js";
import { decimalNumber, wholeNumber } from "../option-parsers.js";
import { addCalibrateScores } from "./calibrate-scores.js";
import { createProgressLine } from "../terminal/progress.js";
import type { Progress } from "../terminal/progress.js";

interface RecallOptions extends ConnectionOptions, DetachOption {
  readonly queries?: string;
  readonly samples?: number;
  readonly confidence?: number;
}

export function addCalibrateCommand(program: Command, context: CliContext): void {
  const group = program
    .command("calibrate")
    .summary("measure recall by pool size, and fit probabilities to scores")
    .addHelpText("after", examples);
  addRecall(group, context);
  addCalibrateScores(group, context);
}

function addRecall(group: Command, context: CliContext): void {
  const { sampleQueriesMin: min, sampleQueriesMax: max } = limits;
  const command = group
    .command("recall <collection>")
    .description(
      "Measures the recall of each pool size on sample queries and stores it with the collection, so " +
        "that searches report expected_recall and accept --min-recall. It runs one exhaustive search " +
        "per sample, one at a time. Samples should resemble production queries.",
    )
    .option("--queries <file>", "sample queries, one per line (default: drawn from the passages)")
    .option("--samples <n>", "sample queries to draw (default: 200)", wholeNumber(min, max))
    .option(
      "--confidence <share>",
      "share of queries for which the bounds hold (default: 0.95)",
      decimalNumber(0.5, 0.9999),
    )
    .option("--json", "print the estimates as one object of JSON");
  addConnectionOptions(addDetachOption(command));
  command.action(async (name: string, options: RecallOptions) => {
    const { queries, samples: sampleCount, confidence, json, detach, ...connection } = options;
    const samples = queries === undefined ? undefined : await readQueries(queries);
    if (detach === true) {
      const job = {
        kind: "calibrate",
        collection: name,
        samples,
        sampleCount,
        confidence,
      } as const;
      await withClient(connection, (client) => startDetached(client, job, { options, context }));
      return;
    }
    const estimates = await withClient(connection, async (client) => {
      let bar: Progress | undefined;
      const measured = await client.collections.calibrate(name, {
        samples,
        sampleCount,
        confidence,
        signal: context.interrupted,
        onProgress({ step: label, done, total }) {
          bar ??= createProgressLine({
            label,
            unit: "queries",
            total,
            terminal: context.err,
            nowMs: context.nowMs,
          });
          bar.update(done);
        },
      });
      bar?.finish();
      return measured;
    });
    if (json === true)
      context.printJson({ estimates: estimates.map((one) => toJson(recallEstimateFields, one)) });
    else for (const line of recallLines(estimates, confidence ?? 0.95)) context.print(line);
  });
}

/** Mean and bound of each pool size; also shown by `collections describe`. */
export function recallLines(
  estimates: readonly ClientRecallEstimate[],
  confidence: number,
): string[] {
  const share = `${Number((100 * confidence).toFixed(2))} %`;
  return [
    `pool    recall  at least, for ${share} of queries like the ${estimates[0]?.sampleCount ?? 0} samples`,
    ...estimates.map(({ poolSize, recall, recallLowerBound }) => {
      const figures = `${recall.toFixed(3).padStart(6)}  ${recallLowerBound.toFixed(3)}`;
      return `${String(poolSize).padEnd(6)}  ${figures}`;
    }),
  ];
}

async function readQueries(path: string): Promise<Query[]> {
  const queries: Query[] = [];
  for await (const { text, error } of readLines(path)) {
    if (error !== undefined) throw error;
    if (text.trim() !== "") queries.push({ text });
  }
  if (queries.length > 0) return queries;
  throw new SluiceError("INVALID_INPUT_FILE", `${path} has no queries; write one per line`);
}

const examples = `
Examples:
  sluice calibrate recall docs
  sluice calibrate recall docs --queries asked-last-week.txt
  sluice calibrate scores docs --data ./judged --svg reliability.svg
  sluice calibrate scores docs --data ./judged --rerank my-cross-encoder
  sluice search docs --min-recall 0.9 "streams"
  sluice search docs --min-probability 0.5 "streams"`;
