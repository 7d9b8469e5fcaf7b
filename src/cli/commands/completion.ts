// sluice completion: what a shell needs to complete commands and options.

import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** Takes the names and choices of all commands that the program has by now. */
export function addCompletionCommand(program: Command): void {
  const completion = tab(program, { completionCommandName: "completion" });
  // Shells show one line for each.
  for (const command of program.commands) {
    const completed = completion.commands.get(command.name());
    if (completed !== undefined) completed.description = command.summary();
  }
  program.commands
    .find((command) => command.name() === "completion")
    ?.summary("print a script that completes commands in your shell")
    .description(
      "Prints a script for the shell that completes the names of commands, options and choices.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  sluice completion bash > ~/.local/share/bash-completion/completions/sluice\n" +
        '  sluice completion zsh > "${fpath[1]}/_sluice"\n' +
        "  sluice completion fish > ~/.config/fish/completions/sluice.fish",
    );
}
