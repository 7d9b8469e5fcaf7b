// sluice export: the documents of a collection as lines of JSON.

import type { Command } from "commander";
import type { SluiceClient } from "../../client/client.js";
import { documentLine } from "../../core/document-line.js";
import type { Filter } from "../../core/filter.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { filterText, wholeNumber } from "../option-parsers.js";
import { formatCount } from "../terminal/text.js";

interface ExportOptions extends ConnectionOptions {
  readonly filter?: Filter;
  readonly afterKey?: string;
  readonly afterSequence?: number;
  readonly vectors?: boolean;
}

export function addExportCommand(program: Command, context: CliContext): void {
  const command = program
    .command("export <collection>")
    .summary("print documents as JSON Lines")
    .description(
      "Prints the documents in byte order of their keys, one line of JSON each, as they are when the " +
        "command begins; `sluice ingest` reads the lines. The last line of standard error says how " +
        "many there were, and the sequence for --after-sequence of the next export.",
    )
    .option("--filter <conditions>", "only documents that match", filterText)
    .option(
      "--after-key <key>",
      "only documents whose keys come after this one: go on after an error",
    )
    .option(
      "--after-sequence <number>",
      "only documents that were written after this sequence; deletes are not told",
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--vectors", "token vectors of each passage too, as the stored codes have them")
    .addHelpText("after", examples);
  addConnectionOptions(command);
  command.action(async (collection: string, options: ExportOptions) => {
    await withClient(options, (client) => printDocuments(client, { collection, options, context }));
  });
}

async function printDocuments(
  client: SluiceClient,
  by: {
    readonly collection: string;
    readonly options: ExportOptions;
    readonly context: CliContext;
  },
): Promise<void> {
  const { collection, context } = by;
  const { filter, afterKey, afterSequence, vectors } = by.options;
  const request = { collection, filter, afterKey, afterSequence, vectors };
  let count = 0;
  let lastKey: string | undefined;
  let sequence = 0;
  try {
    const signal = context.interrupted;
    for await (const batch of client.exportDocuments(request, { signal })) {
      sequence = batch.lastSequence;
      const { documents } = batch;
      await context.printPaced(documents.map(documentLine).join(""));
      count += documents.length;
      lastKey = documents.at(-1)?.key ?? lastKey;
    }
  } catch (error) {
    if (lastKey !== undefined)
      context.warn(
        `${formatCount(count)} documents; go on with --after-key ${JSON.stringify(lastKey)}`,
      );
    throw error;
  }
  context.err.write(`${formatCount(count)} documents as of sequence ${sequence}\n`);
}

const examples = `
Examples:
  sluice export docs > docs.jsonl
  sluice export docs --filter 'year >= 2020' | gzip > recent.jsonl.gz
  sluice export docs --after-sequence 41200 >> docs.jsonl
  sluice ingest copy docs.jsonl --create`;
