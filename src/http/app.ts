// Routes requests to their handlers, after the checks that are the same for all: host and origin,
// method, type of the body, access. The framework routes and runs the hooks; what a request may hold in
// memory and how it is read is decided in this folder.

import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Access, AccessGrant } from "../access/access.js";
import { present } from "../core/assert.js";
import { isSluiceError, SluiceError } from "../core/errors.js";
import { warningHeader, warningOfIgnored } from "../service/ignored-fields.js";
import { stoppingError } from "../service/stopping.js";
import { compressed } from "./compression.js";
import { toHttpFailure } from "./errors.js";
import { boundsOf } from "./exchange-bounds.js";
import type { HttpAnswer, HttpCallContext, HttpServices } from "./exchange.js";
import { fastify } from "./fastify.bundle.js";
import { callOf } from "./open-call.js";
import { answerPreflight, checkContentType, isPreflight } from "./origin-checks.js";
import type { OriginChecks } from "./origin-checks.js";
import { callerOf } from "./requests.js";
import { problemType } from "./responses.js";
import { isCall } from "./route.js";
import type { HttpRoute } from "./route.js";
import { routes } from "./routes.js";

export interface AppParts {
  readonly access: Access;
  readonly checks: OriginChecks;
  readonly createServer: (listener: RequestListener) => Server;
  readonly services: HttpServices;
}

/** Longest part of a path: a key of 512 bytes, each of them escaped. */
const pathPartLengthMax = 3 * 512;

export function createApp(parts: AppParts): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => parts.createServer(handler),
    // The port closes its connections itself; see open-answers.ts.
    return503OnClosing: false,
    routerOptions: { maxParamLength: pathPartLengthMax },
    rewriteUrl: ({ url = "/" }) => pathOf(url),
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
  });
  // Bodies are read by requests.ts, within the limits of their route.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));
  app.addHook("onRequest", async (request, reply) =>
    parts.checks.admit(request.raw, reply.raw, request.originalUrl),
  );
  app.addHook("onSend", (request, reply, payload) => {
    // A body that is not read to its end cannot be followed by another request.
    if (hasMore(request.raw)) reply.header("connection", "close");
    return compressed(request.raw, reply, payload);
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request) => {
    throw new SluiceError("PATH_NOT_FOUND", `nothing is at ${request.raw.url?.slice(0, 200)}`);
  });
  for (const route of routes) addRoute(app, parts, route);
  for (const [path, methods] of methodsByPath(routes)) addOtherMethods(app, path, methods);
  return app;
}

function hasMore({ complete, headers }: IncomingMessage): boolean {
  const hasBody =
    headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && !complete;
}

/** An absolute address in the request line is allowed; origin-checks.ts compares its host. */
function pathOf(url: string): string {
  if (url.startsWith("/") || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

const grants = new WeakMap<IncomingMessage, AccessGrant>();

function addRoute(app: FastifyInstance, parts: AppParts, route: HttpRoute): void {
  app.route({
    method: route.method,
    url: toPattern(route.path),
    // A HEAD request must not run a search or an export.
    exposeHeadRoute: route.method === "GET" && !isStream(route),
    onRequest: (request, reply) => admit(parts, route, { request, reply }),
    errorHandler: (error, request, reply) => void sendError(error, request, reply, route),
    handler: async (request, reply) => {
      const call = toCall(parts, route, { request, reply });
      const answer = await route.run(call);
      if (answer === undefined || call.signal.aborted) return reply.hijack();
      return sendAnswer(reply, answer);
    },
  });
}

function isStream({ answer }: HttpRoute): boolean {
  return answer.events !== undefined || answer.lines !== undefined;
}

/** The path in the notation of the router. A parameter ends before a colon, a key of a document not. */
function toPattern(path: string): string {
  return path
    .replaceAll(":", "::")
    .replaceAll("{key}", ":key")
    .replaceAll(/\{(\w+)\}/g, ":$1([^/:]+)");
}

async function admit(
  { access, services }: AppParts,
  route: HttpRoute,
  { request: { raw: request }, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  const { raw: response } = reply;
  callOf(request).route = route.path;
  if (route.body !== undefined)
    checkContentType(request, { takesLines: route.lines !== undefined });
  if (services.isStopping() && isCall(route.path)) throw stoppingError();
  const { requirement } = route;
  const grant = await access.admit(
    callerOf(request, { operation: operationOf(route), requirement }),
  );
  if (response.destroyed) {
    // The caller disconnected during authentication.
    grant.end("499");
    reply.hijack();
    return;
  }
  response.on("close", () => grant.end(String(response.statusCode)));
  callOf(request).by = { peer: grant.peer, client: grant.client };
  grants.set(request, grant);
}

function operationOf({ method, path }: HttpRoute): string {
  return `${method} ${path}`;
}

function toCall(
  { services }: AppParts,
  route: HttpRoute,
  { request: { raw: request, params }, reply }: { request: FastifyRequest; reply: FastifyReply },
): HttpCallContext {
  const { raw: response } = reply;
  const { engine, client, peer } = present(grants.get(request), "the request was admitted");
  const { logger, requestId, traceId, span } = callOf(request);
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  const ignored: string[] = [];
  return {
    request,
    response,
    engine,
    logger,
    turn: { client, peer, reader: boundsOf(request).reader, requestId, traceId, span },
    signal: controller.signal,
    services,
    params: params as Readonly<Record<string, string>>,
    operation: operationOf(route),
    warnOfUnknown(name) {
      ignored.push(name);
      if (!response.headersSent) response.setHeader(warningHeader, warningOfIgnored(ignored));
    },
    takeOver: () => void reply.hijack(),
  };
}

function sendAnswer(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  const { status, contentType, text, headers = {} } = answer;
  reply.code(status).headers(headers);
  if (contentType !== undefined) reply.type(contentType);
  return reply.send(contentType === undefined ? undefined : text);
}

function sendError(
  error: unknown,
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  { tellsMessage = false }: Pick<HttpRoute, "tellsMessage"> = {},
): FastifyReply {
  const failure = toHttpFailure(fromFramework(error), callOf(request).logger);
  const { statusCode, retryAfter } = failure;
  const body = tellsMessage ? { ...failure.body, message: failure.body.detail } : failure.body;
  if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
  if (statusCode === 401) reply.header("www-authenticate", 'Bearer realm="sluice"');
  return reply
    .code(statusCode)
    .type(problemType)
    .send(`${JSON.stringify(body)}\n`);
}

/** The framework's errors about requests: an address or a header that cannot be read. */
function fromFramework(error: unknown): unknown {
  if (isSluiceError(error) || !(error instanceof Error)) return error;
  const { statusCode, message } = error as { readonly statusCode?: unknown } & Error;
  const isOfRequest = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  if (!isOfRequest || !("code" in error)) return error;
  return new SluiceError("INVALID_FIELD", message.slice(0, 200), { field: "path", cause: error });
}

function methodsByPath(all: readonly HttpRoute[]): ReadonlyMap<string, readonly HTTPMethods[]> {
  const methods = new Map<string, HTTPMethods[]>();
  for (const route of all) {
    const here = methods.get(route.path) ?? [];
    here.push(route.method);
    if (route.method === "GET" && !isStream(route)) here.push("HEAD");
    methods.set(route.path, here);
  }
  return methods;
}

const allMethods: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** OPTIONS of a path, and the methods that it does not take. */
function addOtherMethods(
  app: FastifyInstance,
  path: string,
  methods: readonly HTTPMethods[],
): void {
  const url = toPattern(path);
  const allow = methods.join(", ");
  const onRequest = ({ raw }: FastifyRequest, _: FastifyReply, done: () => void): void => {
    callOf(raw).route = path;
    done();
  };
  app.route({
    method: "OPTIONS",
    url,
    onRequest,
    handler: ({ raw }, reply) => {
      if (isPreflight(raw)) answerPreflight(raw, reply.raw, methods);
      return reply.code(204).header("allow", `${allow}, OPTIONS`).send();
    },
  });
  app.route({
    method: allMethods.filter((method) => !methods.includes(method)),
    url,
    exposeHeadRoute: false,
    onRequest,
    handler: (_, reply) => {
      reply.header("allow", allow);
      throw new SluiceError("METHOD_NOT_ALLOWED", `${path} takes ${methods.join(" and ")}`);
    },
  });
}
