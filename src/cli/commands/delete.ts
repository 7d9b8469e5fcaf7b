// sluice delete: documents by key.

import type { Command } from "commander";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { formatCount } from "../terminal/text.js";

interface DeleteOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export function addDeleteCommand(program: Command, context: CliContext): void {
  const command = program
    .command("delete <collection> <key...>")
    .summary("delete documents by key")
    .description("Deletes documents; returns once that is durable. Unknown keys are counted.")
    .option("--json", "print the counts as JSON")
    .addHelpText("after", "\nExamples:\n  sluice delete docs intro chapter-1");
  addConnectionOptions(command);
  command.action(async (collection: string, keys: string[], options: DeleteOptions) => {
    const total = { deletedCount: 0, missingCount: 0, sequence: 0 };
    await withClient(options, async (client) => {
      for (let at = 0; at < keys.length; at += limits.keysPerRequestMax) {
        const part = keys.slice(at, at + limits.keysPerRequestMax);
        const call = { signal: context.interrupted };
        const done = await client.delete(collection, part, call);
        total.deletedCount += done.deletedCount;
        total.missingCount += done.missingCount;
        total.sequence = done.sequence;
      }
    });
    if (options.json === true) {
      context.printJson(total);
      return;
    }
    const { deletedCount, missingCount } = total;
    context.print(`${formatCount(deletedCount)} deleted, ${formatCount(missingCount)} not there`);
  });
}
