// One thread for maintenance, through piscina.

import { Piscina } from "piscina";

import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import type { BuildJob, BuildResult } from "../index/segment-build.js";
import type { SegmentBuilder } from "../ingest/segment-builder.js";
import type { MaintenanceWorkerData } from "./maintenance.worker.js";

export type MaintenanceTask = BuildJob | { readonly kind: "release"; readonly folder: string };

export type MaintenanceAnswer =
  | { readonly kind: "result"; readonly result: BuildResult }
  | { readonly kind: "released" }
  | { readonly kind: "failed"; readonly reason: ErrorReason; readonly message: string };

export interface MaintenancePool extends SegmentBuilder {
  /** The writers that use it are closed. */
  close(): Promise<void>;
}

export function createMaintenancePool(
  workerUrl: URL,
  workerData: MaintenanceWorkerData,
): MaintenancePool {
  const pool = new Piscina({
    filename: workerUrl.href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: "disabled",
    workerData,
  });
  const run = async (task: MaintenanceTask): Promise<MaintenanceAnswer> => {
    const answer = (await pool.run(task)) as MaintenanceAnswer;
    if (answer.kind === "failed") throw new SluiceError(answer.reason, answer.message);
    return answer;
  };
  return {
    async build(job) {
      const answer = await run(job);
      if (answer.kind !== "result") throw new Error(`a segment became ${answer.kind}`);
      return answer.result;
    },
    async release(folder) {
      await run({ kind: "release", folder });
    },
    close: () => pool.destroy(),
  };
}
