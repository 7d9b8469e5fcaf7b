// The HTTP side port: liveness, readiness, metrics, search and feedback for browsers, rerank for
// other clients.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AllowedHosts, AllowedOrigins } from "../config/http-lists.js";
import type { Readiness } from "../core/readiness.js";
import type { Traffic } from "../core/traffic.js";
import type { EngineApi } from "../engine/api.js";
import { listen, peerProbeMs } from "../net/listen.js";
import type { Tls } from "../net/tls.js";
import { toHttpFailure } from "./errors.js";
import { boundExchange } from "./exchange-bounds.js";
import type { HttpLogger } from "./errors.js";
import { handleFeedback } from "./feedback-handler.js";
import {
  answerPreflight,
  checkContentType,
  createOriginChecks,
  isPreflight,
} from "./origin-checks.js";
import type { OriginChecks } from "./origin-checks.js";
import { handleRerank } from "./rerank-handler.js";
import { sendFailure, sendJson, sendText } from "./responses.js";
import { routes } from "./routes.js";
import { setSecurityHeaders } from "./security-headers.js";
import { handleSearch } from "./search-handler.js";

export interface HttpServerOptions {
  readonly engine: EngineApi;
  readonly logger: HttpLogger;
  /** Such as `127.0.0.1` or `::`. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Undefined: plain text. */
  readonly tls?: Tls | undefined;
  /** Names by which it may be called, and pages that may call it; default: its own only. */
  readonly allowedHosts?: AllowedHosts | undefined;
  readonly allowedOrigins?: AllowedOrigins | undefined;
  /** The text of /metrics. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Shared with the other port. */
  readonly traffic: Traffic;
  /** A reader that takes nothing for that long loses its stream; default 30,000 ms. */
  readonly stalledStreamMs?: number | undefined;
  /** Connections at a time; default 1,024. */
  readonly connectionCountMax?: number | undefined;
}

export interface HttpServer {
  readonly port: number;
  /**
   * Takes no new connections, waits up to `graceMs` for running answers, then ends them.
   * Idempotent.
   */
  stop(graceMs: number): Promise<void>;
}

/** Listens. Throws PORT_IN_USE when the port cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const state = { isStopping: false };
  const server = openServer(options.tls);
  server.maxConnections = options.connectionCountMax ?? 1024;
  const hasTls = options.tls !== undefined;
  const { allowedHosts = new Set(), allowedOrigins = new Set() } = options;
  const checks = createOriginChecks({ host: options.host, hasTls, allowedHosts, allowedOrigins });
  const stallMs = options.stalledStreamMs ?? 30_000;
  server.on("request", (request, response) => {
    // A stalled stream is told first that it ends.
    boundExchange(options.traffic, { request, response }, 2 * stallMs);
    setSecurityHeaders(request, response, { hasTls });
    // A connection that is kept alive after its last answer would hold up a stop.
    response.on("close", () => {
      if (state.isStopping) server.closeIdleConnections();
    });
    answer(options, state, { checks, request, response }).catch((error: unknown) => {
      const failure = toHttpFailure(error, options.logger);
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure);
    });
  });
  const port = await listen(server, options);
  let stopping: Promise<void> | undefined;
  return {
    port,
    stop: (graceMs) => {
      state.isStopping = true;
      stopping ??= stopServer(server, graceMs);
      return stopping;
    },
  };
}

async function answer(
  options: HttpServerOptions,
  state: { readonly isStopping: boolean },
  exchange: {
    readonly checks: OriginChecks;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  },
): Promise<void> {
  const { request, response } = exchange;
  exchange.checks.admit(request, response);
  const url = urlOf(request);
  const route = `${url?.pathname}`;
  const methods = methodsOf.get(route);
  if (url === undefined || methods === undefined) {
    const message = `nothing is here; there are ${[...methodsOf.keys()].join(", ")}`;
    sendJson(response, 404, { error: { reason: "PATH_NOT_FOUND", message } });
    return;
  }
  if (isPreflight(request)) {
    answerPreflight(request, response, methods);
    return;
  }
  if (!methods.includes(request.method ?? "")) {
    response.setHeader("allow", methods.join(", "));
    const message = `${route} takes ${methods.join(" and ")}`;
    sendJson(response, 405, { error: { reason: "METHOD_NOT_ALLOWED", message } });
    return;
  }
  if (request.method === "POST") checkContentType(request);
  switch (route) {
    case "/livez":
      sendJson(response, 200, { status: "alive" });
      break;
    case "/readyz": {
      const { isReady, reasons, findings } = readinessOf(options.engine, state);
      const status = isReady ? "ready" : state.isStopping ? "stopping" : "not ready";
      sendJson(response, isReady ? 200 : 503, { status, reasons, findings });
      break;
    }
    case "/metrics":
      sendText(response, { statusCode: 200, ...(await options.metrics()) });
      break;
    case "/v1/rerank":
    case "/v2/rerank":
      await handleRerank(options, {
        request,
        response,
        version: route === "/v1/rerank" ? "1" : "2",
      });
      break;
    case "/v1/feedback":
      await handleFeedback(options, { request, response });
      break;
    default: {
      const { engine, logger, stalledStreamMs = 30_000 } = options;
      await handleSearch({ engine, logger, stalledStreamMs }, { request, response, url });
    }
  }
}

/** A path that begins with two slashes names no host. */
function urlOf({ url = "" }: IncomingMessage): URL | undefined {
  const text = url.startsWith("/") ? `http://host${url}` : url;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function readinessOf(engine: EngineApi, state: { readonly isStopping: boolean }): Readiness {
  const { isReady, reasons, findings } = engine.readiness();
  if (!state.isStopping) return { isReady, reasons, findings };
  return { isReady: false, reasons: ["the server is stopping", ...reasons], findings };
}

const methodsOf: ReadonlyMap<string, readonly string[]> = new Map(
  routes.map(({ path, methods }) => [path, methods]),
);

const serverSettings: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // How often the two limits around this line are looked at.
  connectionsCheckingInterval: 2_000,
  // Until the whole request is there; an answer may take longer.
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  // It is looked at in origin-checks.ts.
  requireHostHeader: false,
  // Of TCP: finds peers that are gone while an answer is streamed.
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

function stopServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
