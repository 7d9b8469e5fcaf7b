// Permissions that each RPC requires. An RPC without an entry does not compile, and is rejected.

import type { Requirement } from "../access/identity.js";
import type { CollectionServiceDefinition } from "../gen/proto/sluice/v1/CollectionService.js";
import type { DocumentServiceDefinition } from "../gen/proto/sluice/v1/DocumentService.js";
import type { OperationServiceDefinition } from "../gen/proto/sluice/v1/OperationService.js";
import type { SearchServiceDefinition } from "../gen/proto/sluice/v1/SearchService.js";

type RpcPath =
  | `/sluice.v1.SearchService/${keyof SearchServiceDefinition}`
  | `/sluice.v1.DocumentService/${keyof DocumentServiceDefinition}`
  | `/sluice.v1.CollectionService/${keyof CollectionServiceDefinition}`
  | `/sluice.v1.OperationService/${keyof OperationServiceDefinition}`;

/** The restricted engine checks access to the collection that a request names. */
const requirements = {
  "/sluice.v1.SearchService/Search": "read",
  "/sluice.v1.SearchService/SearchSession": "read",
  "/sluice.v1.SearchService/Rerank": "read",
  "/sluice.v1.SearchService/Explain": "read",
  "/sluice.v1.SearchService/SendFeedback": "feedback",
  "/sluice.v1.SearchService/ListFeedback": "admin",
  "/sluice.v1.SearchService/ListSlowSearches": "admin",
  "/sluice.v1.DocumentService/Ingest": "write",
  "/sluice.v1.DocumentService/Get": "read",
  "/sluice.v1.DocumentService/Update": "write",
  "/sluice.v1.DocumentService/Delete": "write",
  "/sluice.v1.DocumentService/List": "read",
  "/sluice.v1.DocumentService/Export": "read",
  "/sluice.v1.CollectionService/Create": "admin",
  "/sluice.v1.CollectionService/Drop": "admin",
  "/sluice.v1.CollectionService/List": "any",
  "/sluice.v1.CollectionService/Describe": "any",
  "/sluice.v1.CollectionService/Optimize": "admin",
  "/sluice.v1.CollectionService/Calibrate": "admin",
  "/sluice.v1.CollectionService/SetScoreMaps": "admin",
  "/sluice.v1.CollectionService/Snapshot": "admin",
  "/sluice.v1.CollectionService/Restore": "admin",
  "/sluice.v1.CollectionService/ListSnapshots": "admin",
  "/sluice.v1.CollectionService/DeleteSnapshot": "admin",
  "/sluice.v1.OperationService/Start": "admin",
  "/sluice.v1.OperationService/List": "admin",
  "/sluice.v1.OperationService/Get": "admin",
  "/sluice.v1.OperationService/Watch": "admin",
  "/sluice.v1.OperationService/Cancel": "admin",
} as const satisfies Record<RpcPath, Requirement>;

const requirementsByPath: ReadonlyMap<string, Requirement> = new Map(Object.entries(requirements));

/**
 * Load balancers check health without a key, and reflection only publishes the files of proto/, no
 * data.
 */
const openServices = ["/grpc.health.v1.Health/", "/grpc.reflection.v1"];

/** Returns undefined for a path that no caller may use. */
export function requirementOf(path: string): Requirement | undefined {
  if (openServices.some((service) => path.startsWith(service))) return "open";
  return requirementsByPath.get(path);
}
