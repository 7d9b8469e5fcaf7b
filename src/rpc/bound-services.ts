// Services whose calls are limited: the library passes their messages on as bytes, and `BoundedCall`
// checks, decodes and encodes them.

import type {
  Server,
  ServerInterceptor,
  ServiceDefinition,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type {
  MethodDefinition,
  PackageDefinition,
  ServiceDefinition as ProtoServiceDefinition,
} from "@grpc/proto-loader";
import { boundCall } from "./bounded-call.js";
import type { CallBounds, MethodCodec } from "./bounded-call.js";
import { createRequestDecoder } from "./decode-request.js";

export interface BoundServices {
  /** Must be the first interceptor, so that it wraps the library's own call directly. */
  readonly interceptor: ServerInterceptor;
  add(server: Server, definition: object, implementation: UntypedServiceImplementation): void;
}

export function createBoundServices(
  packages: PackageDefinition,
  bounds: CallBounds,
): BoundServices {
  const codecs = new Map<string, MethodCodec>();
  return {
    interceptor: ({ path, requestStream }, call) =>
      boundCall(call, { requestStream, codec: codecs.get(path) }, bounds),
    add(server, definition, implementation) {
      const methods = Object.entries(definition as ProtoServiceDefinition);
      for (const [, method] of methods) {
        const { path, responseSerialize } = method;
        codecs.set(path, {
          decode: createRequestDecoder(packages, method),
          encode: (message) => responseSerialize(message),
        });
      }
      const asBytes = methods.map(([name, method]) => [name, withoutCodec(method)]);
      server.addService(Object.fromEntries(asBytes) as ServiceDefinition, implementation);
    },
  };
}

function withoutCodec(method: MethodDefinition<object, object>): Omit<
  MethodDefinition<object, object>,
  "requestDeserialize" | "responseSerialize"
> & {
  readonly requestDeserialize: (bytes: Buffer) => Buffer;
  readonly responseSerialize: (bytes: Buffer) => Buffer;
} {
  const same = (bytes: Buffer): Buffer => bytes;
  return { ...method, requestDeserialize: same, responseSerialize: same };
}
