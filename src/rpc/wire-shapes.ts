// Field descriptors of the messages that a request can hold, for the check of its raw bytes.

import type { MessageTypeDefinition, PackageDefinition } from "@grpc/proto-loader";
import { assert, present } from "../core/assert.js";
import { limits } from "../core/limits.js";
import { entriesMax, longStringsMax } from "./message-limits.js";

type WireType = 0 | 1 | 2 | 5;

export interface FieldShape {
  readonly name: string;
  readonly repeated: boolean;
  /**
   * Maximum number of entries of a repeated field; Infinity for others, of which the decoder keeps
   * the last.
   */
  readonly countMax: number;
  readonly wireType: WireType;
  /** Maximum length of a string; Infinity for other fields. */
  readonly textBytesMax: number;
  readonly isString: boolean;
  /** A varint of 32 bits. */
  readonly isShortVarint: boolean;
  readonly messageName: string | undefined;
}

export interface MessageShape {
  /** Without the package, such as `SearchRequest`. */
  readonly name: string;
  /** By number. */
  readonly fields: ReadonlyMap<number, FieldShape>;
  /** Whether a field that is unknown to this version makes the request invalid. */
  readonly refusesUnknown: boolean;
}

/** A filter without one of its conditions selects other documents, so none may be ignored. */
const messagesOfFilters: ReadonlySet<string> = new Set([
  "Filter",
  "FilterList",
  "FieldAnyOf",
  "FieldRange",
  "FieldPrefix",
  "KeyAnyOf",
]);

/** The shapes of the message `rootName` and of every message that it can hold. */
export function readShapes(
  packages: PackageDefinition,
  rootName: string,
): Map<string, MessageShape> {
  const shapes = new Map<string, MessageShape>();
  const names = [rootName];
  for (const name of names) {
    if (shapes.has(name)) continue;
    const shape = readShape(packages, name);
    shapes.set(name, shape);
    for (const { messageName } of shape.fields.values()) if (messageName) names.push(messageName);
  }
  return shapes;
}

/** The part of a descriptor that is used here. */
interface DescriptorField {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

function readShape(packages: PackageDefinition, name: string): MessageShape {
  const definition = present(packages[name], `${name} is defined`) as MessageTypeDefinition<
    object,
    object
  >;
  const { field: fields } = definition.type as { readonly field: readonly DescriptorField[] };
  const folder = name.slice(0, name.lastIndexOf(".") + 1);
  const shortName = name.slice(folder.length);
  const byNumber = new Map(
    fields.map((field) => {
      const fullName = `${name}.${field.name}`;
      const repeated = field.label === "LABEL_REPEATED";
      const isString = field.type === "TYPE_STRING";
      const countMax = repeated ? entriesMax[fullName] : Infinity;
      assert(countMax !== undefined, `${fullName} has a limit in message-limits.ts`);
      const shape: FieldShape = {
        name: field.name,
        repeated,
        countMax,
        wireType: wireTypeOf(field.type),
        isString,
        textBytesMax: isString
          ? (longStringsMax[fullName] ?? limits.shortStringBytesMax)
          : Infinity,
        isShortVarint: wireTypeOf(field.type) === 0 && !field.type.endsWith("64"),
        messageName: field.type === "TYPE_MESSAGE" ? folder + field.typeName : undefined,
      };
      return [field.number, shape];
    }),
  );
  return { name: shortName, fields: byNumber, refusesUnknown: messagesOfFilters.has(shortName) };
}

function wireTypeOf(type: string): WireType {
  switch (type) {
    case "TYPE_STRING":
    case "TYPE_BYTES":
    case "TYPE_MESSAGE":
      return 2;
    case "TYPE_DOUBLE":
    case "TYPE_FIXED64":
    case "TYPE_SFIXED64":
      return 1;
    case "TYPE_FLOAT":
    case "TYPE_FIXED32":
    case "TYPE_SFIXED32":
      return 5;
    default:
      return 0;
  }
}
