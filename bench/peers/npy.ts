// Arrays in NumPy's format, version 1.0, for programs in other languages.

import { closeSync, openSync, writeSync } from "node:fs";

const types = { float32: "<f4", int32: "<i4" } as const;
export type NpyType = keyof typeof types;

/** Header of a C-order array, padded so that the data starts at a multiple of 64 bytes. */
export function npyHeader(type: NpyType, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(", ");
  const text = `{'descr': '${types[type]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const bare = 10 + text.length + 1;
  const padded = Math.ceil(bare / 64) * 64;
  const header = Buffer.alloc(padded, " ");
  header.write("\x93NUMPY\x01\x00", "latin1");
  header.writeUInt16LE(padded - 10, 8);
  header.write(text, 10, "latin1");
  header.write("\n", padded - 1, "latin1");
  return header;
}

/** Writes rows as they arrive; their number must be known in advance. */
export function writeNpy(
  path: string,
  about: { readonly type: NpyType; readonly shape: readonly number[] },
  parts: Iterable<Float32Array | Int32Array>,
): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, npyHeader(about.type, about.shape));
    for (const part of parts)
      writeSync(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  } finally {
    closeSync(file);
  }
}
