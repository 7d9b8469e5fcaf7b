// sluice update: changes fields of stored documents.

import type { Command } from "commander";
import type { FieldUpdate } from "../../core/document.js";
import { limits } from "../../core/limits.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { fieldChange, readUpdates, toSetAndRemove } from "../field-updates.js";
import type { FieldChange } from "../field-updates.js";
import { wholeNumber } from "../option-parsers.js";
import { createRefusals, showRefusals } from "../refusals.js";
import type { Refusals } from "../refusals.js";
import { formatCount } from "../terminal/text.js";

type Updates = Iterable<FieldUpdate> | AsyncIterable<FieldUpdate>;

interface UpdateOptions extends ConnectionOptions {
  readonly set: readonly FieldChange[];
  readonly remove: readonly string[];
  readonly ifSequence?: number;
  readonly lines?: string;
  readonly json?: boolean;
}

export function addUpdateCommand(program: Command, context: CliContext): void {
  const command = program
    .command("update <collection> [key...]")
    .summary("change fields of documents")
    .description(
      "Changes fields of stored documents and waits until that is durable; their texts are not " +
        "encoded again. The changes are those of the options, for each key, or those of a file.",
    )
    .option(
      "--set <name=value>",
      "a field and its value, in JSON or as a keyword; repeat it for others",
      (text, all: readonly FieldChange[]) => [...all, fieldChange(text)],
      [],
    )
    .option(
      "--remove <name>",
      "a field to remove; repeat it for others",
      (name, all: readonly string[]) => [...all, name],
      [],
    )
    .option(
      "--if-sequence <number>",
      "change a document only when this is its sequence",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--lines <file>",
      "JSON Lines: {key, fields, if_sequence} per line; null removes a field",
    )
    .option("--json", "print the counts as JSON")
    .addHelpText("after", examples);
  addConnectionOptions(command);
  command.action(async (collection: string, keys: string[], options: UpdateOptions) => {
    const { set, remove, lines } = options;
    const hasChanges = set.length + remove.length > 0;
    if (hasChanges === (lines !== undefined) || hasChanges !== keys.length > 0)
      command.error("error: give keys with --set or --remove, or --lines");
    const refusals = createRefusals();
    const updates = lines === undefined ? updatesOf(keys, options) : updatesIn(lines, refusals);
    const updatedCount = await send(collection, updates, { options, refusals, context });
    showRefusals(refusals.groups(), context);
    const refusedCount = refusals.groups().reduce((sum, { count }) => sum + count, 0);
    if (refusedCount > 0) context.setExitCode(exitCodes.failed.code);
    if (options.json === true)
      context.printJson({ updatedCount, refusedCount, refusals: refusals.groups() });
    else
      context.print(`${formatCount(updatedCount)} updated, ${formatCount(refusedCount)} refused`);
  });
}

/** Resolves with the number of updated documents. */
async function send(
  collection: string,
  updates: Updates,
  by: {
    readonly options: UpdateOptions;
    readonly refusals: Refusals;
    readonly context: CliContext;
  },
): Promise<number> {
  return withClient(by.options, async (client) => {
    let count = 0;
    for await (const batch of batchesOf(updates)) {
      const call = { signal: by.context.interrupted };
      const { acks, errors } = await client.update(collection, batch, call);
      count += acks.length;
      for (const error of errors) by.refusals.addRejected(error, undefined);
    }
    return count;
  });
}

function updatesOf(
  keys: readonly string[],
  { set, remove, ifSequence }: UpdateOptions,
): FieldUpdate[] {
  const removals = remove.map((name) => ({ name, value: null }));
  const change = toSetAndRemove([...set, ...removals]);
  return keys.map((key) => ({ key, ...change, ifSequence }));
}

async function* updatesIn(path: string, refusals: Refusals): AsyncGenerator<FieldUpdate> {
  for await (const { value, error } of readUpdates(path)) {
    if (error === undefined) yield value;
    else refusals.addFault(error);
  }
}

/** A key that occurs again begins another batch, so that its updates keep their order. */
async function* batchesOf(updates: Updates): AsyncGenerator<FieldUpdate[], void, void> {
  let batch = new Map<string, FieldUpdate>();
  for await (const update of updates) {
    if (batch.size === limits.keysPerRequestMax || batch.has(update.key)) {
      yield [...batch.values()];
      batch = new Map();
    }
    batch.set(update.key, update);
  }
  if (batch.size > 0) yield [...batch.values()];
}

const examples = `
Examples:
  sluice update docs intro chapter-1 --set year=2021 --set reviewed=true --remove draft
  sluice update docs intro --set 'when={"time": "2024-01-31"}' --if-sequence 17
  sluice update docs --lines changes.jsonl`;
