// sluice feedback: exports recorded feedback as judgments, and detects drift.

import type { Command } from "commander";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedFeedback } from "../../core/feedback.js";
import { SluiceError } from "../../core/errors.js";
import { judgmentsOf } from "../../eval/feedback-judgments.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { readEvents } from "../feedback-events.js";
import { timeMs } from "../option-parsers.js";
import { formatCount } from "../terminal/text.js";
import { addFeedbackDrift } from "./feedback-drift.js";
import { addFeedbackEstimate } from "./feedback-estimate.js";

export function addFeedbackCommand(program: Command, context: CliContext): void {
  const group = program
    .command("feedback")
    .summary("export recorded feedback, detect drift, estimate other options")
    .addHelpText("after", examples);
  addExport(group, context);
  addFeedbackDrift(group, context);
  addFeedbackEstimate(group, context);
}

interface ExportOptions extends ConnectionOptions {
  readonly since?: number;
  readonly qrels?: string;
}

function addExport(group: Command, context: CliContext): void {
  const command = group
    .command("export <collection>")
    .description(
      "Prints the recorded events, one line of JSON each, oldest first. With --qrels they become a " +
        "BEIR folder for `sluice eval` and `sluice calibrate scores`: relevant 2; click, copy or a " +
        "dwell time of 30 s 1; not relevant 0. The last judgment counts.",
    )
    .option("--since <time>", "only events since this time (ISO 8601, UTC)", timeMs)
    .option("--qrels <folder>", "write queries.jsonl and qrels/test.tsv there instead");
  addConnectionOptions(command);
  command.action(async (collection: string, options: ExportOptions) => {
    const { since: sinceMs, qrels } = options;
    await withClient(options, async (client) => {
      const call = { signal: context.interrupted, sinceMs };
      if (qrels === undefined)
        for await (const event of client.feedback(collection, call)) context.printJson(event);
      else await writeJudgments(await readEvents(client, collection, call), qrels, context);
    });
  });
}

async function writeJudgments(
  events: readonly RecordedFeedback[],
  folder: string,
  context: CliContext,
): Promise<void> {
  const { formatBeirQrels } = await import("../../eval/qrels.js");
  const queries = judgmentsOf(events);
  if (queries.length === 0)
    throw new SluiceError(
      "INVALID_INPUT_FILE",
      `none of ${events.length} events says whether a document is relevant`,
    );
  mkdirSync(join(folder, "qrels"), { recursive: true });
  const lines = queries.map(({ id, text }) => `${JSON.stringify({ _id: id, text })}\n`);
  writeFileSync(join(folder, "queries.jsonl"), lines.join(""));
  const qrels = new Map(queries.map(({ id, judgments }) => [id, judgments]));
  writeFileSync(join(folder, "qrels", "test.tsv"), formatBeirQrels(qrels));
  const judgmentCount = queries.reduce((sum, { judgments }) => sum + judgments.size, 0);
  const counts = [judgmentCount, queries.length, events.length].map(formatCount);
  context.print(`${counts[0]} judgments of ${counts[1]} queries from ${counts[2]} events`);
}

const examples = `
Examples:
  sluice feedback export docs > events.jsonl
  sluice feedback export docs --qrels ./judged
  sluice eval --data ./judged --collection docs --skip-ingest --server 127.0.0.1:7311
  sluice feedback drift docs --reference 2026-10-01..2026-11-01 --current 2026-11-01..2026-11-08
  sluice feedback estimate docs --lexical-weight 0.3`;
