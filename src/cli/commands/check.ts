// sluice check: every stored byte of a data folder against its checksum.

import type { Command } from "commander";
import { loadConfig } from "../../config/load-config.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatCount } from "../terminal/text.js";

interface CheckOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function addCheckCommand(program: Command, context: CliContext): void {
  program
    .command("check")
    .summary("verify a data folder that no server holds")
    .description("Reads every stored value and compares it with its checksum; changes nothing.")
    .option("--data <folder>", "data folder (default: as for serve)")
    .option("-c, --config <file>", "TOML file with options (default: SLUICE_CONFIG)")
    .option("--json", "print the report as one object of JSON")
    .addHelpText("after", "\nExamples:\n  sluice check --data /var/lib/sluice")
    .action(async (options: CheckOptions) => {
      const flags = options.data === undefined ? {} : { data: options.data };
      const { config } = loadConfig({ flags, file: options.config });
      const { checkDataFolder } = await import("../../app/check.js");
      const report = await checkDataFolder(config.data, ({ name, valueCount, damages }) => {
        if (options.json === true) return;
        const state = damages.length === 0 ? "sound" : `${damages.length} damaged`;
        context.print(`${name}: ${formatCount(valueCount)} values, ${state}`);
        for (const damage of damages) context.print(`  ${damage}`);
      });
      if (!report.isSound) context.setExitCode(exitCodes.damaged.code);
      if (options.json === true) context.printJson(report);
      else context.print(report.isSound ? "the data is sound" : "the data is damaged");
    });
}
