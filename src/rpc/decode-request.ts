// Checks the raw bytes of a request, then decodes them; a long list of items in steps, so that no
// request blocks the event loop.

import type {
  MessageTypeDefinition,
  MethodDefinition,
  PackageDefinition,
} from "@grpc/proto-loader";
import { present } from "../core/assert.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { entriesMax } from "./message-limits.js";
import { createWireCheck, isDecodable, readVarint, skip, zeroTotals } from "./wire-check.js";
import type { WireCheck, WireCursor, WireFault, WireTotals } from "./wire-check.js";

/**
 * Steps of decoding one request; the caller may yield between them. Never throws: a malformed
 * request becomes an empty message with its faults attached, see `wireFaults`.
 */
export type DecodeSteps = Generator<undefined, object, undefined>;

const faultsOfMessages = new WeakMap<object, readonly WireFault[]>();

/** Faults in the raw bytes of a decoded request; normally empty. */
export function wireFaults(message: object): readonly WireFault[] {
  return faultsOfMessages.get(message) ?? [];
}

const ignoredOfMessages = new WeakMap<object, ReadonlySet<string>>();

/** Fields of a decoded request that this version does not know; normally none. */
export function ignoredFields(message: object): ReadonlySet<string> {
  return ignoredOfMessages.get(message) ?? noFields;
}

const noFields: ReadonlySet<string> = new Set();

/** Throws for the first fault in the raw bytes of a request. */
export function refuseWireFaults(message: object): void {
  const fault = wireFaults(message)[0];
  if (fault !== undefined) throw faultError(fault);
}

export function faultError(fault: WireFault): SluiceError {
  const { path, kind } = fault;
  const place = path === "" ? "the request" : path;
  const message = `${place}: ${fault.message}`;
  const field = { field: place };
  switch (kind) {
    case "broken":
    case "unknown_field":
    case "too_many":
      return new SluiceError("INVALID_FIELD", message, field);
    case "too_large":
      return new SluiceError("LIMIT_EXCEEDED", message, field);
    case "invalid_utf8":
    case "too_long": {
      const isKey = /(^|\.)keys?(\[\d+\])?$/.test(path);
      return new SluiceError(isKey ? "INVALID_KEY" : "INVALID_TEXT", message, field);
    }
  }
}

/** The list of a request that is decoded item by item. */
interface ItemList {
  readonly name: string;
  readonly number: number;
  readonly itemType: string;
  /** Whether an invalid item fails alone and limits apply per item instead of per request. */
  readonly areItemsAlone: boolean;
}

const itemLists: Readonly<Record<string, ItemList>> = {
  IngestRequest: { name: "items", number: 2, itemType: "IngestItem", areItemsAlone: true },
  RerankRequest: { name: "items", number: 2, itemType: "RerankItem", areItemsAlone: false },
  CollectionServiceCalibrateRequest: {
    name: "samples",
    number: 4,
    itemType: "Query",
    areItemsAlone: false,
  },
};

/** How the requests of `method` are decoded. */
export function createRequestDecoder(
  packages: PackageDefinition,
  method: MethodDefinition<object, object>,
): (bytes: Buffer) => DecodeSteps {
  const { name } = method.requestType.type as { readonly name: string };
  const fullName = `sluice.v1.${name}`;
  const textBytesMax =
    name === "RerankRequest" ? limits.rerankTextBytesMax : limits.messageTextBytesMax;
  const check = createWireCheck(packages, fullName, textBytesMax);
  const whole = { check, decode: (bytes: Buffer) => method.requestDeserialize(bytes) };
  const list = itemLists[name];
  if (list === undefined) {
    // One step: the limits of fields and text bound its time.
    // eslint-disable-next-line require-yield
    return function* (bytes) {
      return decodeWhole(whole, bytes);
    };
  }
  const itemName = `sluice.v1.${list.itemType}`;
  const itemType = present(packages[itemName], `${itemName} is defined`) as MessageTypeDefinition<
    object,
    object
  >;
  const item = {
    check: createWireCheck(packages, itemName, textBytesMax),
    decode: (bytes: Buffer) => itemType.deserialize(bytes),
  };
  const countMax = present(entriesMax[`${fullName}.${list.name}`], `${list.name} has a limit`);
  return (bytes) => decodeList(bytes, { whole, item, list, countMax });
}

/** How one type of message is checked and decoded. */
interface Decoding {
  readonly check: WireCheck;
  readonly decode: (bytes: Buffer) => object;
}

const nothing = Buffer.alloc(0);

function decodeWhole(
  { check, decode }: Decoding,
  bytes: Buffer,
  totals: WireTotals = zeroTotals(),
): object {
  const faults = check(bytes, totals);
  if (isDecodable(faults)) {
    try {
      const message = decode(bytes);
      if (faults.length > 0) faultsOfMessages.set(message, faults);
      if (totals.ignored.size > 0) ignoredOfMessages.set(message, totals.ignored);
      return message;
    } catch {
      faults.unshift({ path: "", kind: "broken", message: "it cannot be decoded" });
    }
  }
  return emptyWith(decode, faults);
}

function emptyWith(decode: Decoding["decode"], faults: readonly WireFault[]): object {
  const message = decode(nothing);
  faultsOfMessages.set(message, faults);
  return message;
}

/** Work between two yields in bytes, and the cost of a field in bytes; some milliseconds. */
const sliceCostMax = 1024 * 1024;
const fieldCost = 64;

function* decodeList(
  bytes: Buffer,
  parts: {
    readonly whole: Decoding;
    readonly item: Decoding;
    readonly list: ItemList;
    readonly countMax: number;
  },
): DecodeSteps {
  const { whole, item, list } = parts;
  const split = splitList(bytes, list.number, parts.countMax);
  // The check of the whole message reports faults at the top level.
  if (split === undefined) return decodeWhole(whole, bytes);
  const totals = { ...zeroTotals(), fields: split.items.length };
  const message = decodeWhole(whole, split.rest, totals);
  const faults = [...wireFaults(message)];
  if (!isDecodable(faults)) return message;
  const items: object[] = [];
  let cost = 0;
  for (const [i, part] of split.items.entries()) {
    const own = list.areItemsAlone ? zeroTotals(totals.ignored) : totals;
    const before = own.fields;
    const decoded = decodeWhole(item, part, own);
    const [fault] = wireFaults(decoded);
    if (fault !== undefined) {
      const place = `${list.name}[${i}]`;
      faults.push({ ...fault, path: fault.path === "" ? place : `${place}.${fault.path}` });
      if (!list.areItemsAlone) break;
    }
    const isWhole = fault === undefined || isDecodable([fault]);
    items.push(isWhole ? decoded : item.decode(namesOfItem(part)));
    cost += part.length + fieldCost * (own.fields - before);
    if (cost > sliceCostMax) {
      cost = 0;
      yield;
    }
  }
  const made = { ...message, [list.name]: items };
  if (faults.length > 0) faultsOfMessages.set(made, faults);
  if (totals.ignored.size > 0) ignoredOfMessages.set(made, totals.ignored);
  return made;
}

/** A field of a message, located without decoding its value. */
interface FoundField {
  readonly number: number;
  readonly wireType: number;
  /** Offsets of tag and value together. */
  readonly start: number;
  readonly end: number;
  /** Offset of the bytes of a length-delimited value (wire type 2). */
  readonly valueStart: number;
}

/** The fields of a message, at its own level; ends early with `undefined` when it is malformed. */
export function* fieldsOf(bytes: Buffer): Generator<FoundField | undefined, void, void> {
  const cursor: WireCursor = { bytes, position: 0 };
  for (let count = 0; cursor.position < bytes.length; count += 1) {
    const start = cursor.position;
    const tag = readVarint(cursor, bytes.length, 5);
    const wireType = tag % 8;
    const valueAt = cursor.position;
    if (count >= limits.messageFieldsMax || tag < 8 || !skip(cursor, wireType, bytes.length)) {
      yield undefined;
      return;
    }
    const end = cursor.position;
    let valueStart = valueAt;
    if (wireType === 2) {
      const length: WireCursor = { bytes, position: valueAt };
      readVarint(length, end, 5);
      valueStart = length.position;
    }
    yield { number: Math.floor(tag / 8), wireType, start, end, valueStart };
  }
}

/**
 * The items of field `number` and all other fields. Returns undefined when the message cannot be
 * split.
 */
function splitList(
  bytes: Buffer,
  number: number,
  countMax: number,
): { readonly rest: Buffer; readonly items: readonly Buffer[] } | undefined {
  const items: Buffer[] = [];
  const others: Buffer[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field === undefined) return undefined;
    if (field.number !== number) {
      others.push(bytes.subarray(field.start, field.end));
      continue;
    }
    if (field.wireType !== 2 || items.length === countMax) return undefined;
    items.push(bytes.subarray(field.valueStart, field.end));
  }
  return { rest: Buffer.concat(others), items };
}

/**
 * Reads the fields that a response needs from an IngestItem that must not be decoded: its
 * client_sequence, and the document's key when it is valid.
 */
function namesOfItem(item: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (const field of fieldsOf(item)) {
    if (field?.number === 1 && field.wireType === 0) {
      kept.push(item.subarray(field.start, field.end));
    }
    if (field?.number !== 2 || field.wireType !== 2) continue;
    const key = keyOfDocument(item.subarray(field.valueStart, field.end));
    if (key !== undefined) kept.push(Buffer.from([0x12, ...varintOf(key.length)]), key);
  }
  return Buffer.concat(kept);
}

/** The field itself, with its tag. */
function keyOfDocument(document: Buffer): Buffer | undefined {
  for (const field of fieldsOf(document)) {
    if (field?.number === 1 && field.wireType === 2) {
      const isKey = field.end - field.valueStart <= limits.keyBytesMax;
      return isKey ? document.subarray(field.start, field.end) : undefined;
    }
  }
  return undefined;
}

function varintOf(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varintOf(value >> 7)];
}
