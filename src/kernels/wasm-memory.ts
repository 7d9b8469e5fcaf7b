// The memory of the WASM kernels: laid out anew for each call, from the end of the module's own
// data.

import { assert } from "../core/assert.js";

/** Exports of native/wasm/exports.c; addresses and sizes are bytes. */
export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapStart(): number;
  maxSimWorkspace(queryRowCount: number, dim: number, bits: number): number;
  maxSim(
    queryRows: number,
    rowScales: number,
    queryRowCount: number,
    codes: number,
    codeSize: number,
    dim: number,
    bits: number,
    tokenOffsets: number,
    passages: number,
    passageCount: number,
    scores: number,
    workspace: number,
  ): void;
  openScan(
    heap: number,
    topCount: number,
    row: number,
    dim: number,
    bits: number,
    scoreMin: number,
    packed: number,
  ): void;
  scanRows(
    codes: number,
    firstRow: number,
    rowCount: number,
    eligible: number,
    query: number,
    dim: number,
    bits: number,
  ): void;
  closeScan(row: number, dim: number, bits: number, outRows: number, outScores: number): number;
  rotateWorkspace(dim: number): number;
  rotate(
    rows: number,
    rowCount: number,
    dim: number,
    factors: number,
    roundCount: number,
    codes: number,
    bits: number,
    inverseStep: number,
    workspace: number,
  ): void;
}

export interface WasmMemory {
  readonly exports: WasmExports;
  /** Forgets all pieces and makes room for `size` bytes of new ones, their alignment included. */
  reset(size: number): void;
  /** The address of `size` bytes, a multiple of 64. */
  take(size: number): number;
  /** Copies an array in and returns its address. */
  put(values: Int8Array | Uint32Array | Float32Array): number;
  /** All bytes; valid until the next reset, as growing replaces the buffer. */
  bytes(): Uint8Array;
  floats(at: number, length: number): Float32Array;
  uints(at: number, length: number): Uint32Array;
}

const pageBytes = 65536;

export function createWasmMemory(exports: WasmExports): WasmMemory {
  const { memory } = exports;
  const start = exports.heapStart();
  let next = start;
  const take = (size: number): number => {
    const at = next;
    next += Math.ceil(size / 64) * 64;
    assert(next <= memory.buffer.byteLength, "the pieces of a call fit what was reserved");
    return at;
  };
  return {
    exports,
    reset: (size) => {
      next = start;
      const missing = start + size - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    },
    take,
    put: (values) => {
      const at = take(values.byteLength);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(memory.buffer).set(bytes, at);
      return at;
    },
    bytes: () => new Uint8Array(memory.buffer),
    floats: (at, length) => new Float32Array(memory.buffer, at, length),
    uints: (at, length) => new Uint32Array(memory.buffer, at, length),
  };
}
