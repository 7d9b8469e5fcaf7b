// Complete responses of the HTTP port.

import type { ServerResponse } from "node:http";
import { boundsOf } from "./exchange-bounds.js";
import type { HttpFailure } from "./errors.js";

export function sendText(
  response: ServerResponse,
  answer: { readonly statusCode: number; readonly contentType: string; readonly text: string },
): void {
  response.writeHead(answer.statusCode, {
    "content-type": answer.contentType,
    "content-length": Buffer.byteLength(answer.text),
  });
  response.end(answer.text, boundsOf(response.req).sent(answer.text.length));
}

export function sendJson(response: ServerResponse, statusCode: number, body: object): void {
  const contentType = "application/json; charset=utf-8";
  sendText(response, { statusCode, contentType, text: `${JSON.stringify(body)}\n` });
}

export function sendFailure(response: ServerResponse, failure: HttpFailure): void {
  if (failure.retryAfter !== undefined) response.setHeader("retry-after", failure.retryAfter);
  if (failure.statusCode === 401) response.setHeader("www-authenticate", 'Bearer realm="sluice"');
  // A body that was rejected before its end is not read on, so its connection cannot be reused.
  if (!response.req.complete) response.setHeader("connection", "close");
  sendJson(response, failure.statusCode, failure.body);
}
