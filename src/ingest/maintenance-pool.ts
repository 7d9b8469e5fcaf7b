// One thread for maintenance, through piscina.

import { Piscina } from "piscina";

import { SluiceError } from "../core/errors.js";
import type { ErrorReason } from "../core/errors.js";
import { createInFlight } from "../core/in-flight.js";
import { limits } from "../core/limits.js";
import type { TaskWatch } from "../core/task-watch.js";
import { workerStats } from "../core/worker-stats.js";
import type { WorkerStats } from "../core/worker-stats.js";
import type { BuildJob, BuildResult } from "../index/segment-build.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type { MapTurn } from "../store/map-turn.js";

export interface MaintenanceWorkerData {
  readonly mapTurn: MapTurn;
}

export type MaintenanceTask = BuildJob | { readonly kind: "release"; readonly folder: string };

export type MaintenanceAnswer =
  | { readonly kind: "result"; readonly result: BuildResult }
  | { readonly kind: "released" }
  | { readonly kind: "failed"; readonly reason: ErrorReason; readonly message: string };

export interface MaintenancePool extends SegmentBuilder {
  stats(): WorkerStats;
  /** Resolves when no task is running. */
  drained(): Promise<void>;
  /** Ends the thread after its tasks are done. No task may be posted afterwards. */
  close(): Promise<void>;
}

export function createMaintenancePool(
  workerUrl: URL,
  { watch, ...workerData }: MaintenanceWorkerData & { readonly watch: TaskWatch },
): MaintenancePool {
  const pool = new Piscina({
    filename: workerUrl.href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: "disabled",
    workerData,
  });
  const inFlight = createInFlight();
  const run = async (task: MaintenanceTask): Promise<MaintenanceAnswer> => {
    const limitMs = limits.threadWorkMsMax;
    const answering = pool.run(task) as Promise<MaintenanceAnswer>;
    const running = watch.answered(answering, { pool: "maintenance", limitMs });
    const answer = await inFlight.track(running);
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
    stats: () => workerStats(pool),
    drained: () => inFlight.settled(),
    close: () => pool.destroy(),
  };
}
