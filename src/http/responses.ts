// Errors written to the response itself, when no handler can answer any more.

import type { ServerResponse } from "node:http";
import { boundsOf } from "./exchange-bounds.js";
import type { HttpFailure } from "./errors.js";

/** Content type of problem details. */
export const problemType = "application/problem+json; charset=utf-8";

/**
 * The last line of a stream of lines whose status was sent already: it carries the error, and the
 * transfer stays incomplete, which every reader is told of.
 */
export function failLines(response: ServerResponse, { body }: HttpFailure): void {
  response.write(`${JSON.stringify(body)}\n`, () => response.destroy());
}

export function sendFailure(response: ServerResponse, failure: HttpFailure): void {
  const text = `${JSON.stringify(failure.body)}\n`;
  if (failure.retryAfter !== undefined) response.setHeader("retry-after", failure.retryAfter);
  response.writeHead(failure.statusCode, {
    "content-type": problemType,
    "content-length": Buffer.byteLength(text),
  });
  response.end(text, boundsOf(response.req).sent(text.length));
}
