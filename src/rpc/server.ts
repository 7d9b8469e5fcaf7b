// The gRPC server: services, health, reflection, credentials, and a stop that lets work finish.

import { readFileSync } from "node:fs";
import { Server, ServerCredentials, setLogger } from "@grpc/grpc-js";
import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  PackageDefinition,
  ServiceDefinition as ProtoServiceDefinition,
} from "@grpc/proto-loader";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation, protoPath as healthProtoPath } from "grpc-health-check";
import { definitions } from "../wire/definitions.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { checkedMethod } from "./calls.js";
import type { CallRecord, RpcContext } from "./calls.js";
import { createCollectionService } from "./collection-service.js";
import { createDocumentService } from "./document-service.js";
import type { EngineApi } from "../engine/api.js";
import { createSearchService } from "./search-service.js";
import type { RpcLogger } from "./status.js";

export interface RpcServerOptions {
  readonly engine: EngineApi;
  readonly logger: RpcLogger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Such as `127.0.0.1` or `[::]`. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Files in PEM; undefined: plain text. */
  readonly tls?: TlsFiles | undefined;
  /** Called once a call of Sluice's own services has ended. */
  readonly onCallEnd?: ((record: CallRecord) => void) | undefined;
  /** Largest message, bytes; default `limits.messageBytesMax`. */
  readonly messageBytesMax?: number | undefined;
  /** Calls at a time on one connection; default 128. */
  readonly concurrentStreamsMax?: number | undefined;
  /** Pings on a connection without traffic, to find dead peers; default 15,000 ms. */
  readonly keepaliveMs?: number | undefined;
  /** A reader that takes nothing for that long loses its stream; default 30,000 ms. */
  readonly stalledStreamMs?: number | undefined;
  /** Documents of one ingest stream at work; default `limits.ingestInFlightMax`. */
  readonly ingestInFlightMax?: number | undefined;
}

export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** When given, only clients with a certificate of this authority may connect. */
  readonly clientAuthorityFile?: string | undefined;
}

export interface RpcServer {
  readonly port: number;
  /** What the health service says; false until the first call. */
  setReady(isReady: boolean): void;
  /** Refuses new calls, waits up to `graceMs` for running ones, then ends them. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

const serviceNames = [
  "sluice.v1.SearchService",
  "sluice.v1.DocumentService",
  "sluice.v1.CollectionService",
] as const;

/**
 * Listens. Throws PORT_IN_USE when the port cannot be had, INVALID_CONFIG for unusable TLS files.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  // The library writes to the console unless told otherwise.
  const toLog = (...parts: unknown[]): void =>
    options.logger.warn({ source: "grpc-js" }, parts.map(String).join(" "));
  setLogger({ error: toLog, info: toLog, debug: toLog });
  const server = new Server(serverSettings(options));
  const context: RpcContext = {
    engine: options.engine,
    logger: options.logger,
    nowMs: options.nowMs,
    onCallEnd: options.onCallEnd ?? (() => undefined),
    stalledStreamMs: options.stalledStreamMs ?? 30_000,
    ingestInFlightMax: options.ingestInFlightMax ?? limits.ingestInFlightMax,
  };
  addServices(server, context);
  const health = new HealthImplementation();
  const setReady = (isReady: boolean): void => {
    for (const name of ["", ...serviceNames]) {
      health.setStatus(name, isReady ? "SERVING" : "NOT_SERVING");
    }
  };
  setReady(false);
  health.addToServer(server);
  const { packages } = definitions();
  const described: PackageDefinition = { ...packages, ...loadSync(healthProtoPath) };
  new ReflectionService(described).addToServer(server);
  const port = await bind(server, options);
  let stopping: Promise<void> | undefined;
  return {
    port,
    setReady,
    stop: (graceMs) => {
      setReady(false);
      stopping ??= stopServer(server, graceMs);
      return stopping;
    },
  };
}

function serverSettings(options: RpcServerOptions): Record<string, number> {
  const messageBytesMax = options.messageBytesMax ?? limits.messageBytesMax;
  return {
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": options.concurrentStreamsMax ?? 128,
    "grpc.keepalive_time_ms": options.keepaliveMs ?? 15_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.keepalive_permit_without_calls": 1,
  };
}

function addServices(server: Server, context: RpcContext): void {
  const { packages, search, documents, collections } = definitions();
  const add = (definition: object, implementation: UntypedServiceImplementation): void => {
    const methods = Object.entries(definition as ProtoServiceDefinition);
    const checked = methods.map(([name, method]) => [name, checkedMethod(packages, method)]);
    server.addService(Object.fromEntries(checked) as ServiceDefinition, implementation);
  };
  add(search, createSearchService(context));
  add(documents, createDocumentService(context));
  add(collections, createCollectionService(context));
}

function bind(server: Server, options: RpcServerOptions): Promise<number> {
  const address = `${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(options.tls), (error, port) => {
      if (error === null) {
        resolve(port);
        return;
      }
      const message = `cannot listen on ${address}: ${error.message}`;
      reject(new SluiceError("PORT_IN_USE", message, { cause: error }));
    });
  });
}

function credentialsOf(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const authority = tls.clientAuthorityFile;
  try {
    return ServerCredentials.createSsl(
      authority === undefined ? null : readFileSync(authority),
      [{ cert_chain: readFileSync(tls.certificateFile), private_key: readFileSync(tls.keyFile) }],
      authority !== undefined,
    );
  } catch (error) {
    const fault = error instanceof Error ? error.message : "unknown";
    const message = `TLS files cannot be used: ${fault}`;
    throw new SluiceError("INVALID_CONFIG", message, { field: "tls", cause: error });
  }
}

function stopServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // tryShutdown waits for ever on a stream that never ends.
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
