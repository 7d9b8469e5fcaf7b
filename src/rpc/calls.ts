// What every RPC shares: raw bytes checked before decoding, errors as statuses, cancellation as a
// signal, one record a call.

import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { MethodDefinition, PackageDefinition } from "@grpc/proto-loader";
import { SluiceError } from "../core/errors.js";
import type { EngineApi } from "../engine/api.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";
import { createWireCheck } from "./wire-check.js";
import type { WireFault } from "./wire-check.js";

/** One finished call, for metrics. */
export interface CallRecord {
  /** Such as `/sluice.v1.SearchService/Search`. */
  readonly path: string;
  /** Name of the status code, such as `OK`. */
  readonly status: string;
  readonly durationMs: number;
}

/** What the services are made of. */
export interface RpcContext {
  readonly engine: EngineApi;
  readonly logger: RpcLogger;
  /** Milliseconds since 1970: gRPC deadlines are points of wall-clock time. */
  readonly nowMs: () => number;
  readonly onCallEnd: (record: CallRecord) => void;
  /** A reader that takes nothing for that long loses its stream. */
  readonly stalledStreamMs: number;
  /** Documents of one ingest stream that are at work at the same time. */
  readonly ingestInFlightMax: number;
}

const clientMetadata = "x-sluice-client";

const faultsOfMessages = new WeakMap<object, readonly WireFault[]>();

/** What was wrong with the raw bytes of a decoded request; empty for most. */
export function wireFaults(message: object): readonly WireFault[] {
  return faultsOfMessages.get(message) ?? [];
}

/** Throws for the first fault in the raw bytes of a request. */
export function refuseWireFaults(message: object): void {
  const fault = wireFaults(message)[0];
  if (fault !== undefined) throw faultError(fault);
}

export function faultError(fault: WireFault): SluiceError {
  const { path, kind } = fault;
  const place = path === "" ? "the request" : path;
  const message = `${place}: ${fault.message}`;
  if (kind !== "invalid_utf8") return new SluiceError("INVALID_FIELD", message, { field: place });
  const isKey = /(^|\.)keys?(\[\d+\])?$/.test(path);
  return new SluiceError(isKey ? "INVALID_KEY" : "INVALID_TEXT", message, { field: place });
}

/**
 * A method whose requests are checked before they are decoded. Decoding never throws, since grpc-js
 * would answer INTERNAL: a broken request becomes an empty message with its fault beside it.
 */
export function checkedMethod(
  packages: PackageDefinition,
  method: MethodDefinition<object, object>,
): MethodDefinition<object, object> {
  const { name } = method.requestType.type as { readonly name: string };
  const check = createWireCheck(packages, `sluice.v1.${name}`);
  const empty = Buffer.alloc(0);
  const requestDeserialize = (bytes: Buffer): object => {
    const faults = check(bytes);
    if (faults[0]?.kind !== "broken") {
      try {
        const message = method.requestDeserialize(bytes);
        if (faults.length > 0) faultsOfMessages.set(message, faults);
        return message;
      } catch {
        faults.unshift({ path: "", kind: "broken", message: "it cannot be decoded" });
      }
    }
    const message = method.requestDeserialize(empty);
    faultsOfMessages.set(message, faults);
    return message;
  };
  return { ...method, requestDeserialize };
}

/** A unary RPC from a function that returns the response or throws. */
export function unary<Request extends object, Response>(
  context: RpcContext,
  handle: (
    request: Request,
    call: ServerUnaryCall<Request, Response>,
  ) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const end = startRecord(context, call.getPath());
    const run = async (): Promise<void> => {
      try {
        refuseWireFaults(call.request);
        const response = await handle(call.request, call);
        callback(null, response);
        end("OK");
      } catch (error) {
        const failure = toStatus(error, context.logger, { path: call.getPath() });
        callback(failure);
        end(status[failure.code]);
      }
    };
    run().catch(toLog(context));
  };
}

/** For failures of the edge itself, such as a response that cannot be encoded. */
function toLog(context: RpcContext): (error: unknown) => void {
  return (error) => context.logger.error({ err: error }, "a call could not be answered");
}

/** What a streaming handler gets beside the call. */
export interface StreamTools {
  /** Aborted when the client cancels, vanishes or its deadline passes. */
  readonly signal: AbortSignal;
  /** Milliseconds to the caller's deadline; undefined: none was set. */
  readonly deadlineMs: number | undefined;
  /** Who calls, as far as turns are concerned: metadata x-sluice-client, else the peer's address. */
  readonly client: string;
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

/** A bidirectional RPC; as `serverStream`, but its requests are the handler's to check. */
export function duplexStream<Request, Response>(
  context: RpcContext,
  handle: (call: ServerDuplexStream<Request, Response>, tools: StreamTools) => Promise<void>,
): UntypedHandleCall {
  return (call: ServerDuplexStream<Request, Response>) => {
    runStream(context, call, (tools) => handle(call, tools)).catch(toLog(context));
  };
}

/** What the two kinds of streaming calls share. */
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
  const path = call.getPath();
  const end = startRecord(context, path);
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  try {
    await work({
      signal: controller.signal,
      deadlineMs: remainingMs(call, context.nowMs()),
      client: clientOf(call),
    });
    if (call.cancelled) {
      end("CANCELLED");
      return;
    }
    call.end();
    end("OK");
  } catch (error) {
    // Nobody is there any more to be told, and what failed is most likely the cancelled work.
    if (call.cancelled) {
      end("CANCELLED");
      return;
    }
    const failure = toStatus(error, context.logger, { path });
    call.emit("error", failure);
    end(status[failure.code]);
  }
}

function remainingMs(call: StreamingCall, nowMs: number): number | undefined {
  const deadline = call.getDeadline();
  const atMs = deadline instanceof Date ? deadline.getTime() : deadline;
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : undefined;
}

/** Without the port: connections of one host are one client. */
function clientOf(call: StreamingCall): string {
  const [named] = call.metadata.get(clientMetadata);
  return named?.toString() ?? call.getPeer().replace(/:\d+$/, "");
}

function startRecord(context: RpcContext, path: string): (statusName: string) => void {
  const startMs = context.nowMs();
  return (statusName) => {
    context.onCallEnd({ path, status: statusName, durationMs: context.nowMs() - startMs });
  };
}
