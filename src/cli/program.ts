// The command line: its commands, and how the process exits.

import { Command } from "commander";
import { addBackupCommand } from "./commands/backup.js";
import { addBenchCommand } from "./commands/bench.js";
import { addCalibrateCommand } from "./commands/calibrate.js";
import { addCheckCommand } from "./commands/check.js";
import { addCollectionsCommand } from "./commands/collections.js";
import { addCompletionCommand } from "./commands/completion.js";
import { addConfigCommand } from "./commands/config.js";
import { addDeleteCommand } from "./commands/delete.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addDemoCommand } from "./commands/demo.js";
import { addEvalCommand } from "./commands/eval.js";
import { addExportCommand } from "./commands/export.js";
import { addFeedbackCommand } from "./commands/feedback.js";
import { addIngestCommand } from "./commands/ingest.js";
import { addKeyCommand } from "./commands/key.js";
import { addMcpCommand } from "./commands/mcp.js";
import { addModelCommand } from "./commands/model.js";
import { addOperationsCommand } from "./commands/operations.js";
import { addOptimizeCommand } from "./commands/optimize.js";
import { addExplainCommand } from "./commands/explain.js";
import { addRerankCommand } from "./commands/rerank.js";
import { addSearchCommand } from "./commands/search.js";
import { addSlowSearchesCommand } from "./commands/slow-searches.js";
import { addSnapshotCommands } from "./commands/snapshot.js";
import { addServeCommand } from "./commands/serve.js";
import { addTopCommand } from "./commands/top.js";
import { addUpdateCommand } from "./commands/update.js";
import { createContext, programVersion } from "./context.js";
import type { CliContext } from "./context.js";
import { exitCodesText } from "./exit-codes.js";
import { reportError } from "./report-error.js";

/** Runs the process's arguments and sets its exit code. */
export async function runProgram(): Promise<void> {
  // A reader that closes the pipe early (`| head`) is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  const context = createContext();
  try {
    await createProgram(context).parseAsync();
  } catch (error) {
    process.exitCode = reportError(error, context, process.argv.includes("--json"));
  }
}

export function createProgram(context: CliContext): Command {
  const program = new Command("sluice")
    .description("A streaming retrieval engine with late interaction.")
    .version(programVersion())
    .exitOverride()
    // Messages repeat arguments.
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
    })
    // Options after a subcommand's name belong to the subcommand, even if the parent has the same
    // one.
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", helpText());
  addServeCommand(program, context);
  addIngestCommand(program, context);
  addSearchCommand(program, context);
  addExplainCommand(program, context);
  addRerankCommand(program, context);
  addUpdateCommand(program, context);
  addDeleteCommand(program, context);
  addCollectionsCommand(program, context);
  addCalibrateCommand(program, context);
  addCheckCommand(program, context);
  addEvalCommand(program, context);
  addExportCommand(program, context);
  addFeedbackCommand(program, context);
  addKeyCommand(program, context);
  addMcpCommand(program, context);
  addModelCommand(program, context);
  addOptimizeCommand(program, context);
  addOperationsCommand(program, context);
  addSlowSearchesCommand(program, context);
  addSnapshotCommands(program, context);
  addBackupCommand(program, context);
  addConfigCommand(program, context);
  addTopCommand(program, context);
  addDoctorCommand(program, context);
  addDemoCommand(program, context);
  addBenchCommand(program);
  addCompletionCommand(program);
  for (const command of program.commands) copySettings(command, program);
  return program;
}

/** Commander passes settings only to commands that are created after them. */
function copySettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) copySettings(inner, command);
}

function helpText(): string {
  return `
Examples:
  sluice demo                                   search the documentation of Node.js
  sluice serve --data ./data                    start a server
  sluice ingest docs documents.jsonl --create   write documents
  sluice search docs "your question"            search

Exit codes:
${exitCodesText()}`;
}
