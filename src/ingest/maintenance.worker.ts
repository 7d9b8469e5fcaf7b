// THREAD ENTRY of maintenance: makes segments, away from the event loop and from searches.

import { workerData } from "piscina";

import { SluiceError } from "../core/errors.js";
import { runInBackground } from "../core/thread-priority.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type {
  MaintenanceAnswer,
  MaintenanceTask,
  MaintenanceWorkerData,
} from "./maintenance-pool.js";

// Writes wait for flushes that fall behind, so searches cannot delay maintenance for ever.
runInBackground();

let opened: Promise<SegmentBuilder> | undefined;

/** Its code is loaded with the first task, so that a start costs less. */
async function openBuilder(): Promise<SegmentBuilder> {
  const { createSegmentBuilder } = await import("./segment-builder.js");
  return createSegmentBuilder((workerData as MaintenanceWorkerData).mapTurn);
}

// The pool requires a default export.
export default async function maintain(task: MaintenanceTask): Promise<MaintenanceAnswer> {
  try {
    opened ??= openBuilder();
    const builder = await opened;
    if (task.kind !== "release") return { kind: "result", result: await builder.build(task) };
    await builder.release(task.folder);
    return { kind: "released" };
  } catch (error) {
    // Errors lose their class on the way to another thread.
    if (!(error instanceof SluiceError)) throw error;
    return { kind: "failed", reason: error.reason, message: error.message };
  }
}
