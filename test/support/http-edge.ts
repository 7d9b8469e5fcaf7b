// The HTTP port on a free port over the edge engine.

import { openAccess } from "../../src/access/access.js";
import { createTraffic } from "../../src/core/traffic.js";
import type { Traffic } from "../../src/core/traffic.js";
import type { EngineApi } from "../../src/engine/api.js";
import { startHttpServer } from "../../src/http/server.js";
import type { HttpServer, HttpServerOptions } from "../../src/http/server.js";
import { createEdgeEngine } from "./edge-engine.js";
import type { EdgeEngine } from "./edge-engine.js";

export interface HttpEdge {
  readonly engine: EdgeEngine;
  readonly server: HttpServer;
  readonly traffic: Traffic;
  /** Such as `http://127.0.0.1:12345`. */
  readonly base: string;
  /** Details that the server logged. */
  readonly log: object[];
  /** Sends a request with a JSON body and reads its JSON answer. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Asked>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined without content. */
  readonly json: unknown;
}

const clock = (): number => performance.now();

/** The HTTP port over an engine, for everybody, without metrics, log and traces unless given. */
export function serveOverHttp(
  engine: EngineApi,
  options: Partial<HttpServerOptions> = {},
): Promise<HttpServer> {
  return startHttpServer({
    access: openAccess(engine),
    logger: { error: () => undefined },
    traffic: createTraffic({ clock }),
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0",
    clock,
    metrics: () => Promise.resolve({ contentType: "text/plain", text: "" }),
    ...options,
  });
}

export async function startHttpEdge(options: Partial<HttpServerOptions> = {}): Promise<HttpEdge> {
  const engine = createEdgeEngine();
  const log: object[] = [];
  const traffic = createTraffic({ clock });
  const logger = { error: (details: object) => log.push(details) };
  const server = await serveOverHttp(engine, { logger, traffic, ...options });
  const base = `http://127.0.0.1:${server.port}`;
  return {
    engine,
    server,
    traffic,
    base,
    log,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json: unknown = text === "" ? undefined : JSON.parse(text);
      return { status: response.status, headers: response.headers, json };
    },
  };
}
