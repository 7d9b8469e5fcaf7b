// Opens the compiled addon: the one that was built here, or the one that the package has for this
// platform. The addon detects the instruction sets that the CPU supports.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repositoryRoot } from "../core/paths.js";
import { anyScore } from "./check-arguments.js";
import type { CodeBits, Kernels } from "./kernels.js";

/** Instruction sets of the addon, fastest first. */
export const nativeSets = ["avx512", "avx2", "neon", "scalar"] as const;
export type NativeSet = (typeof nativeSets)[number];

/** The functions of one instruction set, as the addon exports them: flat arguments, no objects. */
interface NativeFunctions {
  maxSimBatch(
    queryRows: Int8Array,
    rowScales: Float32Array,
    queryRowCount: number,
    codes: Uint8Array,
    dim: number,
    bits: CodeBits,
    tokenOffsets: Uint32Array,
    passages: Uint32Array,
    scores: Float32Array,
  ): void;
  /** Returns `2 * count + (1 if ties were dropped)`. */
  sketchScan(
    queryRow: Int8Array,
    codes: Uint8Array,
    dim: number,
    bits: CodeBits,
    rowCount: number,
    eligible: Uint8Array,
    topN: number,
    outRows: Uint32Array,
    outScores: Int32Array,
    scoreMin: number,
  ): number;
  rotate(rows: Float32Array, factors: Float32Array, dim: number, out: Float32Array): void;
  rotateQuantize(
    rows: Float32Array,
    factors: Float32Array,
    inverseStep: number,
    bytes: Uint8Array,
    dim: number,
    bits: CodeBits,
  ): void;
  maxSimFloat(
    query: Float32Array,
    rows: Float32Array,
    dim: number,
    tokenOffsets: Uint32Array,
    passages: Uint32Array,
    scores: Float32Array,
  ): void;
  unitRows: Kernels["unitRows"];
  shapeCodes(
    rotated: Float32Array,
    direction: Float32Array,
    order: Uint16Array,
    step: number,
    lengthLoss: number,
    bytes: Uint8Array,
    dim: number,
    bits: CodeBits,
  ): void;
}

/** Bare loops that a bench can measure; the numbers are those of native/include/limits.h. */
export const limitKinds = {
  dot512: 0,
  maddubs256: 1,
  fma512: 2,
  fma256: 3,
  dotNeon: 4,
  fmaNeon: 5,
  scalar: 6,
  maddwd128: 7,
} as const;

export interface Addon {
  /** Sets that were compiled in and that this CPU and its system can run. */
  readonly sets: Readonly<Partial<Record<NativeSet, NativeFunctions>>>;
  readonly compiler: string;
  /** Operations a second of the best slice within `seconds`; NaN when the CPU lacks the loop. */
  measureRate(kind: number, seconds: number): number;
  /** Seconds taken to read `length` bytes at `64 * starts[i]` for each i. */
  readBytes(bytes: Uint8Array, starts: Uint32Array, length: number): number;
}

/** Kernels of one instruction set. Throws an Error with the reason when they cannot be used. */
export function openNativeKernels(set: NativeSet): Kernels {
  const functions = openAddon().sets[set];
  if (functions === undefined) throw new Error(`this CPU or build has no ${set}`);
  return {
    name: `native-${set}`,
    maxSimBatch: (query, codes, tokenOffsets, passages, scores) => {
      if (query.dim !== codes.dim) throw new RangeError("query and codes differ in dim");
      functions.maxSimBatch(
        query.rows,
        query.rowScales,
        query.rowCount,
        codes.bytes,
        codes.dim,
        codes.bits,
        tokenOffsets,
        passages,
        scores,
      );
    },
    sketchScan: (queryRow, codes, rowCount, eligible, topN, outRows, outScores, scoreMin) => {
      const packed = functions.sketchScan(
        queryRow,
        codes.bytes,
        codes.dim,
        codes.bits,
        rowCount,
        eligible,
        topN,
        outRows,
        outScores,
        scoreMin ?? anyScore,
      );
      return { count: packed >>> 1, tiesDropped: (packed & 1) === 1 };
    },
    rotate: (rows, factors, dim, out) => {
      functions.rotate(rows, factors, dim, out);
    },
    rotateQuantize: (rows, factors, inverseStep, out) => {
      functions.rotateQuantize(rows, factors, inverseStep, out.bytes, out.dim, out.bits);
    },
    maxSimFloat: (query, rows, dim, tokenOffsets, passages, scores) => {
      functions.maxSimFloat(query, rows, dim, tokenOffsets, passages, scores);
    },
    unitRows: (rows, dim, tolerance, out, columnSums) =>
      functions.unitRows(rows, dim, tolerance, out, columnSums),
    shapeCodes: (rotated, { direction, order, step, lengthLoss }, { bytes, dim, bits }) => {
      functions.shapeCodes(rotated, direction, order, step, lengthLoss, bytes, dim, bits);
    },
  };
}

/**
 * The addon; Node keeps it, so opening again costs nothing. Throws when there is none for this
 * platform, or when it was built for another C library (musl).
 */
export function openAddon(): Addon {
  const platform = `${process.platform}-${process.arch}`;
  const paths = ["native/build/sluice.node", `build/prebuilt/${platform}.node`];
  const path = paths
    .map((place) => join(repositoryRoot(), place))
    .find((place) => existsSync(place));
  if (path === undefined) throw new Error(`no addon was built, and there is none for ${platform}`);
  return createRequire(import.meta.url)(path) as Addon;
}
