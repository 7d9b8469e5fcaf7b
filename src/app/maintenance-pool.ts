// One thread for maintenance, through piscina.

import { Piscina } from "piscina";

import type { BuildSegment } from "../ingest/flush.js";
import type { WrittenSegment } from "../index/segment-writer.js";

export interface MaintenancePool {
  readonly buildSegment: BuildSegment;
  /** The writers that use it are closed. */
  close(): Promise<void>;
}

export function createMaintenancePool(workerUrl: URL): MaintenancePool {
  const pool = new Piscina({
    filename: workerUrl.href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: "disabled",
  });
  return {
    buildSegment: (image) => pool.run(image) as Promise<WrittenSegment>,
    close: () => pool.destroy(),
  };
}
