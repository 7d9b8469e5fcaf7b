// Reads raw request bytes before they are decoded. The protobuf decoder cuts off strings that run
// past the end, reads strings of a wrong wire type as empty, turns invalid UTF-8 into U+FFFD and
// creates objects for unlimited entries. This check finds each case, so that no request is changed
// silently and none costs more than its limits allow.

import { isUtf8 } from "node:buffer";
import type { PackageDefinition } from "@grpc/proto-loader";
import { present } from "../core/assert.js";
import { limits } from "../core/limits.js";
import { readShapes } from "./wire-shapes.js";
import type { FieldShape, MessageShape } from "./wire-shapes.js";

export interface WireFault {
  /** Path of the field at fault in proto notation; empty for the message itself. */
  readonly path: string;
  /**
   * `unknown_field`: in a filter; elsewhere such a field is ignored. `broken`: the bytes are not a message of this type. `too_many`: entries of a field; `too_long`:
   * a string; `too_large`: fields or text of the whole. Each of these four ends the walk, and the
   * bytes must not be decoded.
   */
  readonly kind:
    "invalid_utf8" | "unknown_field" | "broken" | "too_many" | "too_long" | "too_large";
  /** Lower case, no full stop. */
  readonly message: string;
}

/** Of the messages checked with it: their total size, and what is ignored in them. */
export interface WireTotals {
  fields: number;
  textBytes: number;
  /** Fields of a newer version, such as `SearchRequest field 99`; the first few. */
  readonly ignored: Set<string>;
}

/** `ignored` may be shared by several messages. */
export function zeroTotals(ignored = new Set<string>()): WireTotals {
  return { fields: 0, textBytes: 0, ignored };
}

/**
 * Finds faults that the decoder would hide, and the first exceeded limit. Returns the fault that
 * ended the walk, if any, and then the first `faultCountMax` others. O(fields + text bytes); visits
 * at most `limits.messageFieldsMax` fields.
 */
export type WireCheck = (bytes: Uint8Array, totals?: WireTotals) => WireFault[];

/** Whether bytes with these faults may be decoded. */
export function isDecodable(faults: readonly WireFault[]): boolean {
  const [first] = faults;
  return first === undefined || first.kind === "invalid_utf8" || first.kind === "unknown_field";
}

const faultCountMax = 512;
const ignoredCountMax = 8;
/** Maximum bytes of a 32-bit varint, such as every tag and length, and of a 64-bit one. */
const shortVarintBytes = 5;
const longVarintBytes = 10;

/**
 * A check for the message type `rootName` (full name) of `packages`; its strings may have
 * `textBytesMax` in all. Fails for a repeated field that has no limit.
 */
export function createWireCheck(
  packages: PackageDefinition,
  rootName: string,
  textBytesMax: number = limits.messageTextBytesMax,
): WireCheck {
  const shapes = readShapes(packages, rootName);
  const shapeOf = (name: string): MessageShape => present(shapes.get(name), `${name} was read`);
  const root = shapeOf(rootName);
  return (bytes, totals = zeroTotals()) => {
    const walk: Walk = { bytes, position: 0, faults: [], totals, textBytesMax, shapeOf };
    checkMessage(walk, { shape: root, end: bytes.length, depth: 0, place: undefined });
    return walk.faults;
  };
}

interface Walk {
  readonly bytes: Uint8Array;
  position: number;
  readonly faults: WireFault[];
  readonly totals: WireTotals;
  readonly textBytesMax: number;
  readonly shapeOf: (name: string) => MessageShape;
}

/** A field on the path to the current one; the path is formatted for faults only. */
interface Place {
  readonly above: Place | undefined;
  readonly field: FieldShape;
  readonly index: number;
}

interface Frame {
  readonly shape: MessageShape;
  readonly end: number;
  readonly depth: number;
  readonly place: Place | undefined;
}

/** Returns false when the walk must end. */
function checkMessage(walk: Walk, frame: Frame): boolean {
  const counts = new Map<number, number>();
  while (walk.position < frame.end) {
    walk.totals.fields += 1;
    if (walk.totals.fields > limits.messageFieldsMax) {
      const message = `there are more than ${limits.messageFieldsMax} fields in all; send less at once`;
      return stop(walk, undefined, { kind: "too_large", message });
    }
    const tag = readVarint(walk, frame.end, shortVarintBytes);
    if (tag < 8 || tag >= 2 ** 32) return broken(walk, frame.place, "a field tag is malformed");
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    const field = frame.shape.fields.get(number);
    if (field === undefined) {
      unknownField(walk, frame, number);
      if (!skip(walk, wireType, frame.end)) return broken(walk, frame.place, "it is cut off");
      continue;
    }
    const index = counts.get(number) ?? 0;
    const count = checkField(walk, frame, { field, index, wireType });
    if (count === false) return false;
    if (field.repeated) counts.set(number, index + count);
  }
  return true;
}

function unknownField(walk: Walk, { shape, place }: Frame, number: number): void {
  const { ignored } = walk.totals;
  if (shape.refusesUnknown) {
    const message = `field number ${number} is unknown to this version; leave it out`;
    report(walk, place, { kind: "unknown_field", message });
  } else if (ignored.size < ignoredCountMax) {
    ignored.add(`${shape.name} field ${number}`);
  }
}

/** Returns the number of entries; false when the walk must end. */
function checkField(
  walk: Walk,
  frame: Frame,
  found: { readonly field: FieldShape; readonly index: number; readonly wireType: number },
): number | false {
  const { field, wireType } = found;
  const place = { above: frame.place, field, index: found.index };
  const fail = (message: string): false => broken(walk, place, message);
  const packed = field.repeated && wireType === 2 && field.wireType !== 2;
  if (wireType !== field.wireType && !packed) {
    return fail(`its wire type is ${wireType}, not ${field.wireType}`);
  }
  if (!packed && found.index >= field.countMax) return tooMany(walk, place);
  if (wireType !== 2) {
    const start = walk.position;
    if (!skip(walk, wireType, frame.end)) return fail("it is cut off");
    const byteCount = walk.position - start;
    // The decoder reads 32-bit varints of up to 5 bytes and of exactly 10 bytes, the encoding of
    // negative numbers. It loses its position after one of 6 to 9 bytes.
    if (field.isShortVarint && byteCount > shortVarintBytes && byteCount < longVarintBytes) {
      return fail("its number is malformed");
    }
    return 1;
  }
  const length = readVarint(walk, frame.end, shortVarintBytes);
  const end = walk.position + length;
  if (length < 0 || end > frame.end) return fail("it is cut off");
  if (field.messageName !== undefined) {
    if (frame.depth >= limits.messageDepthMax) return fail("messages are nested too deep");
    const shape = walk.shapeOf(field.messageName);
    return checkMessage(walk, { shape, end, depth: frame.depth + 1, place }) && 1;
  }
  if (field.isString && !checkString(walk, place, end)) return false;
  const count = packed ? packedCount(walk, field, end) : 1;
  if (found.index + count > field.countMax) return tooMany(walk, place);
  walk.position = end;
  return count;
}

/** Returns false when the walk must end. */
function checkString(walk: Walk, place: Place, end: number): boolean {
  const byteCount = end - walk.position;
  const { textBytesMax } = place.field;
  if (byteCount > textBytesMax) {
    const message = `has ${byteCount} bytes, the limit is ${textBytesMax}; shorten it`;
    return stop(walk, place, { kind: "too_long", message });
  }
  walk.totals.textBytes += byteCount;
  if (walk.totals.textBytes > walk.textBytesMax) {
    const message = `there are more than ${walk.textBytesMax} bytes of text in all; send less at once`;
    return stop(walk, undefined, { kind: "too_large", message });
  }
  const isShort = byteCount <= shortTextBytes;
  if (!(isShort && isAscii(walk, end)) && !isUtf8(walk.bytes.subarray(walk.position, end))) {
    report(walk, place, { kind: "invalid_utf8", message: "is not valid UTF-8" });
  }
  return true;
}

/** Up to this length a loop is faster than creating a view for the native check. */
const shortTextBytes = 32;

function isAscii({ bytes, position }: Walk, end: number): boolean {
  for (let i = position; i < end; i += 1) if ((bytes[i] ?? 0) >= 0x80) return false;
  return true;
}

/** Numbers in a packed field that ends at `end`. */
function packedCount(walk: Walk, field: FieldShape, end: number): number {
  if (field.wireType === 1) return Math.floor((end - walk.position) / 8);
  if (field.wireType === 5) return Math.floor((end - walk.position) / 4);
  let count = 0;
  for (let i = walk.position; i < end; i += 1) if ((walk.bytes[i] ?? 0) < 0x80) count += 1;
  return count;
}

type Found = Pick<WireFault, "kind" | "message">;

function report(walk: Walk, place: Place | undefined, found: Found): void {
  if (walk.faults.length < faultCountMax) walk.faults.push({ path: pathOf(place), ...found });
}

/** Ends the walk with a fault that alone determines the error of the request. */
function stop(walk: Walk, place: Place | undefined, found: Found): false {
  walk.faults.unshift({ path: pathOf(place), ...found });
  return false;
}

function broken(walk: Walk, place: Place | undefined, message: string): false {
  return stop(walk, place, { kind: "broken", message });
}

function tooMany(walk: Walk, { above, field }: Place): false {
  const { name, countMax } = field;
  const path = above === undefined ? name : `${pathOf(above)}.${name}`;
  const message = `has more than ${countMax} entries; send fewer`;
  walk.faults.unshift({ path, kind: "too_many", message });
  return false;
}

function pathOf(place: Place | undefined): string {
  if (place === undefined) return "";
  const { above, field, index } = place;
  const name = field.repeated ? `${field.name}[${index}]` : field.name;
  return above === undefined ? name : `${pathOf(above)}.${name}`;
}

/** Read position and end of a value. */
export type WireCursor = Pick<Walk, "bytes" | "position">;

/** Skips one value; false when it does not end before `end` or has no such wire type. */
export function skip(walk: WireCursor, wireType: number, end: number): boolean {
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
export function readVarint(walk: WireCursor, end: number, bytesMax: number): number {
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
