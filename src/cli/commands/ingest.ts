// sluice ingest: writes documents from files to a collection.

import type { Command } from "commander";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { addImportFlags, importOptionsOf } from "../import-flags.js";
import type { ImportFlags } from "../import-flags.js";
import { formatCount } from "../terminal/text.js";
import { addCollectionSettings, settingsOf } from "./collections.js";
import type { CollectionSettingsOptions } from "./collections.js";

interface IngestOptions extends ConnectionOptions, CollectionSettingsOptions, ImportFlags {
  readonly create?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addIngestCommand(program: Command, context: CliContext): void {
  const command = program
    .command("ingest <collection> <path...>")
    .summary("write documents from files")
    .description(
      "Writes documents; a document replaces one with the same key. A path is a file of JSON Lines " +
        "({key, title, text, fields} per line) or a table (.csv, .tsv), plain or gzip, a BEIR folder, " +
        "or - for JSON Lines from standard input. Rejected documents are reported; the others are stored.",
    )
    .option("--create", "create the collection if it does not exist")
    .option("--dry-run", "write nothing; show the first documents and the kinds of their fields")
    .option("--json", "print counts and the first rejections as one object of JSON")
    .addHelpText("after", examples);
  addImportFlags(command);
  addCollectionSettings(command);
  addConnectionOptions(command);
  command.action(async (collection: string, paths: string[], options: IngestOptions) => {
    const [{ openDocumentInput }, { ingestWithProgress }] = await Promise.all([
      import("../document-input.js"),
      import("../ingest-documents.js"),
    ]);
    const imports = importOptionsOf(options);
    const input = await openDocumentInput(paths, imports);
    if (options.dryRun === true) {
      const { showDryRun } = await import("../dry-run.js");
      return showDryRun(input, imports, context, { isJson: options.json === true });
    }
    const report = await withClient(options, async (client) => {
      if (options.create === true) {
        const request = { ...settingsOf(collection, options), ifNotExists: true };
        await client.collections.create(request, { signal: context.interrupted });
      }
      return ingestWithProgress(context, {
        client,
        collection,
        label: "ingest",
        total: input.lineCount,
        read: (onFault) => input.read(onFault),
      });
    });
    if (report.rejectedCount > 0) context.setExitCode(exitCodes.failed.code);
    if (options.json === true) {
      context.printJson(report);
      return;
    }
    const { acceptedCount, rejectedCount, passageCount, seconds } = report;
    context.print(
      `${formatCount(acceptedCount)} documents stored as ${formatCount(passageCount)} passages, ` +
        `${formatCount(rejectedCount)} refused, in ${seconds.toFixed(1)} s`,
    );
  });
}

const examples = `
Examples:
  sluice ingest docs documents.jsonl --create
  zcat dump.jsonl.gz | sluice ingest docs -
  sluice ingest books books.csv --create --key isbn --text blurb --kinds isbn=keyword --dry-run
  sluice ingest scifact ./scifact --create --bits 4 --json`;
