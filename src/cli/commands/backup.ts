// sluice backup: copies of collections in the server's object storage.

import type { Command } from "commander";
import type { SluiceClient } from "../../client/client.js";
import { snapshotFields } from "../../contract/collections.js";
import { toJson } from "../../contract/to-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { addDetachOption, startDetached } from "../detached-job.js";
import type { DetachOption } from "../detached-job.js";
import { exitCodes } from "../exit-codes.js";
import { jobProgress } from "../job-progress.js";
import { reportError } from "../report-error.js";
import { formatSize } from "../terminal/text.js";

interface BackupOptions extends ConnectionOptions, DetachOption {
  readonly all?: boolean;
  readonly name?: string;
  readonly list?: boolean;
  readonly delete?: string;
}

export function addBackupCommand(program: Command, context: CliContext): void {
  const command = program
    .command("backup [collections...]")
    .summary("copy collections to the server's object storage")
    .description(
      "Copies collections while they are served, verifies each copy and uploads it to the server's " +
        "object storage (backup.target). A backup exists once it is complete. `sluice restore " +
        "--backup` creates a collection from it.",
    )
    .option("--all", "every collection, one after the other")
    .option("--name <name>", "name of the backup of one collection; retention never deletes it")
    .option("--list", "list the backups instead, newest first")
    .option("--delete <name>", "delete a backup instead")
    .option("--json", "print each result as a line of JSON")
    .addHelpText("after", examples);
  addConnectionOptions(addDetachOption(command));
  command.action(async (collections: string[], options: BackupOptions) => {
    if (options.name !== undefined && (collections.length !== 1 || options.all === true))
      return command.error("error: --name needs exactly one collection");
    const isTaking = options.list !== true && options.delete === undefined;
    if (isTaking && collections.length === 0 && options.all !== true)
      return command.error("error: missing argument 'collections', or --all");
    return withClient(options, async (client) => {
      const { snapshots } = client.collections;
      if (options.list === true) return listBackups(client, options, context);
      if (options.delete !== undefined) return snapshots.delete(options.delete, { backup: true });
      return takeBackups(client, collections, { options, context });
    });
  });
}

async function takeBackups(
  client: SluiceClient,
  named: readonly string[],
  { options, context }: { readonly options: BackupOptions; readonly context: CliContext },
): Promise<void> {
  const collections =
    options.all === true
      ? (await client.collections.list()).map(({ settings }) => settings.name)
      : named;
  for (const collection of collections) {
    try {
      await takeBackup(client, collection, { options, context });
    } catch (error) {
      // The others may be all right.
      if (collections.length === 1 || context.interrupted.aborted) throw error;
      context.warn(`${collection} is not backed up`);
      reportError(error, context, options.json === true);
      context.setExitCode(exitCodes.failed.code);
    }
  }
}

async function takeBackup(
  client: SluiceClient,
  collection: string,
  { options, context }: { readonly options: BackupOptions; readonly context: CliContext },
): Promise<void> {
  if (options.detach === true) {
    const job = { kind: "snapshot", collection, name: options.name, backup: true } as const;
    return startDetached(client, job, { options, context });
  }
  const progress = jobProgress(context);
  const result = await client.collections.snapshots.take(collection, {
    name: options.name,
    backup: true,
    signal: context.interrupted,
    onProgress: progress.onProgress,
  });
  progress.finish();
  if (options.json === true) context.printJson({ collection, ...result });
  else context.print(`${result.name}: ${formatSize(result.bytes)}`);
}

async function listBackups(
  client: SluiceClient,
  options: BackupOptions,
  context: CliContext,
): Promise<void> {
  const backups = await client.collections.snapshots.list({ backup: true });
  for (const { createdMs = 0, ...backup } of backups) {
    const created = new Date(createdMs).toISOString();
    const { name, collection, lastSequence, bytes } = backup;
    if (options.json === true) context.printJson({ ...toJson(snapshotFields, backup), created });
    else
      context.print(
        `${name}: ${collection} up to write ${lastSequence}, ${formatSize(bytes)}, ${created}`,
      );
  }
}

const examples = `
Examples:
  sluice backup docs
  sluice backup --all
  sluice backup docs --name before-upgrade
  sluice backup --list
  sluice backup --delete before-upgrade`;
