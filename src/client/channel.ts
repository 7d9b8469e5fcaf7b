// One connection: calls with deadline, cancellation, and retries where a retry cannot do harm.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ChannelCredentials,
  ClientDuplexStream,
  ClientOptions as GrpcClientOptions,
  ClientReadableStream,
} from "@grpc/grpc-js";
import { Client, credentials, Metadata } from "../wire/grpc.bundle.js";
import { createCallWatch } from "./call-watch.js";
import type { CallWatch } from "./call-watch.js";
import { isLoopbackHost } from "../core/loopback.js";
import { SluiceClientError, toClientError } from "./client-error.js";

export interface ChannelOptions {
  /** `host:port`, or any gRPC target. */
  readonly address: string;
  /**
   * Milliseconds since 1970: gRPC deadlines are points of wall-clock time. Defaults to the clock of
   * this machine.
   */
  readonly nowMs?: (() => number) | undefined;
  /** Uniform in [0, 1): spreads retries. Defaults to random numbers. */
  readonly random?: (() => number) | undefined;
  /** PEM files. Absent when the connection is plain text. */
  readonly tls?: ClientTlsFiles | undefined;
  /** Key or token that every call presents. Absent when the server requires none. */
  readonly apiKey?: string | undefined;
  /**
   * Allows sending the key unencrypted to other machines. Defaults to false, which throws
   * INVALID_CONFIG for such an address.
   */
  readonly allowPlaintextKey?: boolean | undefined;
  /** Timeout of single calls that set none. Defaults to 30,000 ms; streams have none. */
  readonly deadlineMs?: number | undefined;
  /** Interval of keepalive pings while calls are active. Defaults to 60,000 ms. */
  readonly keepaliveMs?: number | undefined;
  /**
   * Time without a ping response after which the connection counts as lost. Defaults to 60,000 ms.
   * It must be longer than this process may be suspended: on resuming, grpc-js runs the expired
   * timer before it reads a response that has already arrived.
   */
  readonly keepaliveTimeoutMs?: number | undefined;
  /** Maximum number of attempts per call. Defaults to 4. */
  readonly attemptCountMax?: number | undefined;
  /**
   * Called once for each warning of the server, such as of request fields that an older server
   * ignores. Defaults to `process.emitWarning`.
   */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** PEM files of an encrypted connection. */
export interface ClientTlsFiles {
  /** Authority of the server's certificate. Defaults to those that the system trusts. */
  readonly authorityFile?: string | undefined;
  /** For servers that require a client certificate. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Name in the server's certificate when it differs from the address. */
  readonly serverName?: string | undefined;
}

/** Options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** From now. Defaults to the channel's timeout for single calls and to none for streams. */
  readonly deadlineMs?: number | undefined;
}

/** The client half of a proto-loader MethodDefinition. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface Channel {
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions & { readonly isIdempotent: boolean },
  ): Promise<Response>;
  /**
   * The caller must start to read at once, since grpc-js buffers messages without a limit until the
   * first read.
   */
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): ClientReadableStream<Response>;
  duplexStream<Request, Response>(
    method: Method<Request, Response>,
    options: CallOptions,
  ): ClientDuplexStream<Request, Response>;
  /**
   * Runs `attempt` until it succeeds, its error is not retryable, `mayRetry` returns false, or the
   * attempts, the retry budget or the deadline are used up. The deadline covers all attempts. When
   * `progress` has changed during an attempt, counting of attempts starts again.
   */
  withRetries<T>(
    options: CallOptions & { readonly mayRetry: () => boolean; readonly progress?: () => number },
    attempt: (remaining: CallOptions) => Promise<T>,
  ): Promise<T>;
  close(): void;
}

/**
 * Retry budget: size of a burst, and the share that a success restores. Bounds retries during an
 * outage.
 */
const retryTokensMax = 10;
const retryTokensPerSuccess = 0.1;
const backoffBaseMs = 50;
const backoffMaxMs = 2_000;

export function openChannel(options: ChannelOptions): Channel {
  const metadataOf = presentKey(options);
  const client = new Client(options.address, credentialsOf(options.tls), grpcOptions(options));
  const withRetries = createRetries(options);
  const watch = createCallWatch(options.onWarning);
  const { nowMs = Date.now } = options;
  const deadlineAt = (deadlineMs: number | undefined): { deadline?: number } =>
    deadlineMs === undefined ? {} : { deadline: nowMs() + deadlineMs };
  return {
    withRetries,
    unary: (method, request, { isIdempotent, signal, deadlineMs = options.deadlineMs ?? 30_000 }) =>
      withRetries({ signal, deadlineMs, mayRetry: () => isIdempotent }, (left) =>
        callOnce(client, method, request, {
          ...deadlineAt(left.deadlineMs),
          metadata: metadataOf(),
          signal,
          watch,
        }),
      ),
    serverStream: (method, request, { signal, deadlineMs }) => {
      refuseAborted(signal);
      const call = client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadataOf(),
        deadlineAt(deadlineMs),
      );
      watch(call, signal);
      return call;
    },
    duplexStream: (method, { signal, deadlineMs }) => {
      refuseAborted(signal);
      const call = client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        metadataOf(),
        deadlineAt(deadlineMs),
      );
      watch(call, signal);
      return call;
    },
    close: () => client.close(),
  };
}

/** Retries of all calls of a channel, which share one budget of tokens. */
function createRetries(options: ChannelOptions): Channel["withRetries"] {
  const { attemptCountMax = 4, nowMs = Date.now, random = Math.random } = options;
  let retryTokens = retryTokensMax;
  return async (call, attempt) => {
    const endMs = call.deadlineMs === undefined ? Infinity : nowMs() + call.deadlineMs;
    let attemptCount = 0;
    for (;;) {
      attemptCount += 1;
      const progressBefore = call.progress?.();
      const leftMs = endMs - nowMs();
      const deadlineMs = Number.isFinite(leftMs) ? Math.max(0, leftMs) : undefined;
      try {
        const result = await attempt({ signal: call.signal, deadlineMs });
        retryTokens = Math.min(retryTokensMax, retryTokens + retryTokensPerSuccess);
        return result;
      } catch (error) {
        if (!(error instanceof SluiceClientError)) throw error;
        if (call.progress?.() !== progressBefore) {
          attemptCount = 1;
          retryTokens = Math.min(retryTokensMax, retryTokens + 1);
        }
        // A server that is forced to stop cancels its streams; a cancellation by the client aborts
        // the signal.
        const isTransient = error.retryable || error.status === "CANCELLED";
        const mayRetry = isTransient && call.mayRetry() && call.signal?.aborted !== true;
        if (!mayRetry || attemptCount >= attemptCountMax || retryTokens < 1) throw error;
        const backoffMs = Math.min(backoffMaxMs, backoffBaseMs * 2 ** attemptCount);
        const waitMs = (error.retryDelayMs ?? 0) + random() * backoffMs;
        if (nowMs() + waitMs >= endMs) throw error;
        retryTokens -= 1;
        await sleep(waitMs);
      }
    }
  };
}

function callOnce<Request, Response>(
  client: Client,
  method: Method<Request, Response>,
  request: Request,
  options: {
    readonly signal: AbortSignal | undefined;
    readonly metadata: Metadata;
    readonly watch: CallWatch;
    readonly deadline?: number;
  },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    refuseAborted(options.signal);
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      options.metadata,
      options.deadline === undefined ? {} : { deadline: options.deadline },
      (error, response) => {
        if (error !== null) reject(toClientError(error));
        else if (response === undefined)
          reject(toClientError(new Error("the response is missing")));
        else resolve(response);
      },
    );
    options.watch(call, options.signal);
  });
}

/**
 * Headers of a call. The key is a header because the library sends call credentials over TLS only,
 * and local servers often have no TLS.
 */
function presentKey(options: ChannelOptions): () => Metadata {
  const { apiKey, address, tls, allowPlaintextKey = false } = options;
  if (apiKey === undefined) return () => new Metadata();
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw invalidConfig("the key holds more than one word of ASCII");
  if (tls === undefined && !allowPlaintextKey && !isLoopbackTarget(address))
    throw invalidConfig(`the key would go to ${address} unencrypted; connect with TLS`);
  return () => {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${apiKey}`);
    return metadata;
  };
}

/** `host:port`, `[::1]:port`, or a target of gRPC such as `dns:host:port` and `unix:path`. */
function isLoopbackTarget(target: string): boolean {
  if (target.startsWith("unix:")) return true;
  const address = target.replace(/^(dns|ipv4|ipv6):(\/\/[^/]*\/)?/, "");
  const host = /^\[(.*)\](:\d+)?$/.exec(address)?.[1] ?? address.replace(/:\d+$/, "");
  return isLoopbackHost(host);
}

function invalidConfig(message: string): SluiceClientError {
  return new SluiceClientError({
    message,
    reason: "INVALID_CONFIG",
    status: "INVALID_ARGUMENT",
    retryable: false,
  });
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new SluiceClientError({
    message: "cancelled before the call began",
    reason: "CANCELLED",
    status: "CANCELLED",
    retryable: false,
  });
}

function grpcOptions(options: ChannelOptions): GrpcClientOptions {
  const serverName = options.tls?.serverName;
  return {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.keepalive_time_ms": options.keepaliveMs ?? 60_000,
    "grpc.keepalive_timeout_ms": options.keepaliveTimeoutMs ?? 60_000,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // Uses a separate connection, so that cancellations of one client do not affect another.
    "grpc.use_local_subchannel_pool": 1,
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
  };
}

/** Throws INVALID_CONFIG for files that are unreadable or do not match. */
function credentialsOf(tls: ClientTlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const read = (file: string | undefined): Buffer | null =>
    file === undefined ? null : readFileSync(file);
  try {
    return credentials.createSsl(
      read(tls.authorityFile),
      read(tls.keyFile),
      read(tls.certificateFile),
    );
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new SluiceClientError({
      message: `the TLS files of this client cannot be used: ${fault}`,
      reason: "INVALID_CONFIG",
      status: "INVALID_ARGUMENT",
      retryable: false,
      cause: error,
    });
  }
}
