// Shared by all RPCs: checks of raw bytes before decoding, errors as statuses, cancellation as an
// AbortSignal, one record per call.

import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from "@grpc/grpc-js";
import type { CallRecord } from "../core/call-record.js";
import type { Clock } from "../core/clock.js";
import type { SluiceError } from "../core/errors.js";
import type { BeginSpan, TraceSpan } from "../core/trace-span.js";
import type { Traffic } from "../core/traffic.js";
import type { ReaderRoom } from "../core/unread-answers.js";
import type { EngineApi } from "../engine/api.js";
import { status } from "../wire/grpc.bundle.js";
import { admissionOf } from "./admission.js";
import { refuseWireFaults } from "./decode-request.js";
import { stoppingError } from "../service/stopping.js";
import type { OpenCalls } from "./open-calls.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

/** Dependencies of the services. */
export interface RpcContext {
  readonly logger: RpcLogger;
  /** Milliseconds since 1970: gRPC deadlines are points of wall-clock time. */
  readonly nowMs: () => number;
  /** For durations, which a wall clock that is set would falsify. */
  readonly clock: Clock;
  readonly onCallEnd: (record: CallRecord) => void;
  /** Absent while tracing is off. */
  readonly beginSpan: BeginSpan | undefined;
  /** Open calls, which a shutdown ends. */
  readonly openCalls: OpenCalls;
  /** A stream whose reader makes no progress for this long is cancelled. */
  readonly stalledStreamMs: number;
  /** Maximum number of documents in flight per ingest stream. */
  readonly ingestInFlightMax: number;
  readonly traffic: Traffic;
}

/** A unary RPC from a function that returns the response or throws. */
export function unary<Request extends object, Response>(
  context: RpcContext,
  handle: (
    request: Request,
    engine: EngineApi,
    call: ServerUnaryCall<Request, Response>,
  ) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const { requestId } = admissionOf(call.metadata);
    const end = startRecord(context, call);
    const run = async (): Promise<void> => {
      const open = openCall(context);
      try {
        refuseWireFaults(call.request);
        const { engine } = admissionOf(call.metadata);
        const response = await open.untilCutOff(async () => handle(call.request, engine, call));
        callback(null, response);
        end("OK");
      } catch (error) {
        const failure = toStatus(error, context.logger, { path: call.getPath(), requestId });
        callback(failure);
        end(status[failure.code]);
      } finally {
        open.release();
      }
    };
    run().catch(toLog(context));
  };
}

/** Aborts when the caller of a unary RPC cancels. */
export function signalOf(call: { on(event: "cancelled", listener: () => void): unknown }) {
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  return controller.signal;
}

/** For failures of the RPC layer itself, such as a response that cannot be encoded. */
function toLog(context: RpcContext): (error: unknown) => void {
  return (error) => context.logger.error({ err: error }, "a call could not be answered");
}

/** Context of a streaming handler. */
export interface StreamTools {
  /** Aborted when the client cancels, vanishes or its deadline passes. */
  readonly signal: AbortSignal;
  /** Milliseconds to the caller's deadline. Absent when the call has none. */
  readonly deadlineMs: number | undefined;
  /**
   * Registers `end`, which is called when shutdown starts so that an idle stream can end itself.
   */
  readonly onStop: (end: () => void) => void;
  /** Client name from x-sluice-client. */
  readonly client: string;
  /** Identity of the caller for fair scheduling: its key, or its address without the port. */
  readonly peer: string;
  readonly reader: ReaderRoom;
  /** What the caller may use of the engine. */
  readonly engine: EngineApi;
  readonly requestId: string;
  readonly traceId?: string | undefined;
  /** Absent while tracing is off. */
  readonly span?: TraceSpan | undefined;
}

/** A server-streaming RPC; `handle` ends when the stream should end with OK, or throws. */
export function serverStream<Request extends object, Response>(
  context: RpcContext,
  handle: (call: ServerWritableStream<Request, Response>, tools: StreamTools) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const work = async (tools: StreamTools): Promise<void> => {
      refuseWireFaults(call.request);
      await handle(call, tools);
    };
    runStream(context, call, work).catch(toLog(context));
  };
}

/** A bidirectional RPC; as `serverStream`, but the handler validates the requests. */
export function duplexStream<Request, Response>(
  context: RpcContext,
  handle: (call: ServerDuplexStream<Request, Response>, tools: StreamTools) => Promise<void>,
): UntypedHandleCall {
  return (call: ServerDuplexStream<Request, Response>) => {
    runStream(context, call, (tools) => handle(call, tools)).catch(toLog(context));
  };
}

/** Shared by the two kinds of streaming calls. */
interface StreamingCall {
  readonly cancelled: boolean;
  getPath(): string;
  getDeadline(): Date | number;
  getPeer(): string;
  readonly metadata: Metadata;
  end(): void;
  emit(event: "error", failure: object): boolean;
  on(event: "cancelled", listener: () => void): unknown;
}

async function runStream(
  context: RpcContext,
  call: StreamingCall,
  work: (tools: StreamTools) => Promise<void>,
): Promise<void> {
  const end = startRecord(context, call);
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  let endWhenIdle = (): void => undefined;
  const open = openCall(context, { endWhenIdle: () => endWhenIdle(), controller });
  try {
    const tools: StreamTools = {
      signal: controller.signal,
      deadlineMs: remainingMs(call, context.nowMs()),
      ...admissionOf(call.metadata),
      reader: context.traffic.answers.room(call.getPeer()),
      onStop: (end) => (endWhenIdle = end),
    };
    await open.untilCutOff(() => work(tools));
    if (call.cancelled) {
      end("CANCELLED");
      return;
    }
    call.end();
    end("OK");
  } catch (error) {
    // The caller is gone, and the error most likely comes from the cancellation.
    if (call.cancelled) {
      end("CANCELLED");
      return;
    }
    const { requestId } = admissionOf(call.metadata);
    const failure = toStatus(error, context.logger, { path: call.getPath(), requestId });
    call.emit("error", failure);
    end(status[failure.code]);
  } finally {
    open.release();
  }
}

interface CountedCall {
  /**
   * Result of `work`. Throws NOT_READY when the server is stopping and when the grace period ends.
   */
  untilCutOff<T>(work: () => Promise<T>): Promise<T>;
  release(): void;
}

function openCall(
  { openCalls }: RpcContext,
  stream?: { readonly endWhenIdle: () => void; readonly controller: AbortController },
): CountedCall {
  const { isStopping } = openCalls;
  let reject: (error: SluiceError) => void = () => undefined;
  const promise = new Promise<never>((_, rejectIt) => (reject = rejectIt));
  promise.catch(() => undefined);
  const cutOff = (): void => {
    // The status is sent before the work is aborted, since aborted work most likely fails with
    // another error.
    reject(stoppingError());
    stream?.controller.abort();
  };
  const release = openCalls.add({ endWhenIdle: stream?.endWhenIdle, cutOff });
  return {
    untilCutOff(work) {
      if (isStopping) throw stoppingError();
      return Promise.race([work(), promise]);
    },
    release,
  };
}

function remainingMs(call: StreamingCall, nowMs: number): number | undefined {
  const deadline = call.getDeadline();
  const atMs = deadline instanceof Date ? deadline.getTime() : deadline;
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : undefined;
}

function startRecord(
  context: RpcContext,
  call: Pick<StreamingCall, "getPath" | "metadata">,
): (statusName: string) => void {
  const startMs = context.clock();
  return (statusName) => {
    const { requestId, traceId, peer, client } = admissionOf(call.metadata);
    context.onCallEnd({
      via: "grpc",
      path: call.getPath(),
      status: statusName,
      durationMs: context.clock() - startMs,
      requestId,
      traceId,
      peer,
      client,
    });
  };
}
