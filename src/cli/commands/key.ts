// sluice key: creates, lists and revokes API keys in a data folder, also while a server has it
// open.

import type { Command } from "commander";
import type { ShownKey } from "../../access/manage-keys.js";
import { loadConfig } from "../../config/load-config.js";
import { limits } from "../../core/limits.js";
import type { CliContext } from "../context.js";
import type { Quota } from "../../core/quota.js";
import { byteCount, decimalNumber, durationMs, wholeNumber } from "../option-parsers.js";
import { formatSize } from "../terminal/text.js";

interface FolderOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
}

interface CreateOptions extends FolderOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly tenantFilter?: string;
  readonly expires?: number;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly documentsMax?: number;
  readonly bytesMax?: number;
  readonly collectionsMax?: number;
}

export function addKeyCommand(program: Command, context: CliContext): void {
  const group = program
    .command("key")
    .summary("create, list and revoke API keys")
    .description(
      "Keys are stored hashed in the data folder. A running server applies changes within two seconds; " +
        "from the first key on it rejects calls without credentials.",
    );
  addCreate(group, context);
  withFolder(group.command("list"))
    .description("Lists all keys, including revoked and expired ones, without secrets.")
    .action(async (options: FolderOptions) => {
      const { listKeys } = await import("../../access/manage-keys.js");
      const keys = listKeys(folderOf(options));
      if (options.json === true) context.printJson({ keys });
      else for (const key of keys) context.print(keyLine(key));
    });
  withFolder(group.command("revoke"))
    .argument("<id>", "id of the key, as `key list` shows it")
    .description("Revokes a key: its next call, and the next step of its streams, are rejected.")
    .addHelpText("after", "\nExamples:\n  sluice key revoke 3f9c02d18a44be07")
    .action(async (id: string, options: FolderOptions) => {
      const { revokeKey } = await import("../../access/manage-keys.js");
      const key = await revokeKey(folderOf(options), id, Date.now());
      if (options.json === true) context.printJson({ key });
      else context.print(keyLine(key));
    });
}

function addCreate(group: Command, context: CliContext): void {
  const collected = (text: string, before: readonly string[] = []): readonly string[] => [
    ...before,
    text,
  ];
  withFolder(group.command("create"))
    .description(
      "Creates a key and prints it once. Scopes: read, write (includes feedback), " +
        "feedback or admin (everything) on a collection, a prefix or all collections; metrics.",
    )
    .requiredOption("--name <text>", "purpose of the key")
    .requiredOption(
      "--scope <scope>",
      "read:docs, write:logs-*, admin:*, metrics; repeatable",
      collected,
    )
    .option(
      "--tenant-filter <filter>",
      "filter applied to everything that the key reads and writes",
    )
    .option("--expires <time>", "from now: 90d, 12h, 30m (default: never)", durationMs)
    .option("--rate <number>", "calls per second", decimalNumber(0.001, limits.accessRateMax))
    .option(
      "--concurrency <number>",
      "concurrent calls",
      wholeNumber(1, limits.accessConcurrencyMax),
    )
    .option(
      "--documents-max <number>",
      "documents in the collections that it may write",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option("--bytes-max <size>", "their bytes on disk, such as 10 GiB", byteCount)
    .option(
      "--collections-max <number>",
      "number of these collections",
      wholeNumber(1, limits.collectionCountMax),
    )
    .addHelpText("after", createExamples)
    .action(async (options: CreateOptions) => {
      const { createKey } = await import("../../access/manage-keys.js");
      const asked = {
        name: options.name,
        scopes: options.scope,
        filter: options.tenantFilter ?? "",
        lifetimeMs: options.expires,
        rate: options.rate,
        concurrency: options.concurrency,
        quota: quotaOf(options),
      };
      const { key, text } = await createKey(folderOf(options), asked, Date.now());
      if (options.json === true) {
        context.printJson({ secret: text, key });
        return;
      }
      context.print(text);
      context.warn("the key is not shown again; send it as `authorization: Bearer`");
    });
}

function quotaOf({ documentsMax, bytesMax, collectionsMax }: CreateOptions): Quota {
  return {
    ...(documentsMax !== undefined && { documentsMax }),
    ...(bytesMax !== undefined && { bytesMax }),
    ...(collectionsMax !== undefined && { collectionsMax }),
  };
}

function withFolder(command: Command): Command {
  return command
    .option("--data <folder>", "data folder (default: as for serve)")
    .option("-c, --config <file>", "TOML file with options (default: SLUICE_CONFIG)")
    .option("--json", "print one object of JSON");
}

function folderOf({ data, config }: FolderOptions): string {
  const flags = data === undefined ? {} : { data };
  return loadConfig({ flags, file: config }).config.data;
}

function keyLine({
  id,
  name,
  scopes,
  filter,
  expires,
  revoked,
  rate,
  concurrency,
  documentsMax,
  bytesMax,
  collectionsMax,
}: ShownKey): string {
  const facts = [
    ...(filter === "" ? [] : [`where ${filter}`]),
    ...(rate === null ? [] : [`${rate} calls/s`]),
    ...(concurrency === null ? [] : [`${concurrency} at a time`]),
    ...(documentsMax === undefined ? [] : [`${documentsMax} documents`]),
    ...(bytesMax === undefined ? [] : [formatSize(bytesMax)]),
    ...(collectionsMax === undefined ? [] : [`${collectionsMax} collections`]),
    ...(expires === null ? [] : [`expires ${expires}`]),
    ...(revoked === null ? [] : [`revoked ${revoked}`]),
  ];
  return [id, name, scopes.join(" "), ...facts].join("  ");
}

const createExamples = `
Examples:
  sluice key create --name page --scope read:docs --scope feedback:docs --rate 50
  sluice key create --name importer --scope write:logs-* --expires 90d
  sluice key create --name acme --scope read:docs --tenant-filter 'tenant = "acme"' --concurrency 8
  sluice key create --name team --scope admin:team-* --collections-max 5 --bytes-max "10 GiB"
  sluice key create --name operator --scope admin:* --json`;
