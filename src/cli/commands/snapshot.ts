// sluice snapshot and sluice restore: copy collections, and restore them, while serving.

import type { Command } from "commander";
import { snapshotFields } from "../../contract/collections.js";
import { toJson } from "../../contract/to-json.js";
import { collectionJson } from "../collection-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { addDetachOption, startDetached } from "../detached-job.js";
import type { DetachOption } from "../detached-job.js";
import { jobProgress } from "../job-progress.js";
import { formatSize } from "../terminal/text.js";

interface SnapshotOptions extends ConnectionOptions, DetachOption {
  readonly name?: string;
  readonly list?: boolean;
  readonly delete?: string;
}

interface RestoreOptions extends ConnectionOptions, DetachOption {
  readonly name?: string;
  readonly backup?: boolean;
}

export function addSnapshotCommands(program: Command, context: CliContext): void {
  const snapshot = program
    .command("snapshot [collection]")
    .summary("copy a collection while it is being served")
    .description(
      "Writes a consistent copy below the server's data folder, then reopens it and verifies every value.",
    )
    .option("--name <name>", "name of the snapshot (default: the server chooses one)")
    .option("--list", "list the snapshots instead")
    .option("--delete <name>", "delete a snapshot instead")
    .option("--json", "print the result as JSON")
    .addHelpText("after", snapshotExamples);
  addConnectionOptions(addDetachOption(snapshot));
  snapshot.action(async (collection: string | undefined, options: SnapshotOptions) => {
    if (options.list === true) return listSnapshots(options, context);
    if (options.delete !== undefined) return deleteSnapshot(options.delete, options);
    if (collection === undefined) return snapshot.error("error: missing argument 'collection'");
    return takeSnapshot(collection, options, context);
  });
  const restore = program
    .command("restore <snapshot>")
    .summary("create a collection from a snapshot or a backup")
    .option("--backup", "restore a backup from the server's object storage")
    .option("--name <name>", "name of the new collection (default: the original name)")
    .option("--json", "print the collection as JSON")
    .addHelpText("after", restoreExamples);
  addConnectionOptions(addDetachOption(restore));
  restore.action(async (name: string, options: RestoreOptions) => {
    await withClient(options, async (client) => {
      if (options.detach === true) {
        const { name: collection, backup } = options;
        const job = { kind: "restore", snapshot: name, name: collection, backup } as const;
        return startDetached(client, job, { options, context });
      }
      const bar = jobProgress(context);
      const collection = await client.collections.snapshots.restore(name, {
        name: options.name,
        backup: options.backup,
        signal: context.interrupted,
        onProgress: bar.onProgress,
      });
      bar.finish();
      if (options.json === true) context.printJson({ collection: collectionJson(collection) });
      else context.print(`${collection.settings.name}: ${collection.documentCount} documents`);
    });
  });
}

async function takeSnapshot(
  collection: string,
  options: SnapshotOptions,
  context: CliContext,
): Promise<void> {
  await withClient(options, async (client) => {
    if (options.detach === true) {
      const job = { kind: "snapshot", collection, name: options.name } as const;
      return startDetached(client, job, { options, context });
    }
    const bar = jobProgress(context);
    const result = await client.collections.snapshots.take(collection, {
      name: options.name,
      signal: context.interrupted,
      onProgress: bar.onProgress,
    });
    bar.finish();
    if (options.json === true) context.printJson(result);
    else context.print(`${result.name}: ${formatSize(result.bytes)}`);
  });
}

async function listSnapshots(options: SnapshotOptions, context: CliContext): Promise<void> {
  await withClient(options, async (client) => {
    const snapshots = await client.collections.snapshots.list();
    if (options.json === true)
      context.printJson({ snapshots: snapshots.map((one) => toJson(snapshotFields, one)) });
    else
      for (const { name, collection, lastSequence, bytes } of snapshots)
        context.print(`${name}: ${collection} up to write ${lastSequence}, ${formatSize(bytes)}`);
  });
}

async function deleteSnapshot(name: string, options: SnapshotOptions): Promise<void> {
  await withClient(options, (client) => client.collections.snapshots.delete(name));
}

const snapshotExamples = `
Examples:
  sluice snapshot docs --name nightly
  sluice snapshot --list
  sluice snapshot --delete nightly`;

const restoreExamples = `
Examples:
  sluice restore nightly --name docs-of-yesterday
  sluice restore --backup docs-20260301t020000z-1f3a`;
