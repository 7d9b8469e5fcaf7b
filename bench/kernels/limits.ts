// The machine's limits for kernels, measured by the addon's bare loops in the same run.

import { limitKinds, type Addon } from "../../src/kernels/native.js";
import { bestTime } from "./kernel-figure.js";

/** Operations per second that an instruction set permits, and the name of the loop. */
export interface Rate {
  readonly name: string;
  readonly perSecond: number;
}

export interface Limits {
  /** Integer multiply-accumulates. */
  mac(isa: string): Rate | undefined;
  /** Float instructions' lanes: fused multiply-adds. */
  fma(isa: string): Rate | undefined;
  /** Bytes per second of reading pieces of `length` bytes at 64 * starts. */
  read(bytes: Uint8Array, starts: Uint32Array, length: number): number;
}

const macKinds: Readonly<Record<string, keyof typeof limitKinds>> = {
  avx512: "dot512",
  avx2: "maddubs256",
  neon: "dotNeon",
  scalar: "scalar",
  wasm: "maddwd128",
  reference: "scalar",
};
const fmaKinds: Readonly<Record<string, keyof typeof limitKinds>> = {
  avx512: "fma512",
  avx2: "fma256",
  neon: "fmaNeon",
};

/** Without `addon` nothing can be measured, and shares are null. */
export function measureLimits(addon: Addon | undefined, seconds: number): Limits {
  const rates = new Map<string, Rate>();
  const rate = (kind: keyof typeof limitKinds | undefined): Rate | undefined => {
    if (addon === undefined || kind === undefined) return undefined;
    const known = rates.get(kind);
    if (known !== undefined) return known;
    const perSecond = addon.measureRate(limitKinds[kind], seconds);
    if (Number.isNaN(perSecond)) return undefined;
    rates.set(kind, { name: kind, perSecond });
    return rates.get(kind);
  };
  return {
    mac: (isa) => rate(macKinds[isa]),
    fma: (isa) => rate(fmaKinds[isa]),
    read: (bytes, starts, length) => {
      if (addon === undefined) return NaN;
      let shortest = Infinity;
      bestTime(() => {
        shortest = Math.min(shortest, addon.readBytes(bytes, starts, length));
      }, seconds);
      return (starts.length * length) / shortest;
    },
  };
}

/** Share of the lower of a compute limit and a read limit, both in items per second. */
export function shareOf(
  itemsPerSecond: number,
  limits: { compute: { name: string; perSecond: number } | undefined; readPerSecond?: number },
): { shareOfLimit: number | null; limit: string } {
  const { compute, readPerSecond } = limits;
  if (compute === undefined) return { shareOfLimit: null, limit: "none" };
  const isReadLower = readPerSecond !== undefined && readPerSecond < compute.perSecond;
  const lower = isReadLower ? readPerSecond : compute.perSecond;
  return { shareOfLimit: itemsPerSecond / lower, limit: isReadLower ? "read" : compute.name };
}
