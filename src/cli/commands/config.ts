// sluice config: the options with their values and where each was set.

import type { Command } from "commander";
import { describeSource, loadConfig, variablesMarkdown } from "../../config/load-config.js";
import type { LoadedConfig } from "../../config/load-config.js";
import { options as configOptions, optionsMarkdown, showValue } from "../../config/option-table.js";
import type { CliContext } from "../context.js";
import { addConfigFlags, configFlags } from "./serve.js";
import type { ServeOptions } from "./serve.js";

export function addConfigCommand(program: Command, context: CliContext): void {
  const group = program.command("config").summary("show the configuration");
  const command = group
    .command("print")
    .description(
      "Prints each option with its value and where it was set: flags override the " +
        "environment, the environment the file, the file the defaults.",
    )
    .option("--json", "print values and sources as one object of JSON")
    .option("--markdown", "print all options with ranges as a Markdown table")
    .addHelpText("after", "\nExamples:\n  sluice config print --config sluice.toml --json");
  addConfigFlags(command);
  command.action((flags: ServeOptions) => {
    if (flags["markdown"] === true) {
      context.print(optionsMarkdown());
      context.print(`\n${variablesMarkdown()}`);
      return;
    }
    const loaded = loadConfig({ flags: configFlags(flags), file: flags.config });
    if (flags.json === true) {
      const { config, provenance } = loaded;
      context.printJson({ config, sources: Object.fromEntries(provenance) });
      return;
    }
    for (const line of configLines(loaded, context)) context.print(line);
  });
}

function configLines({ config, provenance }: LoadedConfig, context: CliContext): string[] {
  const { dim } = context.out.style;
  const width = Math.max(...configOptions.map(({ name }) => name.length));
  return configOptions.map((option) => {
    const value = showValue(option, valueAt(config, option.name));
    const source = provenance.get(option.name) ?? { kind: "default" };
    return `${option.name.padEnd(width)}  ${value}  ${dim(`(${describeSource(source)})`)}`;
  });
}

function valueAt(config: object, name: string): string | number {
  let value: unknown = config;
  for (const key of name.split(".")) value = (value as Readonly<Record<string, unknown>>)[key];
  return typeof value === "number" ? value : String(value);
}
