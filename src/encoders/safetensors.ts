// Files of safetensors: a header of JSON that names tensors, then their bytes.

import { closeSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { invalidModel } from "./model-manifest.js";

export interface Tensor {
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly values: Float32Array;
}

export interface TensorFile {
  readonly names: readonly string[];
  /** Converted to float32; undefined when the file has no tensor of that name. */
  read(name: string): Tensor | undefined;
}

/** Header bytes that the format's own reader accepts. */
const headerBytesMax = 100_000_000;

const entrySchema = z.looseObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Reads the header only, and each tensor when it is asked for, so that one tensor of a large
 * checkpoint costs little. `file` is relative to `folder`. Throws MODEL_INVALID.
 */
export function openTensorFile(folder: string, file: string): TensorFile {
  const path = join(folder, file);
  const invalid = (problem: string, cause?: unknown): Error =>
    invalidModel(folder, `${file} ${problem}`, cause);
  const bytes = (start: number, count: number): Buffer => {
    const descriptor = openSync(path, "r");
    try {
      const { size } = fstatSync(descriptor);
      if (start + count > size) throw invalid("is cut off");
      const buffer = Buffer.alloc(count);
      readSync(descriptor, buffer, 0, count, start);
      return buffer;
    } finally {
      closeSync(descriptor);
    }
  };
  const headerBytes = Number(bytes(0, 8).readBigUInt64LE());
  if (headerBytes > headerBytesMax) throw invalid("is not a file of safetensors");
  const entries = parseHeader(bytes(8, headerBytes), invalid);
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      const { dtype, shape, data_offsets: offsets } = entry;
      const toFloats = conversions[dtype];
      if (toFloats === undefined) throw invalid(`has ${name} as ${dtype}, which is not a float`);
      const [start, end] = offsets;
      const count = shape.reduce((product, size) => product * size, 1);
      if (end - start !== count * toFloats.bytes)
        throw invalid(`has ${end - start} bytes of ${name} for ${count} values of ${dtype}`);
      const content = bytes(8 + headerBytes + start, end - start);
      return { shape, values: toFloats.convert(content, count) };
    },
  };
}

function parseHeader(
  header: Buffer,
  invalid: (problem: string, cause?: unknown) => Error,
): ReadonlyMap<string, Entry> {
  try {
    const json = z.record(z.string(), z.unknown()).parse(JSON.parse(header.toString("utf8")));
    const named = Object.entries(json).filter(([name]) => name !== "__metadata__");
    return new Map(named.map(([name, entry]) => [name, entrySchema.parse(entry)]));
  } catch (cause) {
    throw invalid("is not a file of safetensors", cause);
  }
}

interface Conversion {
  readonly bytes: number;
  convert(content: Buffer, count: number): Float32Array;
}

/** By the format's names of types; all little-endian. */
const conversions: Readonly<Record<string, Conversion>> = {
  F64: { bytes: 8, convert: each((content, i) => content.readDoubleLE(8 * i)) },
  F32: { bytes: 4, convert: each((content, i) => content.readFloatLE(4 * i)) },
  F16: { bytes: 2, convert: each((content, i) => half(content.readUInt16LE(2 * i))) },
  BF16: { bytes: 2, convert: each((content, i) => brainFloat(content.readUInt16LE(2 * i))) },
};

function each(value: (content: Buffer, i: number) => number): Conversion["convert"] {
  return (content, count) => Float32Array.from({ length: count }, (_, i) => value(content, i));
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function brainFloat(bits: number): number {
  const words = Uint32Array.of(bits << 16);
  return new Float32Array(words.buffer)[0] ?? NaN;
}

/** Writes float32 tensors in the order of `tensors`; equal tensors give equal bytes. */
export function writeTensorFile(path: string, tensors: ReadonlyMap<string, Tensor>): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, values }] of tensors) {
    const end = offset + values.byteLength;
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(header);
  // Spaces are what the format allows for alignment.
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const contents = Array.from(tensors.values(), ({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  writeFileSync(path, Buffer.concat([length, text, ...contents]));
}
