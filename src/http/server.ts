// The HTTP port: listening, and the order in which it stops. Requests are answered by app.ts.

import { createServer } from "node:http";
import type { RequestListener, Server, ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Access } from "../access/access.js";
import type { AllowedHosts, AllowedOrigins } from "../config/http-lists.js";
import type { Clock } from "../core/clock.js";
import { limits } from "../core/limits.js";
import type { Traffic } from "../core/traffic.js";
import { createHandles } from "../mcp/handles.js";
import { capConnections } from "../net/connection-caps.js";
import { listen, peerProbeMs } from "../net/listen.js";
import type { Tls } from "../net/tls.js";
import { createApp } from "./app.js";
import { boundExchange } from "./exchange-bounds.js";
import type { HttpLogger } from "./errors.js";
import { createOpenAnswers } from "./open-answers.js";
import { openHttpCall } from "./open-call.js";
import type { CallReports } from "./open-call.js";
import { createOriginChecks } from "./origin-checks.js";
import { setSecurityHeaders } from "./security-headers.js";
import { createSessions } from "./sessions.js";

export interface HttpServerOptions {
  /** Access to the engine by permissions of the caller. */
  readonly access: Access;
  readonly logger: HttpLogger;
  /** Such as `127.0.0.1` or `::`. */
  readonly host: string;
  /** 0 lets the system choose a port. */
  readonly port: number;
  /** Absent when the server speaks plain text. */
  readonly tls?: Tls | undefined;
  /** Accepted host names and origins. Defaults to the server's own. */
  readonly allowedHosts?: AllowedHosts | undefined;
  readonly allowedOrigins?: AllowedOrigins | undefined;
  /** Of the program, for agents. */
  readonly version: string;
  /** For the expiry of agents' handles. */
  readonly clock: Clock;
  /** The text of /metrics. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Receives the record of each request. Absent when nothing records them. */
  readonly calls?: CallReports | undefined;
  /** Shared with the other port. */
  readonly traffic: Traffic;
  /**
   * A stream whose reader makes no progress for this long is cancelled. Defaults to
   * `limits.stalledStreamMs`.
   */
  readonly stalledStreamMs?: number | undefined;
  /** Documents in flight per ingest stream. Defaults to `limits.ingestInFlightMax`. */
  readonly ingestInFlightMax?: number | undefined;
  /** Maximum number of open connections. Defaults to `limits.connectionsMax`. */
  readonly connectionCountMax?: number | undefined;
}

export interface HttpServer {
  readonly port: number;
  /** As in open-answers.ts. Idempotent. */
  stop(graceMs: number, hurry?: AbortSignal): Promise<void>;
}

/**
 * Starts listening. Throws PORT_IN_USE when the port cannot be bound, INVALID_CONFIG when the host
 * is not an address of this machine.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { access, logger, tls, traffic, metrics, version, clock } = options;
  const hasTls = tls !== undefined;
  const { allowedHosts = new Set(), allowedOrigins = new Set() } = options;
  const checks = createOriginChecks({ host: options.host, hasTls, allowedHosts, allowedOrigins });
  const stalledStreamMs = options.stalledStreamMs ?? limits.stalledStreamMs;
  const stops = new Set<() => void>();
  const onStop = (end: () => void): (() => void) => {
    stops.add(end);
    return () => stops.delete(end);
  };
  const { ingestInFlightMax = limits.ingestInFlightMax } = options;
  const app = createApp({
    access,
    checks,
    createServer: (listener) => openServer(tls, listener),
    services: {
      metrics,
      mcp: { version, handles: createHandles(clock) },
      stalledStreamMs,
      ingestInFlightMax,
      sessions: createSessions(),
      isStopping: () => answers.isStopping,
      onStop,
    },
  });
  const { server } = app;
  const answers = createOpenAnswers(server, logger);
  capConnections(server, options.connectionCountMax ?? limits.connectionsMax);
  // Before the listener that answers.
  server.prependListener("request", (request, response) => {
    // A stalled stream gets an error before it is closed.
    boundExchange(traffic, { request, response }, 2 * stalledStreamMs);
    setSecurityHeaders(request, response, { hasTls });
    answers.add(response);
    openHttpCall(options, request, response);
  });
  await app.ready();
  const port = await listen(server, options);
  let stopping: Promise<void> | undefined;
  return {
    port,
    stop(graceMs, hurry) {
      stopping ??= answers.stop(graceMs, hurry);
      for (const end of stops) end();
      return stopping;
    },
  };
}

const serverSettings: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // How often Node checks the two timeouts around this line.
  connectionsCheckingInterval: 2_000,
  // Limits the time to receive the request, not to send the response. Streams of documents have
  // their own limit, since they may last; see document-stream.ts.
  requestTimeout: 0,
  keepAliveTimeout: 5_000,
  // origin-checks.ts validates the Host header.
  requireHostHeader: false,
  // TCP keepalive detects peers that vanish while a response is streamed.
  keepAlive: true,
  keepAliveInitialDelay: peerProbeMs,
};

function openServer(tls: Tls | undefined, listener: RequestListener): Server {
  if (tls === undefined) return createServer(serverSettings, listener);
  const { context } = tls.material();
  const settings = { ...serverSettings, ...tls.serverOptions, ...context };
  const server = createTlsServer(settings, listener);
  tls.onRenewed((renewed) => server.setSecureContext(renewed));
  return server;
}
