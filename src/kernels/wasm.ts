// The WASM kernels (native/wasm/kernels.wasm): SIMD128, for machines without the addon. The module
// sees only its own memory, so rows are copied in, about a megabyte at a time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../core/paths.js";
import {
  anyScore,
  checkCodes,
  checkPassages,
  checkPackedQuery,
  checkRotation,
  checkRotationOut,
  checkScan,
  checkScores,
} from "./check-arguments.js";
import {
  rowBytes,
  type CodeBits,
  type Kernels,
  type PackedCodes,
  type PackedQuery,
  type ScanResult,
} from "./kernels.js";
import { createReferenceKernels } from "./reference.js";
import { createWasmMemory, type WasmExports, type WasmMemory } from "./wasm-memory.js";

/**
 * Bytes of rows copied in at a time: enough to hide the call, little enough to stay in the cache.
 */
const partBytes = 1 << 20;

/** SIMD loads of 16 bytes may begin on the last byte of a row. */
const overread = 16;

/** The part of the API that is used here; the types of the language library lack it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Compiles the module; each caller (thread) has its own memory. Throws when SIMD is missing. */
export function openWasmKernels(): Kernels {
  const path = join(repositoryRoot(), "native", "wasm", "kernels.wasm");
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)));
  const memory = createWasmMemory(instance.exports as WasmExports);
  const reference = createReferenceKernels();
  return {
    name: "wasm",
    maxSimBatch: (query, codes, tokenOffsets, passages, scores) => {
      maxSimBatch(memory, { query, codes, tokenOffsets, passages, scores });
    },
    sketchScan: (queryRow, codes, rowCount, eligible, topN, outRows, outScores, scoreMin) =>
      sketchScan(memory, {
        queryRow,
        codes,
        rowCount,
        eligible,
        topN,
        outRows,
        outScores,
        scoreMin: scoreMin ?? anyScore,
      }),
    rotate: (rows, factors, dim, out) => {
      checkRotation(rows, factors, dim);
      if (out.length < rows.length) throw new RangeError("out is too short");
      inParts(memory, { rows, factors, dim }, (rotated, at) => {
        out.set(rotated.floats(), at);
      });
    },
    rotateQuantize: (rows, factors, inverseStep, out) => {
      checkRotation(rows, factors, out.dim);
      checkRotationOut(rows, out);
      const { dim, bits } = out;
      inParts(memory, { rows, factors, dim, bits, inverseStep }, (rotated, at) => {
        out.bytes.set(rotated.codes(), (at / dim) * rowBytes(dim, bits));
      });
    },
    // WASM has no fused multiply-add, and emulating one there gains little over doing it here.
    maxSimFloat: (query, rows, dim, tokenOffsets, passages, scores) => {
      reference.maxSimFloat(query, rows, dim, tokenOffsets, passages, scores);
    },
    // Copied in and out, a pass over the rows would cost about what it saves.
    unitRows: (rows, dim, tolerance, out, columnSums) =>
      reference.unitRows(rows, dim, tolerance, out, columnSums),
    shapeCodes: (rotated, by, out) => reference.shapeCodes(rotated, by, out),
  };
}

interface MaxSimCall {
  query: PackedQuery;
  codes: PackedCodes;
  tokenOffsets: Uint32Array;
  passages: Uint32Array;
  scores: Float32Array;
}

function maxSimBatch(memory: WasmMemory, call: MaxSimCall): void {
  const { query, codes, tokenOffsets, passages, scores } = call;
  const { dim, bits } = codes;
  const rowSize = rowBytes(dim, bits);
  checkCodes(codes);
  checkPackedQuery(query, dim);
  checkScores(scores, passages);
  checkPassages(tokenOffsets, passages, Math.floor(codes.bytes.length / rowSize));
  for (let from = 0; from < passages.length;) {
    // The passages of this part, with their rows moved together.
    const offsets = [0];
    let to = from;
    while (to < passages.length && offsets.at(-1)! * rowSize < partBytes) {
      const passage = passages[to]!;
      offsets.push(offsets.at(-1)! + tokenOffsets[passage + 1]! - tokenOffsets[passage]!);
      to += 1;
    }
    scorePart(memory, call, { from, to, offsets: Uint32Array.from(offsets) });
    from = to;
  }
}

function scorePart(
  memory: WasmMemory,
  call: MaxSimCall,
  part: { from: number; to: number; offsets: Uint32Array },
): void {
  const { query, codes, tokenOffsets, passages, scores } = call;
  const { dim, bits } = codes;
  const { from, to, offsets } = part;
  const rowSize = rowBytes(dim, bits);
  const count = to - from;
  const codeSize = offsets.at(-1)! * rowSize;
  const workspaceSize = memory.exports.maxSimWorkspace(query.rowCount, dim, bits);
  memory.reset(
    query.rows.length + 4 * (query.rowCount + 3 * count + 1) + codeSize + workspaceSize + 1024,
  );
  const queryAt = memory.put(query.rows.subarray(0, query.rowCount * dim));
  const scalesAt = memory.put(query.rowScales.subarray(0, query.rowCount));
  const codesAt = memory.take(codeSize + overread);
  for (let i = 0; i < count; i += 1) {
    const passage = passages[from + i]!;
    const rows = codes.bytes.subarray(
      tokenOffsets[passage]! * rowSize,
      tokenOffsets[passage + 1]! * rowSize,
    );
    memory.bytes().set(rows, codesAt + offsets[i]! * rowSize);
  }
  const offsetsAt = memory.put(offsets);
  const passagesAt = memory.put(Uint32Array.from({ length: count }, (_, i) => i));
  const scoresAt = memory.take(4 * count);
  memory.exports.maxSim(
    queryAt,
    scalesAt,
    query.rowCount,
    codesAt,
    codeSize,
    dim,
    bits,
    offsetsAt,
    passagesAt,
    count,
    scoresAt,
    memory.take(workspaceSize),
  );
  scores.set(memory.floats(scoresAt, count), from);
}

interface ScanCall {
  queryRow: Int8Array;
  codes: PackedCodes;
  rowCount: number;
  eligible: Uint8Array;
  topN: number;
  outRows: Uint32Array;
  outScores: Int32Array;
  scoreMin: number;
}

function sketchScan(memory: WasmMemory, call: ScanCall): ScanResult {
  checkScan(call);
  const { queryRow, codes, rowCount, eligible, topN, outRows, outScores } = call;
  const { dim, bits } = codes;
  const rowSize = rowBytes(dim, bits);
  // Whole bytes of the bitmap.
  const partRows = Math.max(8, Math.floor(partBytes / rowSize / 8) * 8);
  memory.reset(16 * topN + (partRows + 1) * (rowSize + 1) + 8192);
  const queryAt = memory.put(queryRow.subarray(0, dim));
  const packedAt = memory.take(4096);
  const heapAt = memory.take(8 * topN);
  const codesAt = memory.take(partRows * rowSize + overread);
  const eligibleAt = memory.take(partRows / 8);
  memory.exports.openScan(heapAt, topN, queryAt, dim, bits, call.scoreMin, packedAt);
  for (let first = 0; first < rowCount; first += partRows) {
    const end = Math.min(rowCount, first + partRows);
    memory.bytes().set(codes.bytes.subarray(first * rowSize, end * rowSize), codesAt);
    memory.bytes().set(eligible.subarray(first / 8, Math.ceil(end / 8)), eligibleAt);
    memory.exports.scanRows(codesAt, first, end - first, eligibleAt, packedAt, dim, bits);
  }
  const rowsAt = memory.take(4 * topN);
  const scoresAt = memory.take(4 * topN);
  const packed = memory.exports.closeScan(queryAt, dim, bits, rowsAt, scoresAt);
  const count = packed >>> 1;
  outRows.set(memory.uints(rowsAt, count));
  outScores.set(new Int32Array(memory.uints(scoresAt, count)));
  return { count, tiesDropped: (packed & 1) === 1 };
}

interface Rotated {
  floats(): Float32Array;
  codes(): Uint8Array;
}

/** Rotates rows part by part; `done` gets each part and the index of its first value. */
function inParts(
  memory: WasmMemory,
  call: {
    rows: Float32Array;
    factors: Float32Array;
    dim: number;
    bits?: CodeBits;
    inverseStep?: number;
  },
  done: (rotated: Rotated, at: number) => void,
): void {
  const { rows, factors, dim, bits, inverseStep } = call;
  const rowSize = bits === undefined ? 0 : rowBytes(dim, bits);
  const partLength = Math.max(1, Math.floor(partBytes / (4 * dim))) * dim;
  const workspaceSize = memory.exports.rotateWorkspace(dim);
  for (let at = 0; at < rows.length; at += partLength) {
    const part = rows.subarray(at, at + partLength);
    const rowCount = part.length / dim;
    memory.reset(4 * part.length + rowCount * rowSize + 4 * factors.length + workspaceSize + 512);
    const rowsAt = memory.put(part);
    const factorsAt = memory.put(factors);
    const codesAt = bits === undefined ? 0 : memory.take(rowCount * rowSize);
    const rounds = factors.length / dim;
    const workspaceAt = memory.take(workspaceSize);
    memory.exports.rotate(
      rowsAt,
      rowCount,
      dim,
      factorsAt,
      rounds,
      codesAt,
      bits ?? 1,
      inverseStep ?? 1,
      workspaceAt,
    );
    done(
      {
        floats: () => memory.floats(rowsAt, part.length),
        codes: () => memory.bytes().subarray(codesAt, codesAt + rowCount * rowSize),
      },
      at,
    );
  }
}
