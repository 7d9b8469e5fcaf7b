// Server streams of the client: retried until the first response, cancelled when iteration ends.

import type { ClientReadableStream } from "@grpc/grpc-js";
import { toClientError } from "./client-error.js";
import type { CallOptions, Channel, Method } from "./channel.js";

/** The responses of one read-only call, which is retried only before the first response. */
export async function* readStream<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  request: Request,
  options: CallOptions,
): AsyncGenerator<Response, void, void> {
  const begun = await channel.withRetries({ ...options, mayRetry: () => true }, async (left) => {
    const call = channel.serverStream(method, request, left);
    const responses = readResponses(call);
    return { call, responses, first: await responses.next() };
  });
  try {
    let result = begun.first;
    while (result.done !== true) {
      yield result.value;
      result = await begun.responses.next();
    }
  } finally {
    // Has no effect on a call that has ended.
    begun.call.cancel();
  }
}

async function* readResponses<Response>(
  call: ClientReadableStream<Response>,
): AsyncGenerator<Response, void, void> {
  // A cancellation by the client is reported as an error, possibly after iteration has ended.
  call.on("error", () => undefined);
  try {
    for await (const response of call) yield response as Response;
  } catch (error) {
    throw toClientError(error);
  }
}
