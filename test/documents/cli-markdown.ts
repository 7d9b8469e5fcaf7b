// docs/reference/cli.md: the help of every command, as the program prints it.

import type { Command } from "commander";
import { Help } from "commander";

import { createContext } from "../../src/cli/context.js";
import { createProgram } from "../../src/cli/program.js";
import { options as configOptions } from "../../src/config/option-table.js";

const columns = 100;

/** One section a command, in the order of `sluice --help`. */
export function cliMarkdown(): string {
  const program = createProgram(createContext());
  return commandsBelow(program)
    .map((command) => `## ${pathOf(command)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``)
    .join("\n\n");
}

/** A command and those below it that do something or explain something; never commander's `help`. */
function commandsBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsBelow)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Options of the configuration have a page of their own, and are left out here. */
function helpOf(command: Command): string {
  const configFlags = new Set(configOptions.map(({ flag }) => flag));
  const standard = new Help();
  let text = "";
  const hasConfigFlags = command.options.some(({ long }) => long === "--scoring-workers");
  command.configureHelp({
    helpWidth: columns,
    visibleOptions: (of) => {
      const visible = standard.visibleOptions(of);
      if (!hasConfigFlags) return visible;
      return visible.filter(({ long }) => !configFlags.has(long ?? ""));
    },
  });
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const more = "Options of the configuration: see configuration.md.";
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
  return hasConfigFlags ? [...lines, "", more].join("\n") : lines.join("\n");
}
