// Descriptions of the fields of requests and updates: name, kind, range and presence of each, once
// for gRPC, JSON, the client, the command line and the checks.

import type { Fields, PrecomputedVectors } from "../core/document.js";
import type { Filter } from "../core/filter.js";

/** What every description may have. */
interface Placed {
  /** Name in protobuf and JSON. Defaults to the property's name in snake case. */
  readonly wire?: string;
  /** Name of the message or object that the field lies in, within that of the table. */
  readonly within?: string;
}

/**
 * Of a field that may be left out: "implicit" where the default value of its type in proto3 (false,
 * "", an empty list) stands for that.
 */
export type Presence = "explicit" | "implicit";

export interface BooleanField extends Placed {
  readonly type: "boolean";
}

/** Whole numbers from `min` to `max`; what is written is rounded. */
export interface IntegerField extends Placed {
  readonly type: "integer";
  readonly min: number;
  readonly max: number;
}

/** Finite numbers, in [min, max] or in (above, max]. */
export interface NumberField extends Placed {
  readonly type: "number";
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
}

export interface TextField extends Placed {
  readonly type: "text";
  readonly bytesMax: number;
  /** Also used in messages to callers; see core/public-message.ts. */
  readonly hidesFolders?: boolean;
}

/** Name of a collection. */
export interface CollectionField extends Placed {
  readonly type: "collection";
}

/** Key of a document. */
export interface KeyField extends Placed {
  readonly type: "key";
}

/** One of a few words; in protobuf the enum value `prefix` and the word in upper case. */
export interface WordField<W extends string = string, P extends string = string> extends Placed {
  readonly type: "word";
  readonly prefix: P;
  readonly words: readonly W[];
}

export interface VectorsField extends Placed {
  readonly type: "vectors";
  readonly rowCountMax: number;
}

export interface FilterField extends Placed {
  readonly type: "filter";
}

/** Typed fields of a document. */
export interface DocumentFieldsField extends Placed {
  readonly type: "documentFields";
}

export interface ListField<V = unknown> extends Placed {
  readonly type: "list";
  readonly of: FieldOf<V>;
  readonly countMax: number;
}

export interface MessageField<T extends object = object> extends Placed {
  readonly type: "message";
  readonly fields: FieldTable<T>;
}

/** What may describe a value of the type V. */
export type FieldOf<V> = [V] extends [boolean]
  ? BooleanField
  : [V] extends [number]
    ? IntegerField | NumberField
    : [V] extends [string]
      ? TextField | CollectionField | KeyField | WordField<V>
      : [V] extends [PrecomputedVectors]
        ? VectorsField
        : [V] extends [Filter]
          ? FilterField
          : [V] extends [Fields]
            ? DocumentFieldsField
            : [V] extends [readonly (infer Item)[]]
              ? ListField<Item>
              : [V] extends [object]
                ? MessageField<V>
                : never;

type PresenceOf<V> = undefined extends V
  ? { readonly presence: Presence }
  : { readonly presence?: never };

/** A description of each property of T: one that lacks a property does not compile. */
export type FieldTable<T extends object> = {
  readonly [Name in keyof T]-?: FieldOf<NonNullable<T[Name]>> & PresenceOf<T[Name]>;
};

/** A description of any field, for code that goes through a table. */
export type AnyField = (
  | BooleanField
  | IntegerField
  | NumberField
  | TextField
  | CollectionField
  | KeyField
  | WordField
  | VectorsField
  | FilterField
  | DocumentFieldsField
  | AnyListField
  | AnyMessageField
) & { readonly presence?: Presence };

interface AnyListField extends Placed {
  readonly type: "list";
  readonly of: AnyField;
  readonly countMax: number;
}

interface AnyMessageField extends Placed {
  readonly type: "message";
  readonly fields: AnyTable;
}

export type AnyTable = Readonly<Record<string, AnyField>>;

/** A message's table, for code that goes through any table. */
export function toAnyTable(table: object): AnyTable {
  return table as AnyTable;
}

/** The field may be left out; `optional` in the proto, or a message or an enum. */
export function optional<const F extends { readonly type: AnyField["type"] }>(
  field: F,
): F & { readonly presence: "explicit" } {
  return { ...field, presence: "explicit" };
}

/** The field may be left out, and its default value in proto3 stands for that. */
export function implicit<const F extends { readonly type: AnyField["type"] }>(
  field: F,
): F & { readonly presence: "implicit" } {
  return { ...field, presence: "implicit" };
}

export const flag: BooleanField = { type: "boolean" };

/** Any number of what is counted. */
export const count: IntegerField = { type: "integer", min: 0, max: Number.MAX_SAFE_INTEGER };

/** Any finite number. */
export const figure: NumberField = { type: "number" };

/** Text of any length. */
export const anyText: TextField = { type: "text", bytesMax: Infinity };

export function wholeNumbers(min: number, max: number): IntegerField {
  return { type: "integer", min, max };
}

export function words<const P extends string, const W extends string>(
  prefix: P,
  all: readonly W[],
): WordField<W, P> {
  return { type: "word", prefix, words: all };
}

export function list<const F>(
  of: F,
  countMax = Infinity,
): { type: "list"; of: F; countMax: number } {
  return { type: "list", of, countMax };
}

export function message<const T>(fields: T): { type: "message"; fields: T } {
  return { type: "message", fields };
}

/** Name of a property in protobuf and JSON. */
export function wireName(property: string, field: AnyField): string {
  return field.wire ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
