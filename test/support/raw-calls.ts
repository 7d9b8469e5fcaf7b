// Calls of any RPC and route as any client would make them, and whether the door let them in.

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

/** Makes one call with one message, and reads its answers to their end. */
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
    // As a stream both ways, which on the wire every kind of call is.
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
  // Too many calls without a key are refused as too many.
  if (code === status.UNAUTHENTICATED || code === status.RESOURCE_EXHAUSTED)
    return "unauthenticated";
  return code === status.PERMISSION_DENIED ? "denied" : "let in";
}

/** The same of a route; `body` undefined: none. */
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
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isUnknown = response.status === 401 || response.status === 429;
  const outcome = isUnknown ? "unauthenticated" : response.status === 403 ? "denied" : "let in";
  return { outcome, details: await response.text() };
}
