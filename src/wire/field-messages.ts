// Converts values to and from protobuf messages by the tables of src/contract/.

import { publicMessage } from "../core/public-message.js";
import type { Fields, PrecomputedVectors } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { toAnyTable, wireName } from "../contract/fields.js";
import type { AnyField, AnyTable, FieldTable, WordField } from "../contract/fields.js";
import type { Field__Output } from "../gen/proto/sluice/v1/Field.js";
import type { Vectors__Output } from "../gen/proto/sluice/v1/Vectors.js";
import { fieldsFromMessages, fieldsToMessages } from "./document-messages.js";
import { filterFromMessage, filterToMessage } from "./filter-messages.js";
import { vectorsFromMessage, vectorsToMessage } from "./vector-messages.js";

type Message = Record<string, unknown>;

/** Undefined values are omitted from the message, since the encoder would encode them. */
export function toMessage<T extends object>(table: FieldTable<NoInfer<T>>, value: T): object {
  return writeMessage(toAnyTable(table), value);
}

function writeMessage(table: AnyTable, value: object): Message {
  const properties = value as Readonly<Record<string, unknown>>;
  const message: Message = {};
  for (const [property, field] of Object.entries(table)) {
    const given = properties[property];
    if (given === undefined) continue;
    const target =
      field.within === undefined ? message : ((message[field.within] ??= {}) as Message);
    target[wireName(property, field)] = written(field, given);
  }
  return message;
}

function written(field: AnyField, value: unknown): unknown {
  switch (field.type) {
    case "integer":
      return Math.round(value as number);
    case "text":
      return field.hidesFolders === true ? publicMessage(value as string) : value;
    case "word":
      return wordToMessage(field, value as string);
    case "list":
      return (value as readonly unknown[]).map((item) => written(field.of, item));
    case "message":
      return writeMessage(field.fields, value as object);
    case "vectors":
      return vectorsToMessage(value as PrecomputedVectors);
    case "filter":
      return filterToMessage(value as Filter);
    case "documentFields":
      return fieldsToMessages(value as Fields);
    case "boolean":
    case "number":
    case "collection":
    case "key":
      return value;
  }
}

/**
 * The fields that are set in a decoded message. Throws for invalid filters and vectors;
 * contract/check-fields.ts checks ranges and required fields.
 */
export function fromMessage<T extends object>(
  table: FieldTable<T>,
  message: object,
  path = "",
): Partial<T> {
  // The properties have the types of T, as the type `FieldTable` guarantees.
  return readMessage(toAnyTable(table), message, path) as Partial<T>;
}

function readMessage(table: AnyTable, message: object, path: string): Message {
  const value: Message = {};
  for (const [property, field] of Object.entries(table)) {
    const { within } = field;
    const source = within === undefined ? message : (message as Message)[within];
    if (source === null || source === undefined) continue;
    const name = wireName(property, field);
    const place = within === undefined ? `${path}${name}` : `${path}${within}.${name}`;
    const found = read(field, (source as Message)[name], place);
    if (found !== undefined) value[property] = found;
  }
  return value;
}

function read(field: AnyField, sent: unknown, path: string): unknown {
  if (sent === null || sent === undefined) return undefined;
  if (field.presence === "implicit" && isDefault(sent)) return undefined;
  switch (field.type) {
    case "integer":
      // 64-bit integers are decoded as strings.
      return Number(sent);
    case "word":
      // An enum value of a later version is decoded as its number.
      return wordFromMessage(field, typeof sent === "string" ? sent : String(Number(sent)));
    case "list":
      return (sent as readonly unknown[]).map((item, i) => read(field.of, item, `${path}[${i}]`));
    case "message":
      return readMessage(field.fields, sent, `${path}.`);
    case "vectors":
      return vectorsFromMessage(sent as Vectors__Output, {
        field: path,
        rowCountMax: field.rowCountMax,
      });
    case "filter":
      return filterFromMessage(sent, path);
    case "documentFields":
      return fieldsFromMessages(sent as readonly Field__Output[]);
    case "collection":
      return sent === "" ? undefined : sent;
    case "boolean":
    case "number":
    case "text":
    case "key":
      return sent;
  }
}

function isDefault(sent: unknown): boolean {
  return sent === false || sent === "" || (Array.isArray(sent) && sent.length === 0);
}

/** `late_interaction` as `STAGE_LATE_INTERACTION`. */
export function wordToMessage<W extends string, P extends string>(
  { prefix }: WordField<W, P>,
  word: W,
): `${P}${Uppercase<W>}` {
  return `${prefix}${word.toUpperCase() as Uppercase<W>}`;
}

/** `STAGE_LATE_INTERACTION` as `late_interaction`; values of a later version are unchanged. */
function wordFromMessage({ prefix }: WordField, name: string): string | undefined {
  if (name === `${prefix}UNSPECIFIED`) return undefined;
  return name.startsWith(prefix) ? name.slice(prefix.length).toLowerCase() : name;
}

/** The word of an enum value. Returns undefined when the value is unset or of a later version. */
export function knownWord<W extends string>(field: WordField<W>, name: string): W | undefined {
  return field.words.find((word) => wordToMessage(field, word) === name);
}
