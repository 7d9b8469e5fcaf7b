// The proto definitions of server and client, loaded once.

import { join } from "node:path";
import type { MessageTypeDefinition, Options, PackageDefinition } from "@grpc/proto-loader";
import { present } from "../core/assert.js";
import { repositoryRoot } from "../core/paths.js";
import type { BadRequest, BadRequest__Output } from "../gen/proto/google/rpc/BadRequest.js";
import type { ErrorInfo, ErrorInfo__Output } from "../gen/proto/google/rpc/ErrorInfo.js";
import type { RetryInfo, RetryInfo__Output } from "../gen/proto/google/rpc/RetryInfo.js";
import type { Status, Status__Output } from "../gen/proto/google/rpc/Status.js";
import type { CollectionServiceDefinition } from "../gen/proto/sluice/v1/CollectionService.js";
import type { DocumentServiceDefinition } from "../gen/proto/sluice/v1/DocumentService.js";
import type { OperationServiceDefinition } from "../gen/proto/sluice/v1/OperationService.js";
import type { SearchServiceDefinition } from "../gen/proto/sluice/v1/SearchService.js";
import { loadSync } from "./grpc.bundle.js";

export interface Definitions {
  /** All definitions by full name, for reflection and for checks of raw bytes. */
  readonly packages: PackageDefinition;
  readonly search: SearchServiceDefinition;
  readonly documents: DocumentServiceDefinition;
  readonly collections: CollectionServiceDefinition;
  readonly operations: OperationServiceDefinition;
  readonly status: MessageTypeDefinition<Status, Status__Output>;
  readonly errorInfo: MessageTypeDefinition<ErrorInfo, ErrorInfo__Output>;
  readonly badRequest: MessageTypeDefinition<BadRequest, BadRequest__Output>;
  readonly retryInfo: MessageTypeDefinition<RetryInfo, RetryInfo__Output>;
}

let loaded: Definitions | undefined;

/**
 * Loads the definitions. The first call reads the proto files (about 50 ms); later calls return the
 * cached ones.
 */
export function definitions(): Definitions {
  loaded ??= loadDefinitions();
  return loaded;
}

// Must match the options in proto/generate.sh, which generates the types.
const options: Options = {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
};

function loadDefinitions(): Definitions {
  const files = [
    "sluice/v1/search.proto",
    "sluice/v1/documents.proto",
    "sluice/v1/collections.proto",
    "sluice/v1/operations.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
  ];
  const packages = loadSync(files, { ...options, includeDirs: [join(repositoryRoot(), "proto")] });
  // The loader's return type is generic; its generator wrote these types from the same files.
  const named = (name: string): unknown =>
    present(packages[name], `the proto files define ${name}`);
  return {
    packages,
    search: named("sluice.v1.SearchService") as SearchServiceDefinition,
    documents: named("sluice.v1.DocumentService") as DocumentServiceDefinition,
    collections: named("sluice.v1.CollectionService") as CollectionServiceDefinition,
    operations: named("sluice.v1.OperationService") as OperationServiceDefinition,
    status: named("google.rpc.Status") as Definitions["status"],
    errorInfo: named("google.rpc.ErrorInfo") as Definitions["errorInfo"],
    badRequest: named("google.rpc.BadRequest") as Definitions["badRequest"],
    retryInfo: named("google.rpc.RetryInfo") as Definitions["retryInfo"],
  };
}
