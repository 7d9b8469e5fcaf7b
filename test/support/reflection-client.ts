// Queries a server's reflection service, as grpcurl does.

import { join } from "node:path";
import type { Client } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { ServiceDefinition } from "@grpc/proto-loader";
import { repositoryRoot } from "../../src/core/paths.js";

interface ReflectionResponse {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
}

export class GrpcReflection {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async listServices(): Promise<string[]> {
    const response = await this.ask({ list_services: "" });
    return (response.list_services_response?.service ?? []).map((service) => service.name);
  }

  /** The serialized descriptors of the files that define `symbol`. */
  async filesOf(symbol: string): Promise<Buffer[]> {
    const response = await this.ask({ file_containing_symbol: symbol });
    return [...(response.file_descriptor_response?.file_descriptor_proto ?? [])];
  }

  private ask(request: object): Promise<ReflectionResponse> {
    const folder = join(repositoryRoot(), "node_modules/@grpc/reflection/build/proto");
    const packages = loadSync(join(folder, "grpc/reflection/v1/reflection.proto"), {
      keepCase: true,
      includeDirs: [folder],
    });
    const service = packages["grpc.reflection.v1.ServerReflection"] as ServiceDefinition;
    const method = service["ServerReflectionInfo"]!;
    return new Promise((resolve, reject) => {
      const call = this.client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
      );
      call.on("data", (response: ReflectionResponse) => {
        resolve(response);
        call.end();
      });
      call.on("error", reject);
      call.write(request);
    });
  }
}
