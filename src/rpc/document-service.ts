// DocumentService: writes, reads and deletes documents.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { limits } from "../core/limits.js";
import type { DocumentServiceDeleteRequest__Output as DeleteRequest } from "../gen/proto/sluice/v1/DocumentServiceDeleteRequest.js";
import type { DocumentServiceDeleteResponse as DeleteResponse } from "../gen/proto/sluice/v1/DocumentServiceDeleteResponse.js";
import type { DocumentServiceGetRequest__Output as GetRequest } from "../gen/proto/sluice/v1/DocumentServiceGetRequest.js";
import type { DocumentServiceGetResponse as GetResponse } from "../gen/proto/sluice/v1/DocumentServiceGetResponse.js";
import type { DocumentServiceListRequest__Output as ListRequest } from "../gen/proto/sluice/v1/DocumentServiceListRequest.js";
import type { DocumentServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/DocumentServiceListResponse.js";
import type { IngestRequest__Output } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse } from "../gen/proto/sluice/v1/IngestResponse.js";
import { duplexStream, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { storedDocumentToMessage } from "./convert-documents.js";
import { runIngestStream } from "./ingest-stream.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import type { EngineApi } from "./ports.js";
import {
  collectionName,
  documentKey,
  integerIn,
  invalidField,
  notImplemented,
} from "./validate.js";

const pageSizeDefault = 100;

export function createDocumentService(context: RpcContext): UntypedServiceImplementation {
  const { engine } = context;
  return {
    Ingest: duplexStream<IngestRequest__Output, IngestResponse>(context, (call, tools) =>
      runIngestStream(call, context, tools),
    ),
    Get: unary<GetRequest, GetResponse>(context, (request) => get(engine, request)),
    Delete: unary<DeleteRequest, DeleteResponse>(context, (request) => remove(engine, request)),
    List: unary<ListRequest, ListResponse>(context, (request) => list(engine, request)),
  };
}

function get(engine: EngineApi, request: GetRequest): GetResponse {
  const collection = collectionName(request.collection, "collection");
  const keys = documentKeys(request.keys);
  const found = engine.get(collection, keys);
  return {
    documents: found.filter((document) => document !== undefined).map(storedDocumentToMessage),
    missing_keys: keys.filter((_, i) => found[i] === undefined),
  };
}

async function remove(engine: EngineApi, request: DeleteRequest): Promise<DeleteResponse> {
  const collection = collectionName(request.collection, "collection");
  if (request.filter !== null) throw notImplemented("filter", "delete by keys");
  const result = await engine.delete(collection, documentKeys(request.keys));
  return {
    deleted_count: result.deletedCount,
    missing_count: result.missingCount,
    sequence: result.sequence,
  };
}

function list(engine: EngineApi, request: ListRequest): ListResponse {
  const pageSize = { field: "page_size", min: 1, max: limits.pageSizeMax };
  const page = engine.list(collectionName(request.collection, "collection"), {
    pageSize: integerIn(request.page_size, pageSize) ?? pageSizeDefault,
    afterKey: decodePageToken(request.page_token),
  });
  return {
    documents: page.documents.map(storedDocumentToMessage),
    next_page_token: page.nextAfterKey === undefined ? "" : encodePageToken(page.nextAfterKey),
  };
}

function documentKeys(keys: readonly string[]): readonly string[] {
  if (keys.length === 0) throw invalidField("keys", "keys is empty; send at least one");
  if (keys.length > limits.keysPerRequestMax) {
    throw invalidField(
      "keys",
      `keys has ${keys.length} entries, the limit is ${limits.keysPerRequestMax}; send several requests`,
    );
  }
  for (const [i, key] of keys.entries()) documentKey(key, `keys[${i}]`);
  return keys;
}
