// sluice delete: deletes documents by key or by filter.

import type { Command } from "commander";
import type { Filter } from "../../core/filter.js";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { filterText } from "../option-parsers.js";
import { formatCount } from "../terminal/text.js";

interface DeleteOptions extends ConnectionOptions {
  readonly filter?: Filter;
  readonly json?: boolean;
}

export function addDeleteCommand(program: Command, context: CliContext): void {
  const command = program
    .command("delete <collection> [key...]")
    .summary("delete documents by key or by a filter")
    .description(
      "Deletes documents and waits until that is durable. Unknown keys are counted. --filter deletes " +
        "the documents that match now, except those that are written again meanwhile.",
    )
    .option("--filter <conditions>", "delete the documents that match", filterText)
    .option("--json", "print the counts as JSON")
    .addHelpText("after", examples);
  addConnectionOptions(command);
  command.action(async (collection: string, keys: string[], options: DeleteOptions) => {
    const { filter } = options;
    if ((filter === undefined) === (keys.length === 0))
      command.error("error: give either keys or --filter");
    const total = { deletedCount: 0, missingCount: 0, sequence: 0 };
    let unmatched: readonly string[] = [];
    const call = { signal: context.interrupted };
    await withClient(options, async (client) => {
      if (filter !== undefined) {
        const done = await client.deleteWhere(collection, filter, call);
        total.deletedCount = done.deletedCount;
        total.sequence = done.sequence;
        unmatched = done.unmatched;
        return;
      }
      for (let at = 0; at < keys.length; at += limits.keysPerRequestMax) {
        const part = keys.slice(at, at + limits.keysPerRequestMax);
        const done = await client.delete(collection, part, call);
        total.deletedCount += done.deletedCount;
        total.missingCount += done.missingCount;
        total.sequence = done.sequence;
      }
    });
    if (options.json === true) {
      context.printJson(filter === undefined ? total : { ...total, unmatched });
      return;
    }
    for (const condition of unmatched) context.warn(condition);
    const { deletedCount, missingCount } = total;
    context.print(`${formatCount(deletedCount)} deleted, ${formatCount(missingCount)} not there`);
  });
}

const examples = `
Examples:
  sluice delete docs intro chapter-1
  sluice delete docs --filter 'year < 2020 or draft = true'`;
