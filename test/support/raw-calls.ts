// Calls to any RPC and route, and whether access control accepted them.

import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/proto-loader";
import { definitions } from "../../src/wire/definitions.js";

export type Outcome = "let in" | "unauthenticated" | "denied";

export interface RawOutcome {
  readonly outcome: Outcome;
  readonly details: string;
}

type Method = MethodDefinition<object, object>;

/** Every method of Sluice's services, by path. */
export function methodsByPath(): ReadonlyMap<string, Method> {
  const services = Object.entries(definitions().packages).filter(([name]) => {
    return /^sluice\.v1\.\w+Service$/.test(name);
  });
  return new Map(
    services.flatMap(([, service]) =>
      Object.values(service as Record<string, Method>).map((method) => [method.path, method]),
    ),
  );
}

/** Makes one call with one message and reads all responses. */
export function callRpc(
  address: string,
  path: string,
  { request, authorization }: { readonly request: object; readonly authorization?: string },
): Promise<RawOutcome> {
  const method = methodsByPath().get(path)!;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return new Promise((resolve) => {
    // As a bidirectional stream, which is the same on the wire as any other call.
    const call = client.makeBidiStreamRequest(
      path,
      method.requestSerialize,
      method.responseDeserialize,
      metadata,
      { deadline: Date.now() + 120_000 },
    );
    call.on("data", () => undefined);
    call.on("error", () => undefined);
    call.on("status", ({ code, details }) => {
      client.close();
      resolve({ outcome: outcomeOf(code), details });
    });
    call.write(request);
    call.end();
  });
}

function outcomeOf(code: status): Outcome {
  // Many calls without a key are rejected by the rate limit.
  if (code === status.UNAUTHENTICATED || code === status.RESOURCE_EXHAUSTED)
    return "unauthenticated";
  return code === status.PERMISSION_DENIED ? "denied" : "let in";
}

/** Calls a route; `body` is optional. */
export async function callRoute(
  url: string,
  asked: { readonly method: string; readonly body?: object; readonly authorization?: string },
): Promise<RawOutcome> {
  const { method, body, authorization } = asked;
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      // The stream of a session would not end by itself; this is answered with no content.
      ...(url.endsWith("/v1/sessions") ? { "last-event-id": "0" } : {}),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isUnknown = response.status === 401 || response.status === 429;
  const outcome = isUnknown ? "unauthenticated" : response.status === 403 ? "denied" : "let in";
  return { outcome, details: await response.text() };
}
