// One measured figure of a kernel, and how a fair one is taken on a busy machine.

/** How a case touches memory. */
export type Access = "hot" | "dram-sequential" | "dram-random" | "worker-lmdb-random";

export interface KernelFigure {
  readonly kernel: "maxSimBatch" | "sketchScan" | "rotateQuantize" | "maxSimFloat";
  /** Bits a coordinate; 32 for float rows. */
  readonly bits: number;
  readonly dim: number;
  readonly isa: string;
  readonly access: Access;
  /** Passages (maxSim), sketches (sketchScan) or rows (rotateQuantize) a second, one core. */
  readonly docsPerSecond: number;
  /** Multiply-accumulates a second; for rotateQuantize its additions and multiplications. */
  readonly macsPerSecond: number;
  /** Bytes of codes or rows read a second. */
  readonly bytesPerSecond: number;
  /** docsPerSecond over what the lower limit allows; null when no limit can be measured. */
  readonly shareOfLimit: number | null;
  /** The limit that is lower, measured in the same run. */
  readonly limit: string;
  /** Query rows and rows a passage, where they matter. */
  readonly shape: string;
}

export interface KernelReport {
  readonly cpu: string;
  readonly compiler: string;
  readonly node: string;
  readonly figures: readonly KernelFigure[];
}

/** Shortest time of a call, in seconds, over at least `seconds` and three calls. */
export function bestTime(run: () => void, seconds: number): number {
  const end = performance.now() + seconds * 1000;
  let best = Infinity;
  for (let calls = 0; calls < 3 || performance.now() < end; calls += 1) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}

/** Fills `bytes` with noise; quality does not matter, only that nothing can be skipped. */
export function fillNoise(bytes: Uint8Array): Uint8Array {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return bytes;
}

/** A generator of indices below `end`, the same on every run. */
export function indices(end: number): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}
