// Reports a failed command: one message with a remedy, and an exit code from the table.

import { CommanderError } from "commander";
import { isClientError } from "../client/is-client-error.js";
import { errorTable, isSluiceError } from "../core/errors.js";
import { printableJson } from "../core/printable.js";
import { InterruptedError } from "./context.js";
import type { CliContext } from "./context.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";

/** Prints the error (with `isJson` as JSON on standard error) and returns the exit code. */
export function reportError(error: unknown, context: CliContext, isJson: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are not errors.
    return error.exitCode === 0 ? exitCodes.done.code : exitCodes.usage.code;
  }
  const interruption: unknown = context.interrupted.reason;
  if (interruption instanceof InterruptedError) {
    context.warn("interrupted");
    return interruption.exitCode;
  }
  const facts = factsOf(error);
  if (isJson) {
    context.err.write(`${printableJson(JSON.stringify({ error: facts }))}\n`);
  } else {
    const { red, dim } = context.err.style;
    context.err.write(`${red("error")}: ${facts.message} ${dim(`[${facts.reason}]`)}\n`);
    if (facts.remedy !== undefined) context.err.write(`${facts.remedy}\n`);
  }
  return exitCodeOf(facts.reason);
}

interface ErrorFacts {
  readonly reason: string;
  readonly message: string;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
}

function factsOf(error: unknown): ErrorFacts {
  if (isSluiceError(error)) {
    const { reason, field, place } = error;
    const message = place === undefined ? error.message : `${error.message} (${place})`;
    return { reason, message, field, remedy: errorTable[reason].remedy };
  }
  if (isClientError(error)) {
    const { reason, message, field } = error;
    const remedy = reason === "UNAVAILABLE" ? unreachableRemedy : error.remedy;
    return { reason, message, field, remedy };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: "INTERNAL", message, remedy: errorTable.INTERNAL.remedy };
}

const unreachableRemedy = "Start a server with `sluice serve`, or name one with --server ADDRESS.";
