// Every repeated field of every request, from the proto files, with bytes of too many entries.

import type { MessageTypeDefinition, MethodDefinition } from "@grpc/proto-loader";
import { definitions } from "../../src/wire/definitions.js";
import { field, varint } from "./raw-grpc.js";

export interface RepeatedField {
  /** Path of the RPC, such as `/sluice.v1.SearchService/Search`. */
  readonly path: string;
  /** Path from the request, such as `items.document.fields`. */
  readonly name: string;
  /** With the name of the declaring message. */
  readonly fullName: string;
  /** A request whose field has about `byteCount` bytes of the smallest entries. */
  filled(byteCount: number): Buffer;
}

interface Descriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

export function methodsOfServices(): MethodDefinition<object, object>[] {
  const { search, documents, collections } = definitions();
  return [search, documents, collections].flatMap((service) =>
    Object.values(service as unknown as Record<string, MethodDefinition<object, object>>),
  );
}

/** Recursive messages are entered once. */
export function repeatedFields(): RepeatedField[] {
  return methodsOfServices().flatMap((method) => {
    const { name } = method.requestType.type as { readonly name: string };
    return fieldsBelow(`sluice.v1.${name}`, {
      path: method.path,
      above: [],
      seen: [],
      wrap: (b) => b,
    });
  });
}

function fieldsBelow(
  type: string,
  at: {
    readonly path: string;
    readonly above: readonly string[];
    readonly seen: readonly string[];
    readonly wrap: (bytes: Buffer) => Buffer;
  },
): RepeatedField[] {
  if (at.seen.includes(type)) return [];
  const { packages } = definitions();
  const definition = packages[type] as MessageTypeDefinition<object, object>;
  const { field: fields } = definition.type as { readonly field: readonly Descriptor[] };
  return fields.flatMap((one) => {
    const names = [...at.above, one.name];
    const own: RepeatedField = {
      path: at.path,
      name: names.join("."),
      fullName: `${type}.${one.name}`,
      filled: (byteCount) => at.wrap(entriesOf(one, byteCount)),
    };
    const below =
      one.type === "TYPE_MESSAGE"
        ? fieldsBelow(`sluice.v1.${one.typeName}`, {
            path: at.path,
            above: names,
            seen: [...at.seen, type],
            wrap: (bytes) => at.wrap(field(one.number, bytes)),
          })
        : [];
    return one.label === "LABEL_REPEATED" ? [own, ...below] : below;
  });
}

/** Empty strings and messages; numbers packed, as encoders write them. */
function entriesOf({ number, type }: Descriptor, byteCount: number): Buffer {
  if (type === "TYPE_DOUBLE") return field(number, Buffer.alloc(byteCount - (byteCount % 8)));
  const one = Buffer.concat([varint(number * 8 + 2), varint(0)]);
  return Buffer.alloc(byteCount - (byteCount % one.length), one);
}
