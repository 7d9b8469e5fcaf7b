// sluice ingest: writes documents from files to a collection.

import type { Command } from "commander";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import { SluiceError } from "../../core/errors.js";
import type { ImportOptions } from "../../importers/import-options.js";
import type { Checkpoint } from "../../importers/checkpoint.js";
import type { DocumentInput } from "../document-input.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { addImportFlags, importOptionsOf } from "../import-flags.js";
import type { ImportFlags } from "../import-flags.js";
import { cut, formatCount } from "../terminal/text.js";
import { addCollectionSettings, settingsOf } from "./collections.js";
import type { CollectionSettingsOptions } from "./collections.js";

interface IngestOptions extends ConnectionOptions, CollectionSettingsOptions, ImportFlags {
  readonly create?: boolean;
  readonly dryRun?: boolean;
  readonly checkpoint?: string;
  readonly json?: boolean;
}

export function addIngestCommand(program: Command, context: CliContext): void {
  const command = program
    .command("ingest <collection> <path...>")
    .summary("write documents from files")
    .description(
      "Writes documents; a document replaces one with the same key. A path is a file of JSON Lines " +
        "({key, title, text, fields} per line), JSON or a table (.csv, .tsv), plain or gzip; Parquet, Markdown, " +
        "HTML, text, source code or PDF; a folder of such files, a data set or BEIR; or - for JSON Lines from " +
        "standard input. Rejected documents are reported; the others are stored.",
    )
    .option("--create", "create the collection if it does not exist")
    .option("--dry-run", "write nothing; show the first documents and the kinds of their fields")
    .option("--checkpoint <file>", "keep the position there; an interrupted import goes on from it")
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
    const imports = await importOptionsOf(options);
    const input = await openDocumentInput(paths, imports);
    if (input.skipped.size > 0) context.warn(skippedText(input.skipped));
    if (options.dryRun === true) {
      const { showDryRun } = await import("../dry-run.js");
      return showDryRun(input, imports, context, { isJson: options.json === true });
    }
    const checkpoint = await checkpointOf(options, { collection, input, imports }, context);
    const report = await withClient(options, async (client) => {
      if (options.create === true) {
        const request = { ...settingsOf(collection, options), ifNotExists: true };
        await client.collections.create(request, { signal: context.interrupted });
      }
      return ingestWithProgress(context, {
        client,
        collection,
        label: "ingest",
        bytesTotal: input.byteCount,
        from: checkpoint?.from,
        onPosition: (position, when) => checkpoint?.save(position, when),
        read: (events) => input.read(events, checkpoint?.from),
      });
    });
    checkpoint?.remove();
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

/** `skipped 12 files: 10 .png, 2 .zip`. */
function skippedText(skipped: ReadonlyMap<string, number>): string {
  const endings = Array.from(skipped).sort(([, a], [, b]) => b - a);
  const total = endings.reduce((sum, [, count]) => sum + count, 0);
  const shown = endings
    .slice(0, 10)
    .map(([ending, count]) => `${formatCount(count)} ${cut(ending, 20)}`);
  const more = endings.length > shown.length ? ", ..." : "";
  return `skipped ${formatCount(total)} files: ${shown.join(", ")}${more}`;
}

/** The checkpoint of an import, when the command names a file for it. */
async function checkpointOf(
  { checkpoint: path }: IngestOptions,
  work: { collection: string; input: DocumentInput; imports: ImportOptions },
  context: CliContext,
): Promise<Checkpoint | undefined> {
  if (path === undefined) return undefined;
  const { collection, input, imports } = work;
  if (input.byteCount === undefined) {
    const fault = "standard input cannot be read again from a checkpoint; write it to a file";
    throw new SluiceError("INVALID_INPUT_FILE", fault);
  }
  const { openCheckpoint } = await import("../../importers/checkpoint.js");
  const { files } = input;
  const checkpoint = openCheckpoint(path, {
    collection,
    files,
    options: imports,
    nowMs: context.nowMs,
  });
  const { file, item } = checkpoint.from;
  if (file + item > 0) {
    const name = files[file]?.path ?? "the end";
    context.warn(`going on at document ${formatCount(item + 1)} of ${name}`);
  }
  return checkpoint;
}

const examples = `
Examples:
  sluice ingest docs documents.jsonl --create
  zcat dump.jsonl.gz | sluice ingest docs -
  sluice ingest books books.csv --create --key isbn --text blurb --kinds isbn=keyword --dry-run
  sluice ingest site ./site --create --dry-run
  sluice ingest scifact ./scifact --create --bits 4 --json`;
