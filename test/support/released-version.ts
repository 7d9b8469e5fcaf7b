// The released version on the wire: proto/released.binpb as a client speaks it, and as a server does.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client, credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream, ServiceDefinition } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import type { AnyDefinition, MethodDefinition } from "@grpc/proto-loader";

import { present } from "../../src/core/assert.js";
import { repositoryRoot } from "../../src/core/paths.js";

type Message = Readonly<Record<string, unknown>>;
type Method = MethodDefinition<object, object>;

export interface ReleasedClient {
  /** Sends `requests` to a method, such as `sluice.v1.SearchService/Search`; all its responses. */
  call(method: string, ...requests: readonly Message[]): Promise<readonly Message[]>;
  close(): void;
}

export interface ReleasedServer {
  readonly address: string;
  close(): void;
}

/** Knows the released methods and fields, and no later ones. */
export function createReleasedClient(address: string): ReleasedClient {
  const client = new Client(address, credentials.createInsecure());
  const methods = new Map(releasedMethods().map((method) => [method.path.slice(1), method]));
  return {
    call(name, ...requests) {
      const { path, requestSerialize, responseDeserialize } = present(methods.get(name), name);
      // One message and a stream of one are the same on the wire.
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      for (const request of requests) stream.write(request);
      stream.end();
      return stream.toArray() as Promise<Message[]>;
    },
    close: () => client.close(),
  };
}

/**
 * What the released server would see and say: passes calls on to the server at `address`, without
 * the fields and the methods that the released version lacks.
 */
export async function startReleasedServer(address: string): Promise<ReleasedServer> {
  const upstream = new Client(address, credentials.createInsecure());
  const server = new Server();
  const methods = releasedMethods().map((method) => {
    const streamed = { ...method, requestStream: true, responseStream: true };
    return [method.path, streamed] as const;
  });
  const handlers = methods.map(([path, method]) => {
    const handler = (call: ServerDuplexStream<object, object>): void =>
      passOn(upstream, method, call);
    return [path, handler] as const;
  });
  const definition: ServiceDefinition = Object.fromEntries(methods);
  server.addService(definition, Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    close() {
      server.forceShutdown();
      upstream.close();
    },
  };
}

function passOn(client: Client, method: Method, call: ServerDuplexStream<object, object>): void {
  const { path, requestSerialize, responseDeserialize } = method;
  const onward = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    call.metadata,
  );
  call.on("cancelled", () => onward.cancel());
  call.on("data", (message: object) => onward.write(message));
  call.on("end", () => onward.end());
  onward.on("metadata", (metadata) => call.sendMetadata(metadata));
  onward.on("data", (message: object) => call.write(message));
  onward.on("error", (error) => call.emit("error", error));
  onward.on("end", () => call.end());
}

function releasedMethods(): readonly Method[] {
  const released = readFileSync(join(repositoryRoot(), "proto/released.binpb"));
  // As the program reads its own definitions.
  const packages = loadFileDescriptorSetFromBuffer(released, {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  return Object.values(packages)
    .filter(isService)
    .flatMap(Object.values<Method>);
}

function isService(definition: AnyDefinition): definition is Record<string, Method> {
  return !("format" in definition);
}
