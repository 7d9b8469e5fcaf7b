// sluice check: verifies every stored byte of a data folder, and repairs damage.

import type { Command } from "commander";
import type { CollectionCheck, CheckReport } from "../../app/check.js";
import { loadConfig } from "../../config/load-config.js";
import type { Config } from "../../config/schema.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatCount } from "../terminal/text.js";

interface CheckOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly dryRun?: boolean;
}

export function addCheckCommand(program: Command, context: CliContext): void {
  program
    .command("check")
    .summary("verify a data folder that no server has open, and repair it")
    .description(
      "Verifies every stored value against its checksum and against other values; changes " +
        "nothing without --repair. A repair removes and lists damaged data, encodes documents " +
        "again that lost passages, and keeps documents with precomputed vectors readable.",
    )
    .option("--data <folder>", "data folder (default: as for serve)")
    .option("-c, --config <file>", "TOML file with options (default: SLUICE_CONFIG)")
    .option("--repair", "repair what is damaged")
    .option("--dry-run", "print what --repair would do; changes nothing")
    .option("--json", "print the report as one object of JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  sluice check --data /var/lib/sluice\n  sluice check --repair --dry-run",
    )
    .action(async (options: CheckOptions) => {
      const flags = options.data === undefined ? {} : { data: options.data };
      const { config } = loadConfig({ flags, file: options.config });
      const isRepair = options.repair === true && options.dryRun !== true;
      const report = await (isRepair ? repair : check)(config, options, context);
      if (options.json !== true)
        for (const { place, kind, message } of report.findings)
          context.print(`${place} (${kind}): ${message}`);
      if (!report.isSound) context.setExitCode(exitCodes.damaged.code);
      if (options.json !== true)
        context.print(report.isSound ? "the data is sound" : "the data is damaged");
    });
}

async function check(
  config: Config,
  options: CheckOptions,
  context: CliContext,
): Promise<CheckReport> {
  const { checkDataFolder } = await import("../../app/check.js");
  const report = await checkDataFolder(config.data, {
    onCollection: (collection) => {
      if (options.json === true) return;
      printCheck(context, collection);
      if (options.dryRun === true) printRepairs(context, collection, "would ");
    },
  });
  if (options.json === true) context.printJson(report);
  return report;
}

async function repair(
  config: Config,
  options: CheckOptions,
  context: CliContext,
): Promise<CheckReport> {
  const { repairDataFolder } = await import("../../app/check.js");
  const { engineOptions } = await import("../../app/engine-options.js");
  const report = await repairDataFolder(engineOptions(config), (collection) => {
    if (options.json === true) return;
    printCheck(context, collection);
    printRepairs(context, collection, "");
  });
  if (options.json === true) context.printJson(report);
  else for (const line of [...report.failures, ...remaining(report.after)]) context.print(line);
  return report.after;
}

function printCheck(context: CliContext, check: CollectionCheck): void {
  const { name, valueCount, damages, incompleteCount } = check;
  const state = damages.length === 0 ? "sound" : `${damages.length} damaged`;
  context.print(`${name}: ${formatCount(valueCount)} values, ${state}`);
  for (const damage of damages) context.print(`  ${damage}`);
  if (incompleteCount > 0)
    context.print(
      `  ${formatCount(incompleteCount)} documents are missing some of their passages in searches`,
    );
}

function printRepairs(
  context: CliContext,
  { name, repairs }: CollectionCheck,
  would: "would " | "",
): void {
  if (repairs === undefined)
    context.print(`  ${name} cannot be repaired: restore a snapshot, or ingest it again`);
  for (const line of repairs ?? []) context.print(`  ${would}${line}`);
}

function remaining({ collections }: CheckReport): string[] {
  return collections.flatMap(({ name, damages }) =>
    damages.map((damage) => `${name}: still damaged: ${damage}`),
  );
}
