// Reads raw request bytes before they are decoded. The protobuf decoder cuts off strings that run
// past the end, reads strings of a wrong wire type as empty and turns invalid UTF-8 into U+FFFD;
// here each of them is found, so that no request is changed without a word.

import { isUtf8 } from "node:buffer";
import type { MessageTypeDefinition, PackageDefinition } from "@grpc/proto-loader";
import { present } from "../core/assert.js";

export interface WireFault {
  /** Path of the field at fault in proto notation; empty for the message itself. */
  readonly path: string;
  /**
   * `broken`: the bytes are no message of this type, and nothing after the fault can be trusted.
   */
  readonly kind: "invalid_utf8" | "unknown_field" | "broken";
  /** Lower case, no full stop. */
  readonly message: string;
}

/**
 * Finds what the decoder would hide. Returns the first faults, at most `faultCountMax`. O(bytes).
 */
export type WireCheck = (bytes: Uint8Array) => WireFault[];

const faultCountMax = 512;
const depthMax = 40;
/** Bytes of a varint of 32 bits, such as every tag and length, and of one of 64. */
const shortVarintBytes = 5;
const longVarintBytes = 10;

type WireType = 0 | 1 | 2 | 5;

interface FieldShape {
  readonly name: string;
  readonly repeated: boolean;
  readonly wireType: WireType;
  readonly isString: boolean;
  /** A varint of 32 bits. */
  readonly isShortVarint: boolean;
  /** Looked up on first use, since messages may contain themselves. */
  readonly messageName: string | undefined;
}

type MessageShape = ReadonlyMap<number, FieldShape>;

/** A check for the message type `rootName` (full name) of `packages`. */
export function createWireCheck(packages: PackageDefinition, rootName: string): WireCheck {
  const shapes = new Map<string, MessageShape>();
  const shapeOf = (name: string): MessageShape => {
    let shape = shapes.get(name);
    if (shape === undefined) {
      shape = readShape(packages, name);
      shapes.set(name, shape);
    }
    return shape;
  };
  return (bytes) => {
    const walk: Walk = { bytes, position: 0, faults: [], shapeOf };
    checkMessage(walk, { shape: shapeOf(rootName), end: bytes.length, path: "", depth: 0 });
    return walk.faults;
  };
}

interface Walk {
  readonly bytes: Uint8Array;
  position: number;
  readonly faults: WireFault[];
  readonly shapeOf: (name: string) => MessageShape;
}

interface Frame {
  readonly shape: MessageShape;
  readonly end: number;
  readonly path: string;
  readonly depth: number;
}

/** Returns false when the bytes are broken. */
function checkMessage(walk: Walk, frame: Frame): boolean {
  const counts = new Map<number, number>();
  while (walk.position < frame.end) {
    const tag = readVarint(walk, frame.end, shortVarintBytes);
    if (tag < 8 || tag >= 2 ** 32) return broken(walk, frame.path, "a field tag is malformed");
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    const field = frame.shape.get(number);
    if (field === undefined) {
      report(walk, {
        path: frame.path,
        kind: "unknown_field",
        message: `field number ${number} is unknown to this version; leave it out`,
      });
      if (!skip(walk, wireType, frame.end)) return broken(walk, frame.path, "it is cut off");
      continue;
    }
    const index = counts.get(number) ?? 0;
    if (field.repeated) counts.set(number, index + 1);
    if (!checkField(walk, frame, { field, index, wireType })) return false;
  }
  return true;
}

function checkField(
  walk: Walk,
  frame: Frame,
  occurrence: { readonly field: FieldShape; readonly index: number; readonly wireType: number },
): boolean {
  const { field, wireType } = occurrence;
  const pathOf = (): string => {
    const name = field.repeated ? `${field.name}[${occurrence.index}]` : field.name;
    return frame.path === "" ? name : `${frame.path}.${name}`;
  };
  const packed = field.repeated && wireType === 2;
  if (wireType !== field.wireType && !packed) {
    return broken(walk, pathOf(), `its wire type is ${wireType}, not ${field.wireType}`);
  }
  if (wireType !== 2) {
    const start = walk.position;
    if (!skip(walk, wireType, frame.end)) return broken(walk, pathOf(), "it is cut off");
    const byteCount = walk.position - start;
    // The decoder takes 32-bit varints of 5 or of 10 bytes and loses its place in those between.
    if (field.isShortVarint && byteCount > shortVarintBytes && byteCount < longVarintBytes) {
      return broken(walk, pathOf(), "its number is malformed");
    }
    return true;
  }
  const length = readVarint(walk, frame.end, shortVarintBytes);
  const end = walk.position + length;
  if (length < 0 || end > frame.end) return broken(walk, pathOf(), "it is cut off");
  if (field.messageName !== undefined) {
    if (frame.depth >= depthMax) return broken(walk, pathOf(), "messages are nested too deep");
    const shape = walk.shapeOf(field.messageName);
    return checkMessage(walk, { shape, end, path: pathOf(), depth: frame.depth + 1 });
  }
  if (field.isString && !isUtf8(walk.bytes.subarray(walk.position, end))) {
    report(walk, { path: pathOf(), kind: "invalid_utf8", message: "is not valid UTF-8" });
  }
  walk.position = end;
  return true;
}

function report(walk: Walk, fault: WireFault): void {
  if (walk.faults.length < faultCountMax) walk.faults.push(fault);
}

function broken(walk: Walk, path: string, message: string): false {
  // It decides alone what happens to the request, so it must not be lost among many small faults.
  walk.faults.unshift({ path, kind: "broken", message });
  return false;
}

/** Skips one value; false when it does not end before `end` or has no such wire type. */
function skip(walk: Walk, wireType: number, end: number): boolean {
  if (wireType === 0) return readVarint(walk, end, longVarintBytes) >= 0;
  if (wireType === 2) {
    const length = readVarint(walk, end, shortVarintBytes);
    if (length < 0) return false;
    walk.position += length;
  } else if (wireType === 1) {
    walk.position += 8;
  } else if (wireType === 5) {
    walk.position += 4;
  } else {
    return false;
  }
  return walk.position <= end;
}

/** A varint as a number, exact below 2^53; -1 when it is longer than `bytesMax` or cut off. */
function readVarint(walk: Walk, end: number, bytesMax: number): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < bytesMax && walk.position < end; i += 1) {
    const byte = walk.bytes[walk.position] ?? 0;
    walk.position += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  return -1;
}

/** The part of a descriptor that is needed here. */
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
  return new Map(
    fields.map((field) => [
      field.number,
      {
        name: field.name,
        repeated: field.label === "LABEL_REPEATED",
        wireType: wireTypeOf(field.type),
        isString: field.type === "TYPE_STRING",
        isShortVarint: wireTypeOf(field.type) === 0 && !field.type.endsWith("64"),
        messageName: field.type === "TYPE_MESSAGE" ? folder + field.typeName : undefined,
      },
    ]),
  );
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
