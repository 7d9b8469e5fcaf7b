// The HTTP side port: liveness, readiness, metrics, search and feedback for browsers, rerank for
// other clients.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Access } from "../access/access.js";
import type { AllowedHosts, AllowedOrigins } from "../config/http-lists.js";
import { SluiceError } from "../core/errors.js";
import type { Readiness } from "../core/readiness.js";
import { limits } from "../core/limits.js";
import type { Traffic } from "../core/traffic.js";
import type { EngineApi } from "../engine/api.js";
import { capConnections } from "../net/connection-caps.js";
import { listen, peerProbeMs } from "../net/listen.js";
import type { Tls } from "../net/tls.js";
import { toHttpFailure } from "./errors.js";
import { boundExchange, boundsOf } from "./exchange-bounds.js";
import type { Turn } from "./exchange-bounds.js";
import type { HttpLogger } from "./errors.js";
import { handleExport } from "./export-handler.js";
import { handleFeedback } from "./feedback-handler.js";
import {
  answerPreflight,
  checkContentType,
  createOriginChecks,
  isPreflight,
} from "./origin-checks.js";
import type { OriginChecks } from "./origin-checks.js";
import { createOpenAnswers } from "./open-answers.js";
import { openHttpCall } from "./open-call.js";
import type { CallReports, HttpCall } from "./open-call.js";
import { handleRerank } from "./rerank-handler.js";
import { callerOf } from "./requests.js";
import { sendFailure, sendJson, sendText } from "./responses.js";
import { routes } from "./routes.js";
import type { Route } from "./routes.js";
import { setSecurityHeaders } from "./security-headers.js";
import { handleSearch } from "./search-handler.js";

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
  const server = openServer(options.tls);
  const answers = createOpenAnswers(server, options.logger);
  capConnections(server, options.connectionCountMax ?? limits.connectionsMax);
  const hasTls = options.tls !== undefined;
  const { allowedHosts = new Set(), allowedOrigins = new Set() } = options;
  const checks = createOriginChecks({ host: options.host, hasTls, allowedHosts, allowedOrigins });
  const stallMs = options.stalledStreamMs ?? limits.stalledStreamMs;
  server.on("request", (request, response) => {
    // A stalled stream gets an error before it is closed.
    boundExchange(options.traffic, { request, response }, 2 * stallMs);
    setSecurityHeaders(request, response, { hasTls });
    answers.add(response);
    const call = openHttpCall(options, request, response);
    answer(options, answers, { checks, request, response, call }).catch((error: unknown) => {
      const failure = toHttpFailure(error, call.logger);
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure);
    });
  });
  const port = await listen(server, options);
  let stopping: Promise<void> | undefined;
  return {
    port,
    stop: (graceMs, hurry) => (stopping ??= answers.stop(graceMs, hurry)),
  };
}

async function answer(
  options: HttpServerOptions,
  state: { readonly isStopping: boolean },
  exchange: {
    readonly checks: OriginChecks;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly call: HttpCall;
  },
): Promise<void> {
  const { request, response, call } = exchange;
  exchange.checks.admit(request, response);
  const url = urlOf(request);
  const path = `${url?.pathname}`;
  const route = routesByPath.get(path);
  if (url === undefined || route === undefined) {
    const message = `nothing is here; there are ${[...routesByPath.keys()].join(", ")}`;
    sendJson(response, 404, { error: { reason: "PATH_NOT_FOUND", message } });
    return;
  }
  const { methods, requirement } = route;
  call.route = path;
  if (isPreflight(request)) {
    answerPreflight(request, response, methods);
    return;
  }
  if (!methods.includes(request.method ?? "")) {
    response.setHeader("allow", methods.join(", "));
    const message = `${path} takes ${methods.join(" and ")}`;
    sendJson(response, 405, { error: { reason: "METHOD_NOT_ALLOWED", message } });
    return;
  }
  if (request.method === "POST") checkContentType(request);
  if (state.isStopping && path.startsWith("/v"))
    throw new SluiceError("NOT_READY", "the server is stopping; ask again, or another one");
  const caller = callerOf(request, { operation: `${request.method} ${path}`, requirement });
  const { engine, client, peer, end } = await options.access.admit(caller);
  if (response.destroyed) {
    // The caller disconnected during authentication.
    end("499");
    return;
  }
  response.on("close", () => end(String(response.statusCode)));
  call.by = { peer, client };
  const { reader } = boundsOf(request);
  const { requestId, traceId, span } = call;
  const turn = { client, peer, reader, requestId, traceId, span };
  await answerAdmitted(options, state, { ...exchange, url, engine, turn });
}

async function answerAdmitted(
  { metrics, stalledStreamMs = limits.stalledStreamMs }: HttpServerOptions,
  state: { readonly isStopping: boolean },
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly url: URL;
    readonly engine: EngineApi;
    readonly turn: Turn;
    readonly call: HttpCall;
  },
): Promise<void> {
  const { response, url, engine, turn } = exchange;
  const { logger } = exchange.call;
  switch (url.pathname) {
    case "/livez":
      sendJson(response, 200, { status: "alive" });
      break;
    case "/readyz":
      sendReadiness(response, engine, state);
      break;
    case "/metrics":
      sendText(response, { statusCode: 200, ...(await metrics()) });
      break;
    case "/v1/rerank":
    case "/v2/rerank": {
      const version = url.pathname === "/v1/rerank" ? "1" : "2";
      await handleRerank({ engine, logger, turn }, { ...exchange, version });
      break;
    }
    case "/v1/export":
      await handleExport({ engine, logger, stalledStreamMs }, exchange);
      break;
    case "/v1/feedback":
      await handleFeedback({ engine, logger }, exchange);
      break;
    default:
      await handleSearch({ engine, logger, stalledStreamMs, turn }, exchange);
  }
}

/** A path that starts with two slashes must not be parsed as a host. */
function urlOf({ url = "" }: IncomingMessage): URL | undefined {
  const text = url.startsWith("/") ? `http://host${url}` : url;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function sendReadiness(
  response: ServerResponse,
  engine: EngineApi,
  { isStopping }: { readonly isStopping: boolean },
): void {
  const { isReady, reasons, findings } = readinessOf(engine, { isStopping });
  const status = isReady ? "ready" : isStopping ? "stopping" : "not ready";
  sendJson(response, isReady ? 200 : 503, { status, reasons, findings });
}

function readinessOf(engine: EngineApi, state: { readonly isStopping: boolean }): Readiness {
  const { isReady, reasons, findings } = engine.readiness();
  if (!state.isStopping) return { isReady, reasons, findings };
  return { isReady: false, reasons: ["the server is stopping", ...reasons], findings };
}

const routesByPath: ReadonlyMap<string, Route> = new Map(
  routes.map((route) => [route.path, route]),
);

const serverSettings: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // How often Node checks the two timeouts around this line.
  connectionsCheckingInterval: 2_000,
  // Limits the time to receive the request, not to send the response.
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  // origin-checks.ts validates the Host header.
  requireHostHeader: false,
  // TCP keepalive detects peers that vanish while a response is streamed.
  keepAlive: true,
  keepAliveInitialDelay: peerProbeMs,
};

function openServer(tls: Tls | undefined): Server {
  if (tls === undefined) return createServer(serverSettings);
  const { context } = tls.material();
  const server = createTlsServer({ ...serverSettings, ...tls.serverOptions, ...context });
  tls.onRenewed((renewed) => server.setSecureContext(renewed));
  return server;
}
