// MaxSim as the server runs it: in a worker thread, through the addon, over views of an LMDB map, at
// random passages, in batches of 200.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { open } from "lmdb";
import type { KernelChoice } from "../../src/kernels/load-kernels.js";
import { fillNoise, type KernelFigure } from "./kernel-figure.js";
import { shareOf, type Limits } from "./limits.js";

/** Input of the worker. */
export interface WorkerCase {
  readonly path: string;
  readonly isa: KernelChoice;
  readonly seconds: number;
  readonly dim: number;
  readonly bits: 2;
  readonly queryRows: number;
  readonly passageRows: number;
  readonly segmentCount: number;
}

/** Bytes of a segment's codes; above 16 MiB lmdb returns a view of the map. */
export const segmentBytes = 48 * 1024 * 1024;

/** `shareOfLimit` refers to the compute limit, as in the hot case that it is compared with. */
export async function benchInWorker(given: {
  isa: KernelChoice;
  limits: Limits;
  seconds: number;
}): Promise<KernelFigure> {
  const { isa, limits, seconds } = given;
  const shape = { dim: 384, bits: 2, queryRows: 32, passageRows: 128, segmentCount: 8 } as const;
  const path = mkdtempSync(join(tmpdir(), "sluice-kernels-"));
  try {
    await writeSegments(path, shape.segmentCount);
    const docsPerSecond = await runWorker({ path, isa, seconds, ...shape });
    const macs = shape.queryRows * shape.passageRows * shape.dim;
    const rate = limits.mac(isa);
    const compute = rate && { name: rate.name, perSecond: rate.perSecond / macs };
    return {
      kernel: "maxSimBatch",
      bits: shape.bits,
      dim: shape.dim,
      isa,
      access: "worker-lmdb-random",
      docsPerSecond,
      macsPerSecond: docsPerSecond * macs,
      bytesPerSecond: docsPerSecond * shape.passageRows * ((shape.dim * shape.bits) >>> 3),
      ...shareOf(docsPerSecond, { compute }),
      shape: `${shape.queryRows} x ${shape.passageRows}`,
    };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function writeSegments(path: string, segmentCount: number): Promise<void> {
  const database = open({ path, encoding: "binary", overlappingSync: false });
  const bytes = Buffer.from(fillNoise(new Uint8Array(segmentBytes)).buffer);
  for (let i = 0; i < segmentCount; i += 1) await database.put(i, bytes);
  await database.close();
}

async function runWorker(given: WorkerCase): Promise<number> {
  const worker = new Worker(new URL("./kernel-bench.worker.js", import.meta.url), {
    workerData: given,
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
