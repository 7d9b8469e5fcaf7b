// The gRPC server: services, health, reflection, credentials and graceful shutdown.

import { definitions } from "../wire/definitions.js";
import type { CallRecord } from "../core/call-record.js";
import type { Clock } from "../core/clock.js";
import { limits } from "../core/limits.js";
import type { BeginSpan } from "../core/trace-span.js";
import { createTraffic } from "../core/traffic.js";
import type { Traffic } from "../core/traffic.js";
import type { Access } from "../access/access.js";
import { Server, setLogger } from "../wire/grpc.bundle.js";
import { HealthImplementation } from "../wire/health.bundle.js";
import { createAdmissionInterceptor } from "./admission.js";
import type { RpcContext } from "./calls.js";
import { createCollectionService } from "./collection-service.js";
import { createDocumentService } from "./document-service.js";
import { within } from "../net/within.js";
import type { Tls } from "../net/tls.js";
import { openListener } from "./listener.js";
import type { RpcListener } from "./listener.js";
import { createOpenCalls, endForeignStreams } from "./open-calls.js";
import type { OpenCalls } from "./open-calls.js";
import { createOperationService } from "./operation-service.js";
import { addReflection } from "./reflection.js";
import { createSearchService } from "./search-service.js";
import { createBoundServices } from "./bound-services.js";
import type { BoundServices } from "./bound-services.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

export interface RpcServerOptions {
  /** Access to the engine by permissions of the caller. */
  readonly access: Access;
  readonly logger: RpcLogger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly clock: Clock;
  /** Such as `127.0.0.1` or `[::]`. */
  readonly host: string;
  /** 0 lets the system choose a port. */
  readonly port: number;
  /** Absent when the server speaks plain text. */
  readonly tls?: Tls | undefined;
  /** Called after each call of Sluice's own services. */
  readonly onCallEnd?: ((record: CallRecord) => void) | undefined;
  /** Absent while tracing is off. */
  readonly beginSpan?: BeginSpan | undefined;
  /** Largest message, bytes; default `limits.messageBytesMax`. */
  readonly messageBytesMax?: number | undefined;
  /** Connections at a time; default `limits.connectionsMax`. */
  readonly connectionsMax?: number | undefined;
  /** Calls at a time on one connection; default 128. */
  readonly concurrentStreamsMax?: number | undefined;
  /**
   * A stream whose reader makes no progress for this long is cancelled. Defaults to
   * `limits.stalledStreamMs`.
   */
  readonly stalledStreamMs?: number | undefined;
  /** A partial message must make progress within this time. Defaults to `limits.stalledRequestMs`. */
  readonly requestStallMs?: number | undefined;
  /** Shared with the other port. When absent, the server creates its own, of the default size. */
  readonly traffic?: Traffic | undefined;
  /** Documents in flight per ingest stream. Defaults to `limits.ingestInFlightMax`. */
  readonly ingestInFlightMax?: number | undefined;
}

export interface RpcServer {
  readonly port: number;
  /** Sets the health status, which is false until the first call. */
  setReady(isReady: boolean): void;
  /**
   * Refuses new calls, ends idle streams at once and running calls after `graceMs` or when `hurry`
   * aborts, each with a status. Idempotent.
   */
  stop(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

const serviceNames = [
  "sluice.v1.SearchService",
  "sluice.v1.DocumentService",
  "sluice.v1.CollectionService",
  "sluice.v1.OperationService",
] as const;

/**
 * Starts listening. Throws PORT_IN_USE when the port cannot be bound, INVALID_CONFIG when the host
 * is not an address of this machine.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  // By default the library writes to the console.
  const toLog = (...parts: unknown[]): void =>
    options.logger.warn({ source: "grpc-js" }, parts.map(String).join(" "));
  setLogger({ error: toLog, info: toLog, debug: toLog });
  const messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
  const stalledStreamMs = options.stalledStreamMs ?? limits.stalledStreamMs;
  const traffic = options.traffic ?? createTraffic({ messageBytesMax, clock: options.clock });
  const services = createBoundServices(definitions().packages, {
    traffic,
    messageBytesMax,
    requestStallMs: options.requestStallMs ?? limits.stalledRequestMs,
    // A stalled stream gets a status before it is closed.
    answerStallMs: 2 * stalledStreamMs,
    toStatus: (error) => toStatus(error, options.logger),
  });
  const openCalls = createOpenCalls();
  const context: RpcContext = {
    logger: options.logger,
    nowMs: options.nowMs,
    clock: options.clock,
    onCallEnd: options.onCallEnd ?? (() => undefined),
    beginSpan: options.beginSpan,
    openCalls,
    stalledStreamMs,
    ingestInFlightMax: options.ingestInFlightMax ?? limits.ingestInFlightMax,
    traffic,
  };
  const server = new Server({
    ...serverSettings(options),
    interceptors: [
      services.interceptor,
      createAdmissionInterceptor(options.access, context),
      endForeignStreams(openCalls, options.logger),
    ],
  });
  addServices(server, services, context);
  const setReady = addHealth(server);
  setReady(false);
  const listener = await openListener(server, {
    ...options,
    tls: options.tls,
    connectionsMax: options.connectionsMax ?? limits.connectionsMax,
  });
  let stopping: Promise<void> | undefined;
  return {
    port: listener.port,
    setReady,
    stop: (graceMs, hurry) => {
      setReady(false);
      stopping ??= stopServer({ server, listener, openCalls }, graceMs, hurry);
      return stopping;
    },
  };
}

/** Adds the services of health and reflection. Returns the setter of the health status. */
function addHealth(server: Server): RpcServer["setReady"] {
  const health = new HealthImplementation();
  health.addToServer(server);
  addReflection(server, [...serviceNames, "grpc.health.v1.Health"]);
  return (isReady) => {
    for (const name of ["", ...serviceNames])
      health.setStatus(name, isReady ? "SERVING" : "NOT_SERVING");
  };
}

function serverSettings(options: RpcServerOptions): Record<string, number> {
  const messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
  return {
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": options.concurrentStreamsMax ?? 128,
  };
}

function addServices(server: Server, services: BoundServices, context: RpcContext): void {
  const { search, documents, collections, operations } = definitions();
  services.add(server, search, createSearchService(context));
  services.add(server, documents, createDocumentService(context));
  services.add(server, collections, createCollectionService(context));
  services.add(server, operations, createOperationService(context));
}

/**
 * Time for the last responses to reach their callers, milliseconds. Without it, a connection whose
 * caller never half-closes an answered stream would stay open for ever.
 */
const lastAnswersMs = 2_000;

async function stopServer(
  { server, listener, openCalls }: StoppedParts,
  graceMs: number,
  hurry: AbortSignal | undefined,
): Promise<void> {
  listener.close();
  const answered = openCalls.beginStop();
  const finished = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  await within(answered, graceMs, hurry);
  openCalls.cutOff();
  await within(finished, lastAnswersMs);
  server.forceShutdown();
  listener.destroy();
}

interface StoppedParts {
  readonly server: Server;
  readonly listener: RpcListener;
  readonly openCalls: OpenCalls;
}
