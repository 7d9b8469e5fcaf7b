// Measures every kernel that this CPU supports against the limits of the machine.

import { cpus } from "node:os";
import type { CodeBits } from "../../src/kernels/kernels.js";
import { kernelChoices, loadKernels, type KernelChoice } from "../../src/kernels/load-kernels.js";
import { openAddon, type Addon } from "../../src/kernels/native.js";
import {
  benchMaxSim,
  benchMaxSimFloat,
  benchRotate,
  benchScan,
  type BenchContext,
} from "./cases.js";
import { fillNoise, type KernelFigure, type KernelReport } from "./kernel-figure.js";
import { measureLimits } from "./limits.js";
import { renderFigures } from "./render.js";
import { benchInWorker } from "./worker-case.js";

export interface KernelBenchOptions {
  /** Print JSON instead of a table. */
  readonly json: boolean;
  /** Seconds per measurement; there are about 80. */
  readonly seconds: number;
}

const dims = [48, 64, 96, 128, 384, 768];
const allBits: readonly CodeBits[] = [1, 2, 4, 8];
const largeBytes = 384 * 1024 * 1024;

/** Measures and prints everything. */
export async function runKernelBench(options: KernelBenchOptions): Promise<void> {
  const report = await measureKernels(options.seconds);
  console.log(options.json ? JSON.stringify(report) : renderFigures(report));
}

export async function measureKernels(seconds: number): Promise<KernelReport> {
  const addon = addonOrUndefined();
  const limits = measureLimits(addon, Math.min(seconds, 0.2));
  const large = fillNoise(new Uint8Array(new SharedArrayBuffer(largeBytes)));
  const figures: KernelFigure[] = [];
  const usable = kernelChoices.filter(isUsable);
  for (const isa of usable) {
    const { kernels } = loadKernels(isa);
    const context = { kernels, isa, limits, seconds, large };
    const isFast = isa !== "scalar" && isa !== "wasm" && isa !== "reference";
    figures.push(...(isFast ? fullFigures(context) : briefFigures(context)));
  }
  const fastest = usable[0];
  if (fastest !== undefined) {
    figures.push(await benchInWorker({ isa: fastest, limits, seconds: 10 * seconds }));
  }
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    compiler: addon?.compiler ?? "none",
    node: process.version,
    figures,
  };
}

function fullFigures(context: BenchContext): KernelFigure[] {
  const canonical = { queryRows: 32, passageRows: 128 };
  const figures: KernelFigure[] = [];
  for (const dim of dims) {
    for (const bits of allBits) {
      figures.push(benchMaxSim(context, { dim, bits, access: "hot", ...canonical }));
    }
  }
  // A short query against a passage that does not fill a whole number of strips.
  const everyday = { queryRows: 20, passageRows: 120 };
  figures.push(benchMaxSim(context, { dim: 384, bits: 2, access: "hot", ...everyday }));
  for (const [dim, bits] of [
    [384, 2],
    [384, 4],
    [128, 8],
  ] as const) {
    for (const access of ["dram-sequential", "dram-random"] as const) {
      figures.push(benchMaxSim(context, { dim, bits, access, ...canonical }));
    }
  }
  for (const [dim, bits] of [
    [384, 1],
    [384, 2],
    [384, 4],
    [128, 2],
    [128, 8],
    [768, 2],
  ] as const) {
    figures.push(benchScan(context, { dim, bits, access: "hot" }));
    figures.push(benchScan(context, { dim, bits, access: "dram-sequential" }));
  }
  for (const [dim, bits] of [
    [48, 2],
    [128, 8],
    [384, 2],
    [768, 4],
  ] as const) {
    figures.push(benchRotate(context, { dim, bits }));
  }
  for (const dim of [128, 384]) figures.push(benchMaxSimFloat(context, dim));
  return figures;
}

/** The fallbacks, with enough cases to compare them. */
function briefFigures(context: BenchContext): KernelFigure[] {
  const canonical = { queryRows: 32, passageRows: 128, access: "hot" } as const;
  return [
    benchMaxSim(context, { dim: 384, bits: 2, ...canonical }),
    benchMaxSim(context, { dim: 128, bits: 8, ...canonical }),
    benchScan(context, { dim: 384, bits: 2, access: "hot" }),
    benchRotate(context, { dim: 384, bits: 2 }),
  ];
}

function addonOrUndefined(): Addon | undefined {
  try {
    return openAddon();
  } catch {
    return undefined;
  }
}

function isUsable(choice: KernelChoice): boolean {
  try {
    loadKernels(choice);
    return true;
  } catch {
    return false;
  }
}
