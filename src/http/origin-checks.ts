// Host and origin checks of the HTTP port: protection against DNS rebinding and requests from other
// origins. A rejected request has no effect.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AllowedHosts, AllowedOrigins } from "../config/http-lists.js";
import { SluiceError } from "../core/errors.js";
import { bareHost, isLoopback } from "../net/listen.js";
import { contentTypeOf, isLineType } from "./route.js";

export interface OriginRules {
  /** Where the server listens. */
  readonly host: string;
  readonly hasTls: boolean;
  readonly allowedHosts: AllowedHosts;
  readonly allowedOrigins: AllowedOrigins;
}

export interface OriginChecks {
  /**
   * Sets the CORS headers of the response. Throws HOST_NOT_ALLOWED and ORIGIN_NOT_ALLOWED before
   * the body is read. `target`: as it stands in the request line.
   */
  admit(request: IncomingMessage, response: ServerResponse, target: string): void;
}

export function createOriginChecks(rules: OriginRules): OriginChecks {
  const { allowedOrigins } = rules;
  const allowsOrigins = allowedOrigins === "every" || allowedOrigins.size > 0;
  return {
    admit(request, response, target) {
      const own = checkHost(request, target, rules);
      if (allowsOrigins) response.setHeader("vary", "origin");
      const { origin } = request.headers;
      const site = request.headers["sec-fetch-site"];
      if (origin === undefined) {
        // Browsers send no Origin for images and scripts of other pages, but they send
        // Sec-Fetch-Site.
        if (site === undefined || site === "same-origin" || site === "none") return;
        throw notAllowed("a page of another origin", rules);
      }
      if (isOwn(origin, own, { hasTls: rules.hasTls, isCalledOwn: site === "same-origin" })) return;
      if (allowedOrigins !== "every" && !allowedOrigins.has(origin))
        throw notAllowed(`the origin ${quoted(origin)}`, rules);
      // Credentials are never allowed: cookies added by the browser must not authorize a page.
      const told = allowedOrigins === "every" ? "*" : origin;
      response.setHeader("access-control-allow-origin", told);
      response.setHeader("access-control-expose-headers", exposedHeaders);
    },
  };
}

/** Headers of answers that pages of other origins may read. */
const exposedHeaders =
  "etag, location, retry-after, x-request-id, x-sluice-last-sequence, x-sluice-warning";

/** Headers that pages of other origins may send. */
const acceptedHeaders =
  "accept, authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, " +
  "mcp-method, mcp-name, mcp-protocol-version, traceparent, x-request-id, x-sluice-client";

/** True for a CORS preflight request. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** Headers for allowed origins. */
export function answerPreflight(
  { headers }: IncomingMessage,
  response: ServerResponse,
  methods: readonly string[],
): void {
  response.setHeader("access-control-allow-methods", methods.join(", "));
  response.setHeader("access-control-allow-headers", acceptedHeaders);
  response.setHeader("access-control-max-age", "600");
  if (headers["access-control-request-private-network"] === "true")
    response.setHeader("access-control-allow-private-network", "true");
}

/**
 * Rejects bodies of other types and encodings than JSON. Among them are those that a page of any
 * origin may send without a preflight, since old browsers send neither Origin nor Sec-Fetch-Site
 * with them. A body without a type is taken for JSON.
 */
export function checkContentType(
  { headers }: IncomingMessage,
  { takesLines }: { readonly takesLines: boolean },
): void {
  const type = contentTypeOf(headers["content-type"]);
  const isJson = type === "" || type === "application/json" || /^application\/.+\+json$/.test(type);
  const { "content-encoding": encoding = "identity" } = headers;
  if ((isJson || (takesLines && isLineType(type))) && encoding === "identity") return;
  const wanted = takesLines ? "application/json or application/x-ndjson" : "application/json";
  const message =
    encoding === "identity"
      ? `content-type is ${quoted(type)}; send ${wanted}`
      : `content-encoding is ${quoted(encoding)}; send the body as it is`;
  const field = encoding === "identity" ? "content-type" : "content-encoding";
  throw new SluiceError("CONTENT_TYPE_NOT_SUPPORTED", message, { field });
}

/** Authority of the request. Throws when the server does not serve it. */
function checkHost(
  { headers, httpVersionMajor, httpVersionMinor, rawHeaders }: IncomingMessage,
  target: string,
  rules: OriginRules,
): string | undefined {
  const { host } = headers;
  const hostCount = rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length;
  // Old load balancers send health checks over HTTP/1.0 without a Host; browsers never do.
  if (hostCount === 0 && httpVersionMajor === 1 && httpVersionMinor === 0) return undefined;
  // An absolute URL in the request line takes precedence over the header, so both must be allowed.
  const isPath = target.startsWith("/") || !URL.canParse(target);
  const named = isPath ? [host] : [host, new URL(target).host];
  for (const authority of named) {
    const name = authority === undefined || hostCount > 1 ? undefined : nameOf(authority);
    if (name !== undefined && isOwnName(name, rules)) continue;
    const message =
      `the server is not called ${quoted(authority ?? "")}; ` +
      "name it in http.allowedHosts if it should be";
    throw new SluiceError("HOST_NOT_ALLOWED", message, { field: "host" });
  }
  return host;
}

/**
 * Canonical host name, without the port and a trailing dot. Returns undefined for an invalid
 * authority.
 */
function nameOf(authority: string): string | undefined {
  if (!URL.canParse(`http://${authority}`)) return undefined;
  const { hostname, username, password, pathname, search, hash } = new URL(`http://${authority}`);
  if (`${username}${password}${search}${hash}` !== "" || pathname !== "/") return undefined;
  return hostname.replace(/\.$/, "");
}

/**
 * An IP address cannot be rebound by DNS. A server beyond loopback accepts any name unless names
 * are configured.
 */
function isOwnName(name: string, { host, allowedHosts }: OriginRules): boolean {
  if (allowedHosts === "every" || allowedHosts.has(name)) return true;
  if (isLoopback(name) || name === nameOf(host.includes(":") ? `[${bareHost(host)}]` : host))
    return true;
  if (isLoopback(host)) return false;
  const isAddress = name.startsWith("[") || /^\d+(\.\d+){3}$/.test(name);
  return isAddress || allowedHosts.size === 0;
}

/**
 * True when `origin` has the scheme, host and port by which the request addressed the server.
 * Behind a TLS proxy the server does not know the scheme; a Sec-Fetch-Site of `same-origin`
 * (`isCalledOwn`) replaces its comparison.
 */
function isOwn(
  origin: string,
  own: string | undefined,
  { hasTls, isCalledOwn }: { readonly hasTls: boolean; readonly isCalledOwn: boolean },
): boolean {
  if (own === undefined || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  if (!isCalledOwn && protocol !== (hasTls ? "https:" : "http:")) return false;
  return URL.canParse(`${protocol}//${own}`) && new URL(`${protocol}//${own}`).host === host;
}

function notAllowed(who: string, { allowedOrigins }: OriginRules): SluiceError {
  const isNone = allowedOrigins !== "every" && allowedOrigins.size === 0;
  const which = isNone ? "none is allowed" : "it is not among those allowed";
  const message = `${who} may not call this server: ${which}; see http.allowedOrigins`;
  return new SluiceError("ORIGIN_NOT_ALLOWED", message, { field: "origin" });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
