// The engine's calls about operations: which job each kind runs.

import { SluiceError } from "../core/errors.js";
import type { EngineApi, JobProgress, OperationJob, OperationResult } from "./api.js";
import type { Collections } from "./collections.js";
import type { JobStep, Operations } from "./operations.js";
import type { Snapshots } from "./snapshots.js";

type Jobs = Pick<
  EngineApi,
  "optimize" | "calibrate" | "snapshot" | "restore" | "backup" | "restoreBackup"
>;

export function createOperationCalls(
  parts: {
    readonly collections: Collections;
    readonly operations: Operations;
    readonly snapshots: Snapshots;
  },
  jobs: Jobs,
): Pick<
  EngineApi,
  "startOperation" | "listOperations" | "getOperation" | "watchOperation" | "cancelOperation"
> {
  const { collections, operations, snapshots } = parts;
  /** Throws when what the job works on is not there. */
  const collectionOf = (job: OperationJob): string => {
    if (job.kind !== "restore") {
      collections.figures(job.collection);
      return job.collection;
    }
    // Whether the storage has the backup is known once it was asked.
    if (job.isBackup) return job.name ?? job.snapshotName;
    const snapshot = snapshots.list().find(({ name }) => name === job.snapshotName);
    if (snapshot !== undefined) return job.name ?? snapshot.collection;
    throw new SluiceError("SNAPSHOT_NOT_FOUND", `there is no snapshot "${job.snapshotName}"`, {
      field: "snapshot_name",
    });
  };
  return {
    startOperation: (job, idempotencyKey) =>
      operations.start({
        job,
        collection: collectionOf(job),
        idempotencyKey,
        run: (signal) => stepsOf(jobs, job, signal),
      }),
    listOperations: () => operations.list(),
    getOperation: (id) => operations.get(id),
    watchOperation: (id, { signal }) => operations.watch(id, signal),
    cancelOperation: (id) => operations.cancel(id),
  };
}

function stepsOf(
  jobs: Jobs,
  job: OperationJob,
  signal: AbortSignal,
): AsyncGenerator<JobStep, void, void> {
  switch (job.kind) {
    case "optimize": {
      const steps = jobs.optimize(job.collection, { ...job, signal });
      return withResult(steps, (optimized) => ({ optimized }));
    }
    case "calibrate": {
      const steps = jobs.calibrate(job.collection, { ...job.options, signal });
      return withResult(steps, (recall) => ({ recall }));
    }
    case "snapshot": {
      const { collection, snapshotName: name } = job;
      const steps = job.isBackup
        ? jobs.backup(collection, name, { signal })
        : jobs.snapshot(collection, name);
      return withResult(steps, (snapshot) => ({ snapshot }));
    }
    case "restore": {
      const steps = job.isBackup
        ? jobs.restoreBackup(job.snapshotName, job.name, { signal })
        : jobs.restore(job.snapshotName, job.name);
      return withResult(steps, (restored) => ({ restored }));
    }
  }
}

/** An error thrown into it reaches the job. */
async function* withResult<Result>(
  steps: AsyncGenerator<JobProgress & { readonly result?: Result }, void, void>,
  toResult: (result: Result) => OperationResult,
): AsyncGenerator<JobStep, void, void> {
  let next = await steps.next();
  while (next.done !== true) {
    const { step, done, total, result } = next.value;
    try {
      yield { step, done, total, result: result && toResult(result) };
    } catch (error) {
      await steps.throw(error);
      throw error;
    }
    next = await steps.next();
  }
}
