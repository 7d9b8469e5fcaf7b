// One measurement of a kernel, and how to take it on a busy machine.

/** Memory access pattern of a case. */
export type Access = "hot" | "dram-sequential" | "dram-random" | "worker-lmdb-random";

export interface KernelFigure {
  readonly kernel: "maxSimBatch" | "sketchScan" | "rotateQuantize" | "maxSimFloat";
  /** Bits per dimension; 32 for float vectors. */
  readonly bits: number;
  readonly dim: number;
  readonly isa: string;
  readonly access: Access;
  /** Passages (maxSim), sketches (sketchScan) or vectors (rotateQuantize) per second and core. */
  readonly docsPerSecond: number;
  /** Multiply-accumulates per second; for rotateQuantize additions and multiplications. */
  readonly macsPerSecond: number;
  /** Bytes of codes or vectors read per second. */
  readonly bytesPerSecond: number;
  /** docsPerSecond relative to the lower limit; null when no limit can be measured. */
  readonly shareOfLimit: number | null;
  /** The lower limit, measured in the same run. */
  readonly limit: string;
  /** Query vectors and vectors per passage, where relevant. */
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

/** Fills `bytes` with noise; only required to prevent shortcuts. */
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
