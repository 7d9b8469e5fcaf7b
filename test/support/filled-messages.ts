// Protobuf messages with every field set, made from their descriptors: no field is forgotten here.

import type { MessageTypeDefinition } from "@grpc/proto-loader";
import { present } from "../../src/core/assert.js";
import { definitions } from "../../src/wire/definitions.js";

export interface ProtoField {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

export type FilledMessage = Record<string, unknown>;

/** Fields of the message `name` of sluice.v1. */
export function protoFields(name: string): readonly ProtoField[] {
  const { type } = definitionOf(name);
  return (type as { readonly field: readonly ProtoField[] }).field;
}

/** Values of the enum `name`, its unspecified one first. */
export function enumValues(name: string): readonly string[] {
  const { type } = present(definitions().packages[`sluice.v1.${name}`], `there is ${name}`);
  return (type as { readonly value: readonly { name: string }[] }).value.map((one) => one.name);
}

/** A decoded message in which nothing is set: fields of explicit presence are not in it. */
export function emptyMessage(name: string): object {
  return definitionOf(name).deserialize(Buffer.alloc(0));
}

function definitionOf(name: string): MessageTypeDefinition<object, object> {
  const definition = definitions().packages[`sluice.v1.${name}`];
  // The loader makes no difference in the type between messages, enums and services.
  return present(definition, `there is ${name}`) as MessageTypeDefinition<object, object>;
}

/** Values that must have a form: names of collections, vectors, and what nests in itself. */
const special: Readonly<Record<string, unknown>> = {
  collection: "notes",
  vectors: {
    type: "VECTOR_TYPE_INT8",
    dim: 16,
    rows: Buffer.alloc(16, 1),
    model_fingerprint: "0f".repeat(32),
  },
  filter: { exists: "exists1" },
};

/**
 * Every field is set, lists to one item. Texts and numbers occur once each; whole numbers are small
 * and fractions are in (0, 1], so that they are in the range of any field.
 */
export function filledMessage(name: string): FilledMessage {
  let count = 0;
  const fill = (message: string): FilledMessage => {
    if (message === "Field") return { name: `field${(count += 1)}`, keyword: `word${count}` };
    return Object.fromEntries(
      protoFields(message).map((field) => {
        const value = special[field.name] ?? valueOf(field);
        return [field.name, field.label === "LABEL_REPEATED" ? [value] : value];
      }),
    );
  };
  const valueOf = ({ name: field, type, typeName }: ProtoField): unknown => {
    count += 1;
    switch (type) {
      case "TYPE_MESSAGE":
        return fill(typeName);
      case "TYPE_ENUM":
        return enumValues(typeName).at(-1);
      case "TYPE_BOOL":
        return true;
      case "TYPE_DOUBLE":
        return 1 / (1 + count);
      case "TYPE_STRING":
        return `${field}${count}`;
      default:
        return count;
    }
  };
  return fill(name);
}
