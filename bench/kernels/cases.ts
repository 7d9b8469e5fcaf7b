// The benchmark cases: each sets up data for one kernel, dim, bits and access, and measures it.

import { rotationFactors } from "../../src/codec/rotation.js";
import { rowBytes, type CodeBits, type Kernels } from "../../src/kernels/kernels.js";
import { rotationWindow } from "../../src/kernels/rotation-shape.js";
import { bestTime, fillNoise, indices, type Access, type KernelFigure } from "./kernel-figure.js";
import { shareOf, type Limits } from "./limits.js";

export interface BenchContext {
  readonly kernels: Kernels;
  readonly isa: string;
  readonly limits: Limits;
  /** Time per measurement. */
  readonly seconds: number;
  /** Larger than the last-level cache; read by the DRAM cases. */
  readonly large: Uint8Array;
}

/** Codes that stay in the L2 cache. */
const hotBytes = 256 * 1024;
/** Passages per call, as in a scoring task. */
const batchCount = 256;
/** Reads start at multiples of 64 bytes, so batches are laid out in these units. */
const lineBytes = 64;

export interface MaxSimCase {
  readonly dim: number;
  readonly bits: CodeBits;
  readonly access: Access;
  readonly queryRows: number;
  readonly passageRows: number;
}

export function benchMaxSim(context: BenchContext, given: MaxSimCase): KernelFigure {
  const { dim, bits, access, queryRows, passageRows } = given;
  const { isa, limits, seconds, kernels } = context;
  const passageBytes = passageRows * rowBytes(dim, bits);
  const bytes =
    access === "hot" ? fillNoise(new Uint8Array(Math.max(hotBytes, passageBytes))) : context.large;
  const total = Math.floor(bytes.length / passageBytes);
  const tokenOffsets = Uint32Array.from({ length: total + 1 }, (_, i) => i * passageRows);
  const query = queryOf(queryRows, dim);
  const scores = new Float32Array(batchCount);
  const nextBatch = batches({ total, access });
  const time = bestTime(() => {
    kernels.maxSimBatch(query, { bytes, dim, bits }, tokenOffsets, nextBatch(), scores);
  }, seconds);

  const docsPerSecond = batchCount / time;
  const macs = queryRows * passageRows * dim;
  const rate = limits.mac(isa);
  const compute = rate && { name: rate.name, perSecond: rate.perSecond / macs };
  const share =
    access === "hot"
      ? shareOf(docsPerSecond, { compute })
      : shareOf(docsPerSecond, {
          compute,
          readPerSecond: readBatches(limits, bytes, { total, access, passageBytes }) / passageBytes,
        });
  return {
    kernel: "maxSimBatch",
    bits,
    dim,
    isa,
    access,
    docsPerSecond,
    macsPerSecond: docsPerSecond * macs,
    bytesPerSecond: docsPerSecond * passageBytes,
    ...share,
    shape: `${queryRows} x ${passageRows}`,
  };
}

/** Batches of passages, sequential or random; the same on every run. */
function batches(given: { total: number; access: Access }): () => Uint32Array {
  const { total, access } = given;
  const passages = new Uint32Array(batchCount);
  const anyPassage = indices(total);
  let next = 0;
  return () => {
    for (let i = 0; i < batchCount; i += 1) {
      passages[i] = access === "dram-random" ? anyPassage() : next++ % total;
    }
    return passages;
  };
}

/** Bytes per second of only reading the same batches. */
function readBatches(
  limits: Limits,
  bytes: Uint8Array,
  given: { total: number; access: Access; passageBytes: number },
): number {
  const { passageBytes } = given;
  const nextBatch = batches(given);
  let best = 0;
  for (let i = 0; i < 12; i += 1) {
    const starts = nextBatch().map((passage) =>
      Math.min(
        Math.floor((passage * passageBytes) / lineBytes),
        Math.floor((bytes.length - passageBytes) / lineBytes),
      ),
    );
    best = Math.max(best, limits.read(bytes, starts, passageBytes - (passageBytes % lineBytes)));
  }
  return best;
}

export function benchScan(
  context: BenchContext,
  given: { dim: number; bits: CodeBits; access: "hot" | "dram-sequential" },
): KernelFigure {
  const { dim, bits, access } = given;
  const { isa, limits, seconds, kernels } = context;
  const rowSize = rowBytes(dim, bits);
  const bytes = access === "hot" ? fillNoise(new Uint8Array(hotBytes)) : context.large;
  const rowCount = Math.floor(bytes.length / rowSize / 8) * 8;
  const eligible = new Uint8Array(rowCount / 8).fill(255);
  const { rows } = queryOf(1, dim);
  const topN = 256;
  const found = [new Uint32Array(topN), new Int32Array(topN)] as const;
  const time = bestTime(() => {
    kernels.sketchScan(rows, { bytes, dim, bits }, rowCount, eligible, topN, ...found);
  }, seconds);

  const docsPerSecond = rowCount / time;
  const rate = limits.mac(isa);
  const compute = rate && { name: rate.name, perSecond: rate.perSecond / dim };
  // Sequential pieces of 4 KiB: a scan.
  const pieces = Uint32Array.from({ length: Math.floor(bytes.length / 4096) }, (_, i) => i * 64);
  const readPerSecond = limits.read(bytes, pieces, 4096) / rowSize;
  return {
    kernel: "sketchScan",
    bits,
    dim,
    isa,
    access,
    docsPerSecond,
    macsPerSecond: docsPerSecond * dim,
    bytesPerSecond: docsPerSecond * rowSize,
    ...shareOf(docsPerSecond, { compute, readPerSecond }),
    shape: `1 x ${rowCount}`,
  };
}

export function benchRotate(
  context: BenchContext,
  given: { dim: number; bits: CodeBits },
): KernelFigure {
  const { dim, bits } = given;
  const { isa, limits, seconds, kernels } = context;
  const rowCount = 120;
  const rows = floatsOf(rowCount * dim);
  const factors = rotationFactors(1, dim);
  const out = { bytes: new Uint8Array(rowCount * rowBytes(dim, bits)), dim, bits };
  const time = bestTime(() => {
    kernels.rotateQuantize(rows, factors, Math.sqrt(dim), out);
  }, seconds);

  const docsPerSecond = rowCount / time;
  const window = rotationWindow(dim);
  const operations = (factors.length / dim) * (dim + window * Math.log2(window));
  const rate = limits.fma(isa);
  const compute = rate && { name: rate.name, perSecond: rate.perSecond / operations };
  return {
    kernel: "rotateQuantize",
    bits,
    dim,
    isa,
    access: "hot",
    docsPerSecond,
    macsPerSecond: docsPerSecond * operations,
    bytesPerSecond: docsPerSecond * dim * 4,
    ...shareOf(docsPerSecond, { compute }),
    shape: `${rowCount} rows`,
  };
}

export function benchMaxSimFloat(context: BenchContext, dim: number): KernelFigure {
  const { isa, limits, seconds, kernels } = context;
  const [queryRows, passageRows, total] = [32, 128, 4];
  const query = floatsOf(queryRows * dim);
  const rows = floatsOf(total * passageRows * dim);
  const tokenOffsets = Uint32Array.from({ length: total + 1 }, (_, i) => i * passageRows);
  const passages = Uint32Array.from({ length: 32 }, (_, i) => i % total);
  const scores = new Float32Array(passages.length);
  const time = bestTime(() => {
    kernels.maxSimFloat(query, rows, dim, tokenOffsets, passages, scores);
  }, seconds);

  const docsPerSecond = passages.length / time;
  const macs = queryRows * passageRows * dim;
  const rate = limits.fma(isa);
  const compute = rate && { name: rate.name, perSecond: rate.perSecond / macs };
  return {
    kernel: "maxSimFloat",
    bits: 32,
    dim,
    isa,
    access: "hot",
    docsPerSecond,
    macsPerSecond: docsPerSecond * macs,
    bytesPerSecond: docsPerSecond * passageRows * dim * 4,
    ...shareOf(docsPerSecond, { compute }),
    shape: `${queryRows} x ${passageRows}`,
  };
}

export function queryOf(
  rowCount: number,
  dim: number,
): { rowCount: number; dim: number; rows: Int8Array; rowScales: Float32Array } {
  const anyLevel = indices(127);
  const rows = Int8Array.from({ length: rowCount * dim }, () => anyLevel() - 63);
  return { rowCount, dim, rows, rowScales: new Float32Array(rowCount).fill(0.01) };
}

function floatsOf(length: number): Float32Array {
  const any = indices(2001);
  return Float32Array.from({ length }, () => any() / 1000 - 1);
}
