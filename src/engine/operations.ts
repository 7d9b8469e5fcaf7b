// Long jobs that go on without their caller: they can be listed, watched and cancelled, during the
// job and for some time after it (https://google.aip.dev/151).

import type { Clock } from "../core/clock.js";
import { isSluiceError, SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { Operation, OperationJob, OperationResult } from "./api.js";

/** A step of a job; the last one has the result. */
export interface JobStep {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly result?: OperationResult | undefined;
}

export interface JobToRun {
  readonly job: OperationJob;
  /** The collection that is worked on, whose administrators may watch and cancel. */
  readonly collection: string;
  /** A caller's key: the operation of an earlier start with the same key is returned instead. */
  readonly idempotencyKey?: string | undefined;
  readonly run: (signal: AbortSignal) => AsyncGenerator<JobStep, void, void>;
}

export interface Operations {
  /** Throws LIMIT_EXCEEDED while too many run. */
  start(job: JobToRun): Operation;
  /** The newest first. */
  list(): readonly Operation[];
  /** Throws OPERATION_NOT_FOUND. */
  get(id: string): Operation;
  /** The present state, then each change; ends after the last. A slow reader misses some changes. */
  watch(id: string, signal: AbortSignal): AsyncGenerator<Operation, void, void>;
  /** Asks a running operation to end; has no effect on others. */
  cancel(id: string): void;
  /** Cancels all operations, and resolves when they have ended. */
  close(): Promise<void>;
}

export interface OperationsParts {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly createId: () => string;
}

interface Running {
  operation: Operation;
  readonly idempotencyKey: string | undefined;
  readonly controller: AbortController;
  readonly watchers: Set<() => void>;
  ended: Promise<void>;
}

export function createOperations(parts: OperationsParts): Operations {
  // In the order of their starts.
  const known = new Map<string, Running>();
  const find = (id: string): Running => {
    const found = known.get(id);
    if (found !== undefined) return found;
    throw new SluiceError("OPERATION_NOT_FOUND", `there is no operation "${id}"`, { field: "id" });
  };
  return {
    start(toRun) {
      const all = [...known.values()];
      const { idempotencyKey } = toRun;
      const before = all.find((one) => isRepeated(one, toRun));
      if (before !== undefined) return before.operation;
      if (all.filter(isRunning).length >= limits.operationsRunningMax)
        throw new SluiceError(
          "LIMIT_EXCEEDED",
          `${limits.operationsRunningMax} operations are running; wait for one to end`,
        );
      const operation = firstState(parts, toRun);
      const running: Running = {
        operation,
        idempotencyKey,
        controller: new AbortController(),
        watchers: new Set(),
        ended: Promise.resolve(),
      };
      known.set(operation.id, running);
      running.ended = runToEnd(parts, running, toRun).finally(() => forgetOldest(known));
      return running.operation;
    },
    list: () => Array.from(known.values(), ({ operation }) => operation).reverse(),
    get: (id) => find(id).operation,
    watch: (id, signal) => watch(find(id), signal),
    cancel: (id) => find(id).controller.abort(cancelled()),
    async close() {
      const all = [...known.values()];
      for (const { controller } of all) controller.abort(cancelled());
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

function isRunning({ operation }: Running): boolean {
  return operation.state === "running";
}

function isRepeated({ operation, idempotencyKey }: Running, next: JobToRun): boolean {
  return (
    idempotencyKey !== undefined &&
    idempotencyKey === next.idempotencyKey &&
    operation.kind === next.job.kind &&
    operation.collection === next.collection
  );
}

function firstState(parts: OperationsParts, { job, collection }: JobToRun): Operation {
  return {
    id: parts.createId(),
    kind: job.kind,
    state: "running",
    collection,
    progress: { step: "starting", done: 0, total: 0, elapsedMs: 0 },
    startTimeMs: parts.nowMs(),
  };
}

/** Never rejects: a failure is the operation's state. */
async function runToEnd(
  { clock, nowMs }: OperationsParts,
  running: Running,
  toRun: JobToRun,
): Promise<void> {
  const { signal } = running.controller;
  const startMs = clock();
  const change = (changes: Partial<Operation>): void => {
    running.operation = { ...running.operation, ...changes };
    for (const wake of [...running.watchers]) wake();
  };
  const end = (changes: Partial<Operation>): void => {
    const progress = { ...running.operation.progress, elapsedMs: clock() - startMs };
    change({ ...changes, progress, endTimeMs: nowMs() });
  };
  const steps = toRun.run(signal);
  let result: OperationResult | undefined;
  try {
    for (;;) {
      // Jobs without a signal of their own clean up at their next step.
      const next = signal.aborted ? await steps.throw(cancelled()) : await steps.next();
      if (next.done === true) break;
      const { step, done, total } = next.value;
      result = next.value.result ?? result;
      change({ progress: { step, done, total, elapsedMs: clock() - startMs } });
    }
    end({ state: "succeeded", result });
  } catch (error) {
    end(signal.aborted ? { state: "cancelled" } : { state: "failed", error: toFailure(error) });
  }
}

function toFailure(error: unknown): SluiceError {
  if (isSluiceError(error)) return error;
  return new SluiceError("INTERNAL", "unexpected failure; see the server's log", { cause: error });
}

async function* watch(
  running: Running,
  signal: AbortSignal,
): AsyncGenerator<Operation, void, void> {
  let shown: Operation | undefined;
  while (!signal.aborted) {
    if (running.operation !== shown) {
      shown = running.operation;
      yield shown;
      if (shown.state !== "running") return;
      continue;
    }
    await changed(running, signal);
  }
}

/** Resolves at the next change, or when `signal` aborts. */
function changed({ watchers }: Running, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      watchers.delete(wake);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    watchers.add(wake);
    signal.addEventListener("abort", wake, { once: true });
  });
}

function forgetOldest(known: Map<string, Running>): void {
  const ended = [...known].filter(([, running]) => !isRunning(running));
  const excess = ended.slice(0, Math.max(0, ended.length - limits.operationsKeptMax));
  for (const [id] of excess) known.delete(id);
}

function cancelled(): SluiceError {
  return new SluiceError("CANCELLED", "the operation was cancelled");
}
