// Updates of fields as the command line and files of JSON Lines have them.

import { InvalidArgumentError } from "commander";
import type { FieldUpdate } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { fieldsFromJson } from "../core/fields-from-json.js";
import { parseJson } from "../core/json.js";
import { expectObject, toKey } from "../importers/document-json.js";
import { importLine } from "../importers/jsonl.js";
import type { Imported } from "../importers/jsonl.js";
import { readLineBatches } from "../importers/lines.js";

export interface FieldChange {
  readonly name: string;
  /** As `parseJson` reads it. */
  readonly value: unknown;
}

/** `name=value`: the value in JSON; any other text is a keyword. */
export function fieldChange(text: string): FieldChange {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("Expected name=value.");
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  try {
    return { name, value: parseJson(value) };
  } catch (error) {
    if (error instanceof SyntaxError) return { name, value };
    throw error;
  }
}

/** The updates of a file, one a line, or the faults of its lines. */
export async function* readUpdates(
  path: string,
): AsyncGenerator<Imported<FieldUpdate>, void, void> {
  for await (const lines of readLineBatches(path))
    for (const line of lines) {
      const item = importLine(path, line, toUpdate);
      if (item !== undefined) yield item;
    }
}

/** `{key, fields, if_sequence?}`, where null removes a field. Throws INVALID_INPUT_FILE. */
function toUpdate(value: unknown): FieldUpdate {
  const { key, fields, if_sequence: ifSequence, ...others } = expectObject(value, "the line");
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(`unknown property "${other}"; put it under "fields"`);
  if (ifSequence !== undefined && !Number.isSafeInteger(ifSequence))
    throw invalid('"if_sequence" is no whole number');
  const changes = Object.entries(expectObject(fields, '"fields"'));
  return {
    key: toKey(key),
    ...toSetAndRemove(changes.map(([name, change]) => ({ name, value: change }))),
    ifSequence: ifSequence === undefined ? undefined : Number(ifSequence),
  };
}

/** A value of null removes the field. Throws INVALID_FIELD. */
export function toSetAndRemove(
  changes: readonly FieldChange[],
): Pick<FieldUpdate, "set" | "remove"> {
  const isRemoval = ({ value }: FieldChange): boolean => value === null;
  const set = changes.filter((change) => !isRemoval(change));
  return {
    set: fieldsFromJson(Object.fromEntries(set.map(({ name, value }) => [name, value]))),
    remove: changes.filter(isRemoval).map(({ name }) => name),
  };
}

function invalid(fault: string): SluiceError {
  return new SluiceError("INVALID_INPUT_FILE", fault);
}
