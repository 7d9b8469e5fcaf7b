// sluice operations: long jobs of the server that go on without their caller.

import type { Command } from "commander";
import type { ClientOperation } from "../../client/operations.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { operationJson } from "../detached-job.js";
import { exitCodes } from "../exit-codes.js";
import { jobProgress } from "../job-progress.js";
import { formatCount, formatSize } from "../terminal/text.js";

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

export function addOperationsCommand(program: Command, context: CliContext): void {
  const group = program
    .command("operations")
    .summary("list, watch and cancel jobs that go on without their caller")
    .description(
      "Jobs that --detach, HTTP or OperationService started. The server lists running ones and the " +
        "last 100 that ended, until it stops.",
    )
    .addHelpText("after", examples);
  addList(group, context);
  addWatch(group, context);
  addCancel(group, context);
}

function addList(group: Command, context: CliContext): void {
  const command = group.command("list").description("Lists the operations, the newest first.");
  addConnectionOptions(command.option("--json", "print one object of JSON"));
  command.action(async (options: Options) => {
    const operations = await withClient(options, (client) =>
      client.operations.list({ signal: context.interrupted }),
    );
    if (options.json === true) context.printJson({ operations: operations.map(operationJson) });
    else if (operations.length === 0) context.print("no operations");
    else for (const operation of operations) context.print(operationLine(operation));
  });
}

function addWatch(group: Command, context: CliContext): void {
  const command = group
    .command("watch <id>")
    .description(
      "Shows the progress of an operation until it has ended; interrupting this does not cancel it.",
    )
    .option("--json", "print each state as a line of JSON");
  addConnectionOptions(command);
  command.action(async (id: string, options: Options) => {
    const last = await withClient(options, async (client) => {
      const bar = jobProgress(context);
      let shown: ClientOperation | undefined;
      for await (const state of client.operations.watch(id, { signal: context.interrupted })) {
        shown = state;
        if (options.json === true) context.printJson(operationJson(state));
        else bar.onProgress(state.progress);
      }
      bar.finish();
      return shown;
    });
    if (last === undefined) return;
    if (options.json !== true) context.print(operationLine(last));
    if (last.state !== "succeeded") context.setExitCode(exitCodes.failed.code);
  });
}

function addCancel(group: Command, context: CliContext): void {
  const command = group
    .command("cancel <id>")
    .description("Asks a running operation to end.")
    .option("--json", "print its state as JSON");
  addConnectionOptions(command);
  command.action(async (id: string, options: Options) => {
    const operation = await withClient(options, (client) =>
      client.operations.cancel(id, { signal: context.interrupted }),
    );
    if (options.json === true) context.printJson(operationJson(operation));
    else context.print(operationLine(operation));
  });
}

function operationLine(operation: ClientOperation): string {
  const { id, kind, state, collection } = operation;
  return `${id}  ${kind} of ${collection}: ${state}${detailOf(operation)}`;
}

function detailOf({ state, progress, error, result = {} }: ClientOperation): string {
  if (state === "running") {
    const { step, done, total } = progress;
    return total === 0 ? `, ${step}` : `, ${step} ${formatCount(done)} of ${formatCount(total)}`;
  }
  if (error !== undefined) return `, ${error.message} (${error.reason})`;
  const { diskBytesBefore: before, diskBytesAfter: after, snapshot } = result;
  if (before !== undefined && after !== undefined)
    return `, ${formatSize(before)} before, ${formatSize(after)} after`;
  return snapshot === undefined ? "" : `, ${snapshot.name}: ${formatSize(snapshot.bytes)}`;
}

const examples = `
Examples:
  sluice optimize docs --full --detach
  sluice operations list
  sluice operations watch 5b1e7a04
  sluice operations cancel 5b1e7a04`;
