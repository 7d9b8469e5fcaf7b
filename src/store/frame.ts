// The frame around every stored value: version, kind, length and checksums, so that a wrong byte is
// never believed.
//
//   0   u32  magic "SLCE"          8   u32  length of the payload, bytes
//   4   u8   format version       12   u32  CRC32C of bytes 0 to 11, then of the key, if bound to it
//   5   u8   kind of value        16   u32  CRC32C of each 64 KiB of payload, in turn
//   6   u16  1: bound to its key  ..        zeros up to a multiple of 8, then the payload
//
// All numbers are little-endian. A value that is bound to its key is not believed under another
// one: damage may lie in what is around the value, too. Values of before may be bound to none.
// CRC32C: RFC 3720, appendix B.4.

import { crc32c } from "@node-rs/crc32";

import { SluiceError } from "../core/errors.js";
import { FORMAT_VERSION } from "./format.js";
import type { ValueKind } from "./format.js";

const magic = 0x45434c53;
const fixedBytes = 16;
/** Payload bytes a checksum covers: damage is narrowed down to this much. */
export const checksumBlockBytes = 65_536;

/** The payload, or its pieces in turn, in its frame, ready to store. Copies the payload once. */
export function frame(
  kind: ValueKind,
  payload: Uint8Array | readonly Uint8Array[],
  {
    key,
    version = FORMAT_VERSION,
  }: { readonly key?: string | undefined; readonly version?: number | undefined } = {},
): Buffer {
  const pieces = payload instanceof Uint8Array ? [payload] : payload;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const payloadAt = payloadOffset(length);
  const framed = Buffer.alloc(payloadAt + length);
  framed.writeUInt32LE(magic, 0);
  framed.writeUInt8(version, 4);
  framed.writeUInt8(kind, 5);
  framed.writeUInt16LE(key === undefined ? 0 : 1, 6);
  framed.writeUInt32LE(length, 8);
  framed.writeUInt32LE(headerChecksum(framed, key), 12);
  let end = payloadAt;
  for (const piece of pieces) {
    framed.set(piece, end);
    end += piece.length;
  }
  for (let block = 0; block < blockCount(length); block += 1)
    framed.writeUInt32LE(crc32c(blockOf(framed, payloadAt, length, block)), fixedBytes + 4 * block);
  return framed;
}

/** What a value is called in errors, and the key that it may be bound to. */
export interface ValueName {
  readonly what: string;
  readonly key?: string;
}

/**
 * The payload of a framed value, as a view of `framed`.
 * Throws DATA_FORMAT_NEWER for a newer version and DATA_CORRUPT for everything that does not fit.
 */
export function unframe(kind: ValueKind, framed: Buffer, name: ValueName): Uint8Array {
  const { payload, checkBlock } = openFrame(kind, framed, name);
  for (let block = 0; block < blockCount(payload.length); block += 1) checkBlock(block);
  return payload;
}

/** A framed value of which the header is checked and the payload is not yet. */
export interface OpenFrame {
  /** A view of the framed bytes. */
  readonly payload: Uint8Array;
  /** Throws DATA_CORRUPT unless the payload's bytes from `block * checksumBlockBytes` are right. */
  readonly checkBlock: (block: number) => void;
}

/** As `unframe`, but leaves it to the caller which blocks are checked, and when. */
export function openFrame(kind: ValueKind, framed: Buffer, { what, key }: ValueName): OpenFrame {
  if (framed.length < fixedBytes || framed.readUInt32LE(0) !== magic)
    throw corrupt(what, "it does not begin as a stored value does");
  if (!isHeaderRight(framed, key))
    throw corrupt(what, "its header and its key do not match their checksum");
  const version = framed.readUInt8(4);
  if (version > FORMAT_VERSION)
    throw new SluiceError(
      "DATA_FORMAT_NEWER",
      `${what} has format version ${version}, this program reads up to ${FORMAT_VERSION}; start the newer version`,
    );
  if (framed.readUInt8(5) !== kind) throw corrupt(what, "it is a value of another kind");
  const length = framed.readUInt32LE(8);
  const payloadAt = payloadOffset(length);
  if (framed.length !== payloadAt + length)
    throw corrupt(what, `it has ${framed.length} bytes instead of ${payloadAt + length}`);
  return {
    payload: framed.subarray(payloadAt),
    checkBlock(block) {
      const expected = framed.readUInt32LE(fixedBytes + 4 * block);
      if (crc32c(blockOf(framed, payloadAt, length, block)) !== expected)
        throw corrupt(what, `bytes from ${block * checksumBlockBytes} do not match their checksum`);
    },
  };
}

/** Format version of a framed value. Returns undefined when its header is damaged. */
export function frameVersion(framed: Buffer, key?: string): number | undefined {
  const isWhole = framed.length >= fixedBytes && isHeaderRight(framed, key);
  return isWhole ? framed.readUInt8(4) : undefined;
}

function isHeaderRight(framed: Buffer, key: string | undefined): boolean {
  const boundKey = framed.readUInt16LE(6) === 0 ? undefined : key;
  return headerChecksum(framed, boundKey) === framed.readUInt32LE(12);
}

function headerChecksum(framed: Buffer, key: string | undefined): number {
  const checksum = crc32c(framed.subarray(0, 12));
  return key === undefined ? checksum : crc32c(key, checksum);
}

/** The payload of a value that was framed here and not stored yet: nothing is checked. */
export function framedPayload(framed: Buffer): Uint8Array {
  return framed.subarray(payloadOffset(framed.readUInt32LE(8)));
}

function payloadOffset(length: number): number {
  return (fixedBytes + 4 * blockCount(length) + 7) & ~7;
}

export function blockCount(length: number): number {
  return Math.ceil(length / checksumBlockBytes);
}

function blockOf(framed: Buffer, payloadAt: number, length: number, block: number): Uint8Array {
  const start = block * checksumBlockBytes;
  return framed.subarray(
    payloadAt + start,
    payloadAt + Math.min(length, start + checksumBlockBytes),
  );
}

function corrupt(what: string, why: string): SluiceError {
  return new SluiceError("DATA_CORRUPT", `${what} is damaged: ${why}`);
}
