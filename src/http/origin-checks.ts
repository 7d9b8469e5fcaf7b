// Host and origin checks of the HTTP port: protection against DNS rebinding and requests from other
// origins. A rejected request has no effect.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AllowedHosts, AllowedOrigins } from "../config/http-lists.js";
import { SluiceError } from "../core/errors.js";
import { bareHost, isLoopback } from "../net/listen.js";

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
   * the body is read.
   */
  admit(request: IncomingMessage, response: ServerResponse): void;
}

export function createOriginChecks(rules: OriginRules): OriginChecks {
  const { allowedOrigins } = rules;
  const allowsOrigins = allowedOrigins === "every" || allowedOrigins.size > 0;
  return {
    admit(request, response) {
      const own = checkHost(request, rules);
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
      response.setHeader("access-control-expose-headers", "retry-after");
    },
  };
}

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
  response.setHeader(
    "access-control-allow-headers",
    "accept, authorization, content-type, x-sluice-client",
  );
  response.setHeader("access-control-max-age", "600");
  if (headers["access-control-request-private-network"] === "true")
    response.setHeader("access-control-allow-private-network", "true");
  response.writeHead(204).end();
}

/**
 * Rejects bodies that a page of any origin may send without a preflight, since old browsers send
 * neither Origin nor Sec-Fetch-Site with them.
 */
export function checkContentType({ headers }: IncomingMessage): void {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (!typesOfForms.has(type.trim().toLowerCase())) return;
  const message = `content-type is ${quoted(type)}; send application/json`;
  throw new SluiceError("CONTENT_TYPE_NOT_SUPPORTED", message, { field: "content-type" });
}

const typesOfForms: ReadonlySet<string> = new Set([
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
]);

/** Authority of the request. Throws when the server does not serve it. */
function checkHost(request: IncomingMessage, rules: OriginRules): string | undefined {
  const { headers, httpVersionMajor, httpVersionMinor, rawHeaders, url = "" } = request;
  const { host } = headers;
  const hostCount = rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length;
  // Old load balancers send health checks over HTTP/1.0 without a Host; browsers never do.
  if (hostCount === 0 && httpVersionMajor === 1 && httpVersionMinor === 0) return undefined;
  // An absolute URL in the request line takes precedence over the header, so both must be allowed.
  const named = url.startsWith("/") || !URL.canParse(url) ? [host] : [host, new URL(url).host];
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
