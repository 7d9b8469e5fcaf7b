// sluice rerank: ranks texts from a file.

import { rerankRequestFields, rerankUpdateFields } from "../../contract/rerank.js";
import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { SluiceError } from "../../core/errors.js";
import { toJson } from "../../contract/to-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { valueOf } from "../option-parsers.js";
import { cut } from "../terminal/text.js";

interface RerankOptions extends ConnectionOptions {
  readonly model?: string;
  readonly topN?: number;
  readonly minScore?: number;
  readonly mean?: boolean;
  readonly budgetMs?: number;
  readonly json?: boolean;
}

export function addRerankCommand(program: Command, context: CliContext): void {
  const command = program
    .command("rerank <file> <query...>")
    .summary("rank given texts")
    .description(
      "Ranks the lines of a file (- for standard input) by how well they answer the query, with the " +
        "server's default model, another late-interaction model, a cross-encoder or a remote service. " +
        "No collection is needed.",
    )
    .option("--model <name>", "a model of the server (default: its default model)")
    .option("-n, --top-n <count>", "lines wanted", valueOf(rerankRequestFields.topN))
    .option(
      "--min-score <score>",
      "drop lines with lower scores",
      valueOf(rerankRequestFields.minScore),
    )
    .option("--mean", "score long lines by the mean of their windows instead of the best one")
    .option(
      "--budget-ms <ms>",
      "return the best ranking so far after this time",
      valueOf(rerankRequestFields.budgetMs),
    )
    .option("--json", "print the ranking as one object of JSON")
    .addHelpText("after", '\nExamples:\n  sluice rerank answers.txt "how do I read a file"');
  addConnectionOptions(command);
  command.action(async (file: string, words: string[], options: RerankOptions) => {
    const { server, tlsCa, tlsCert, tlsKey, json, mean, ...asked } = options;
    const lines = readLines(file);
    const text = words.join(" ");
    const items = lines.map((line) => ({ text: line }));
    const windowPooling = mean === true ? "mean" : "best";
    await withClient({ server, tlsCa, tlsCert, tlsKey }, async (client) => {
      const request = { text, items, windowPooling, ...asked } as const;
      const ranking = await client.rerankFinal(request, { signal: context.interrupted });
      if (json === true) {
        context.printJson(toJson(rerankUpdateFields, ranking));
        return;
      }
      const { style } = context.out;
      for (const { reason, message } of ranking.degradations)
        context.print(style.yellow(`degraded: ${reason}: ${message}`));
      const { columns } = context.out.size();
      for (const { rank, index, score } of ranking.hits)
        context.print(
          cut(`${String(rank).padStart(4)}  ${score.toFixed(3)}  ${lines[index] ?? ""}`, columns),
        );
    });
  });
}

/** Non-blank lines. */
function readLines(file: string): string[] {
  try {
    const content = readFileSync(file === "-" ? 0 : file, "utf8");
    return content.split(/\r?\n/).filter((line) => line.trim() !== "");
  } catch (cause) {
    throw new SluiceError("INVALID_INPUT_FILE", `${file} cannot be read`, { cause });
  }
}
