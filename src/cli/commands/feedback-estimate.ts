// sluice feedback estimate: estimates from clicks what other options would be worth.

import type { Command } from "commander";
import { SluiceError } from "../../core/errors.js";
import { limits } from "../../core/limits.js";
import { clickedQueries, estimateFromClicks } from "../../eval/counterfactual.js";
import type { ClickEstimate } from "../../eval/counterfactual.js";
import type { Run } from "../../eval/run.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { readEvents } from "../feedback-events.js";
import { decimalNumber, timeMs, wholeNumber } from "../option-parsers.js";
import { createProgressLine } from "../terminal/progress.js";
import { addSearchTuning } from "./search.js";
import type { SearchTuning } from "./search.js";

interface EstimateOptions extends ConnectionOptions, SearchTuning {
  readonly k: number;
  readonly eta: number;
  readonly weightMax: number;
  readonly since?: number;
  readonly json?: boolean;
}

export function addFeedbackEstimate(group: Command, context: CliContext): void {
  const command = group
    .command("estimate <collection>")
    .description(
      "Runs the queries with clicked hits with the server's defaults and with the given options, " +
        "and estimates the DCG of both from the clicks: a click at rank r counts r^eta, since " +
        "users examine lower ranks less often. With judgments, `sluice eval` is more precise.",
    )
    .option("-k <count>", "hits per ranking", wholeNumber(1, limits.hitCountMax), 10)
    .option("--eta <exponent>", "exponent of the position bias", decimalNumber(0, 5), 1)
    .option("--weight-max <weight>", "largest weight of one click", decimalNumber(1, 1000), 10)
    .option("--since <time>", "only events since this time (ISO 8601, UTC)", timeMs)
    .option("--json", "print the estimate as one object of JSON");
  addSearchTuning(command);
  addConnectionOptions(command);
  command.action(async (collection: string, options: EstimateOptions) => {
    const estimate = await withClient(options, async (client) => {
      const { since: sinceMs, k, eta, weightMax } = options;
      const call = { signal: context.interrupted, sinceMs };
      const events = await readEvents(client, collection, call);
      const queries = clickedQueries(events, { eta, weightMax });
      if (queries.length === 0)
        throw new SluiceError("INVALID_INPUT_FILE", "no event is a click at a known rank");
      const { answerQueries, toRun } = await import("../eval/answers.js");
      const asked = queries.map(({ id, text }) => ({ id, text, fields: new Map() }));
      const ask = async (tuning: SearchTuning, label: string): Promise<Run> => {
        const progress = createProgressLine({
          label,
          unit: "queries",
          total: queries.length,
          terminal: context.err,
          nowMs: context.nowMs,
        });
        const answers = await answerQueries({
          client,
          collection,
          queries: asked,
          concurrency: 1,
          k,
          tuning,
          showsStages: false,
          ignoresIdenticalIds: false,
          nowMs: context.nowMs,
          signal: context.interrupted,
          onAnswer: (count) => progress.update(count),
        }).finally(() => progress.finish());
        return toRun(answers);
      };
      const baseline = await ask({}, "as it is");
      return estimateFromClicks(queries, {
        baseline,
        changed: await ask(tuningOf(options), "changed"),
      });
    });
    if (options.json === true) context.printJson(estimate);
    else for (const line of estimateLines(estimate)) context.print(line);
  });
}

function tuningOf(options: EstimateOptions): SearchTuning {
  const { exhaustive, sketchPoolSize, lexicalPoolSize, refinePoolSize, lexicalWeight } = options;
  return {
    ...(exhaustive === undefined ? {} : { exhaustive }),
    ...(sketchPoolSize === undefined ? {} : { sketchPoolSize }),
    ...(lexicalPoolSize === undefined ? {} : { lexicalPoolSize }),
    ...(refinePoolSize === undefined ? {} : { refinePoolSize }),
    ...(lexicalWeight === undefined ? {} : { lexicalWeight }),
  };
}

function estimateLines(estimate: ClickEstimate): string[] {
  const { queryCount, baseline, changed, difference, interval, pValue } = estimate;
  const bounds = `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
  return [
    `estimated DCG of ${queryCount} queries, from their clicks`,
    `as it is    ${baseline.toFixed(4)}`,
    `changed     ${changed.toFixed(4)}`,
    `difference  ${difference.toFixed(4)} (95 %: ${bounds}), p ${pValue.toFixed(4)} by randomization`,
  ];
}
