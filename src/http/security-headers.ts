// Security headers of every response of the HTTP port.

import type { IncomingMessage, ServerResponse } from "node:http";

const headers: readonly (readonly [string, string])[] = [
  ["cache-control", "no-store"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cross-origin-resource-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
];

/** Handlers may override them for their response. */
export function setSecurityHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  { hasTls }: { readonly hasTls: boolean },
): void {
  for (const [name, value] of headers) response.setHeader(name, value);
  // Browsers store HSTS by host name without the port, so it would break other servers on
  // localhost.
  const isLocalhost = /^localhost\.?(:\d+)?$/i.test(request.headers.host ?? "");
  if (hasTls && !isLocalhost) response.setHeader("strict-transport-security", "max-age=31536000");
}
