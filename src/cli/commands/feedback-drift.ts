// sluice feedback drift: detects whether queries and scores have drifted from a reference period.

import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { analyze, createAnalyzer, latestSettings } from "../../analysis/analyzer.js";
import type { RecordedFeedback } from "../../core/feedback.js";
import { SluiceError } from "../../core/errors.js";
import { driftCountMin, driftReport } from "../../eval/drift.js";
import type { DriftRow } from "../../eval/drift.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { readEvents } from "../feedback-events.js";
import { timeMs } from "../option-parsers.js";

interface DriftOptions extends ConnectionOptions {
  readonly reference?: Window;
  readonly current?: Window;
  readonly json?: boolean;
}

/** Milliseconds since 1970 UTC, end exclusive. */
interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export function addFeedbackDrift(group: Command, context: CliContext): void {
  const command = group
    .command("drift <collection>")
    .description(
      "Compares the feedback of two periods: words and terms of queries, scores of hits where they " +
        "were sent, ranks of clicks. A row has drifted if chance explains it in less than one " +
        "report of a hundred and the difference is large enough to matter.",
    )
    .option("--reference <from..to>", "reference period (default: all before)", timeWindow)
    .option("--current <from..to>", "current period (default: the last 7 days)", timeWindow)
    .option("--json", "print the rows as one object of JSON");
  addConnectionOptions(command);
  command.action(async (collection: string, options: DriftOptions) => {
    const { reference, current } = windowsOf(options, Date.now());
    const { settings, events } = await withClient(options, async (client) => {
      const call = { signal: context.interrupted };
      const { settings } = await client.collections.describe(collection, call);
      return { settings, events: await readEvents(client, collection, call) };
    });
    const inside = ({ fromMs, toMs }: Window): RecordedFeedback[] =>
      events.filter(({ timeMs: ms }) => ms >= fromMs && ms < toMs);
    const words = createAnalyzer(latestSettings(settings.analyzer));
    const sides = [inside(reference), inside(current)] as const;
    const rows = driftReport(...sides, (text) => analyze(words, text));
    if (rows.length === 0)
      throw new SluiceError(
        "INVALID_INPUT_FILE",
        `${sides[0].length} events of the reference and ${sides[1].length} current ones are too few; each period needs ${driftCountMin} different queries`,
      );
    if (options.json === true) context.printJson({ reference, current, rows });
    else for (const line of driftLines(rows, collection)) context.print(line);
  });
}

const weekMs = 7 * 24 * 3600 * 1000;

function windowsOf(
  { reference, current }: DriftOptions,
  nowMs: number,
): { readonly reference: Window; readonly current: Window } {
  const now = current ?? { fromMs: nowMs - weekMs, toMs: nowMs + 1 };
  return { reference: reference ?? { fromMs: 0, toMs: now.fromMs }, current: now };
}

function timeWindow(text: string): Window {
  const [from = "", to = "", ...more] = text.split("..");
  if (more.length > 0) throw new InvalidArgumentError("Expected FROM..TO.");
  const [fromMs, toMs] = [timeMs(from), timeMs(to)];
  if (fromMs < toMs) return { fromMs, toMs };
  throw new InvalidArgumentError("Expected FROM..TO with FROM before TO.");
}

function driftLines(rows: readonly DriftRow[], collection: string): string[] {
  const heads = ["reference", "current", "distance", "stability", "p"];
  const number = (value: number | null, digits: number): string => value?.toFixed(digits) ?? "";
  const lines = rows.map((row) => {
    const means = [number(row.referenceMean, 3), number(row.currentMean, 3)];
    const cells = [...means, number(row.statistic, 3), number(row.stability, 3)];
    const line = [...cells, number(row.pValue, 4)].map((cell) => cell.padStart(11)).join("");
    const verdict = row.hasDrifted ? "drifted" : "same";
    return `${row.what.padEnd(18)}${line}  ${verdict} (${row.referenceCount}, ${row.currentCount})`;
  });
  const drifted = rows.filter(({ hasDrifted }) => hasDrifted).map(({ what }) => what);
  return [
    `${"".padEnd(18)}${heads.map((head) => head.padStart(11)).join("")}`,
    ...lines,
    drifted.length === 0
      ? "nothing has drifted from the reference"
      : `drifted: ${drifted.join(", ")}. Evaluate again: sluice feedback export ${collection} --qrels DIR, then sluice eval --data DIR`,
  ];
}
