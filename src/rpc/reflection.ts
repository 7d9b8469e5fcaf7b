// Server reflection, from the descriptors that the protobuf compiler makes of proto/. Those of the loader
// lack options, name files by package and refer to types by relative names, which some clients refuse.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "@grpc/grpc-js";
import type { EnumTypeDefinition, PackageDefinition } from "@grpc/proto-loader";
import { present } from "../core/assert.js";
import { repositoryRoot } from "../core/paths.js";
import { fieldsOf } from "./decode-request.js";
import { ReflectionService } from "./reflection.bundle.js";

/** Adds reflection of `services` and of all files that they need. Reads one file. */
export function addReflection(server: Server, services: readonly string[]): void {
  const files = descriptorFiles(readFileSync(join(repositoryRoot(), "proto/descriptors.binpb")));
  // The library reads nothing else of a package.
  const descriptors: Pick<EnumTypeDefinition, "fileDescriptorProtos"> = {
    fileDescriptorProtos: files,
  };
  const packages = { descriptors } as unknown as PackageDefinition;
  new ReflectionService(packages, { services: [...services] }).addToServer(server);
}

/** The files of a serialized google.protobuf.FileDescriptorSet, whose only field they are. */
function descriptorFiles(set: Buffer): Buffer[] {
  return Array.from(fieldsOf(set), (field) => {
    const { valueStart, end } = present(field, "the descriptors are whole");
    return set.subarray(valueStart, end);
  });
}
