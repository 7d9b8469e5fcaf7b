// Jobs that a command starts and leaves to the server.

import type { Command } from "commander";
import type { SluiceClient } from "../client/client.js";
import type { ClientJob, ClientOperation } from "../client/operations.js";
import { operationFields } from "../contract/operations.js";
import { toJson } from "../contract/to-json.js";
import type { CliContext } from "./context.js";

export interface DetachOption {
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function addDetachOption(command: Command): Command {
  return command.option("--detach", "start it as an operation of the server, and do not wait");
}

/** Prints the operation that was started, and how to follow it. */
export async function startDetached(
  client: SluiceClient,
  job: ClientJob,
  { options, context }: { readonly options: DetachOption; readonly context: CliContext },
): Promise<void> {
  const operation = await client.operations.start(job, { signal: context.interrupted });
  if (options.json === true) context.printJson(operationJson(operation));
  else context.print(`started ${operation.id}; sluice operations watch ${operation.id}`);
}

export function operationJson(operation: ClientOperation): object {
  return toJson(operationFields, operation);
}
