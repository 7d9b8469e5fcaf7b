// The client's calls about operations: long jobs that go on without their caller.

import { operationFields } from "../contract/operations.js";
import type { ShownOperation } from "../contract/operations.js";
import { present } from "../core/assert.js";
import type { Operation__Output } from "../gen/proto/sluice/v1/Operation.js";
import type { OperationServiceStartRequest } from "../gen/proto/sluice/v1/OperationServiceStartRequest.js";
import { definitions } from "../wire/definitions.js";
import { fromMessage } from "../wire/field-messages.js";
import { calibrationToMessage } from "./calibrate.js";
import type { ClientCalibration } from "./calibrate.js";
import type { CallOptions, Channel } from "./channel.js";
import { readStream } from "./stream.js";

/** The state of a job; `result` as its kind has it. */
export type ClientOperation = ShownOperation;

/** A job to start, with the options of the call that runs it with its caller. */
export type ClientJob =
  | {
      readonly kind: "optimize";
      readonly collection: string;
      readonly full?: boolean | undefined;
      readonly reanalyze?: boolean | undefined;
    }
  | (ClientCalibration & {
      readonly kind: "calibrate";
      readonly collection: string;
    })
  | {
      readonly kind: "snapshot";
      readonly collection: string;
      /** Name of the copy. Defaults to one that the server chooses. */
      readonly name?: string | undefined;
      readonly backup?: boolean | undefined;
    }
  | {
      readonly kind: "restore";
      readonly snapshot: string;
      /** Name of the collection. Defaults to the name that it had. */
      readonly name?: string | undefined;
      readonly backup?: boolean | undefined;
    };

/** All methods throw SluiceClientError. */
export interface OperationCalls {
  /**
   * Starts a job that goes on when this client is gone. With an `idempotencyKey` the call is retried,
   * and a repeated one returns the operation of the first.
   */
  start(
    job: ClientJob,
    options?: CallOptions & { readonly idempotencyKey?: string | undefined },
  ): Promise<ClientOperation>;
  /** Running operations and the last ones that ended, the newest first. */
  list(options?: CallOptions): Promise<ClientOperation[]>;
  get(id: string, options?: CallOptions): Promise<ClientOperation>;
  /** The present state, then each change until it has ended. Leaving the loop does not cancel it. */
  watch(id: string, options?: CallOptions): AsyncGenerator<ClientOperation, void, void>;
  /** Asks a running operation to end. The state returned may still be "running". */
  cancel(id: string, options?: CallOptions): Promise<ClientOperation>;
}

export function operationCalls(channel: Channel): OperationCalls {
  const service = definitions().operations;
  return {
    async start(job, { idempotencyKey = "", ...options } = {}) {
      const request = { idempotency_key: idempotencyKey, ...jobToMessage(job) };
      const isIdempotent = idempotencyKey !== "";
      const response = await channel.unary(service.Start, request, { ...options, isIdempotent });
      return operationFromMessage(response.operation);
    },
    async list(options = {}) {
      const call = { ...options, isIdempotent: true };
      return (await channel.unary(service.List, {}, call)).operations.map(operationFromMessage);
    },
    async get(id, options = {}) {
      const call = { ...options, isIdempotent: true };
      return operationFromMessage((await channel.unary(service.Get, { id }, call)).operation);
    },
    async *watch(id, options = {}) {
      for await (const { operation } of readStream(channel, service.Watch, { id }, options))
        yield operationFromMessage(operation);
    },
    async cancel(id, options = {}) {
      const call = { ...options, isIdempotent: true };
      return operationFromMessage((await channel.unary(service.Cancel, { id }, call)).operation);
    },
  };
}

function jobToMessage(job: ClientJob): OperationServiceStartRequest {
  switch (job.kind) {
    case "optimize": {
      const { collection, full = false, reanalyze = false } = job;
      return { optimize: { name: collection, full, reanalyze } };
    }
    case "calibrate":
      return { calibrate: calibrationToMessage(job.collection, job) };
    case "snapshot": {
      const { collection, name = "", backup = false } = job;
      return { snapshot: { name: collection, snapshot_name: name, backup } };
    }
    case "restore": {
      const { snapshot, name = "", backup = false } = job;
      return { restore: { snapshot_name: snapshot, name, backup } };
    }
  }
}

function operationFromMessage(message: Operation__Output | null): ClientOperation {
  const operation = present(message, "the server sends the operation");
  return fromMessage<ClientOperation>(operationFields, operation) as ClientOperation;
}
