// DocumentService: writes, reads, exports and deletes documents.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { DocumentServiceDeleteRequest__Output as DeleteRequest } from "../gen/proto/sluice/v1/DocumentServiceDeleteRequest.js";
import type { DocumentServiceDeleteResponse as DeleteResponse } from "../gen/proto/sluice/v1/DocumentServiceDeleteResponse.js";
import type { DocumentServiceGetRequest__Output as GetRequest } from "../gen/proto/sluice/v1/DocumentServiceGetRequest.js";
import type { DocumentServiceGetResponse as GetResponse } from "../gen/proto/sluice/v1/DocumentServiceGetResponse.js";
import type { DocumentServiceListRequest__Output as ListRequest } from "../gen/proto/sluice/v1/DocumentServiceListRequest.js";
import type { DocumentServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/DocumentServiceListResponse.js";
import type { ExportRequest__Output } from "../gen/proto/sluice/v1/ExportRequest.js";
import type { ExportResponse } from "../gen/proto/sluice/v1/ExportResponse.js";
import type { DocumentServiceUpdateRequest__Output as UpdateRequest } from "../gen/proto/sluice/v1/DocumentServiceUpdateRequest.js";
import type { DocumentServiceUpdateResponse as UpdateResponse } from "../gen/proto/sluice/v1/DocumentServiceUpdateResponse.js";
import type { IngestRequest__Output } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse } from "../gen/proto/sluice/v1/IngestResponse.js";
import { duplexStream, serverStream, signalOf, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { exportedToMessage, storedDocumentToMessage } from "./convert-documents.js";
import { filterFromMessage } from "../wire/filter-messages.js";
import { runIngestStream } from "./ingest-stream.js";
import { updateDocuments } from "./update-documents.js";
import { exportRequestFromMessage } from "./requests.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import type { EngineApi, StoredDocument } from "../engine/api.js";
import { sendAll } from "../search/send-updates.js";
import { collectionName, documentKey, integerIn, invalidField } from "../contract/validate.js";

const pageSizeDefault = 100;
/** Documents read between two checks of the size of the page. */
const readAheadCount = 16;

export function createDocumentService(context: RpcContext): UntypedServiceImplementation {
  return {
    Ingest: duplexStream<IngestRequest__Output, IngestResponse>(context, (call, tools) =>
      runIngestStream(call, context, tools),
    ),
    Update: unary<UpdateRequest, UpdateResponse>(context, (request, engine, call) =>
      updateDocuments(engine, request, { path: call.getPath(), logger: context.logger }),
    ),
    Get: unary<GetRequest, GetResponse>(context, (request, engine) => get(engine, request)),
    Delete: unary<DeleteRequest, DeleteResponse>(context, (request, engine, call) =>
      remove(engine, request, signalOf(call)),
    ),
    List: unary<ListRequest, ListResponse>(context, (request, engine) => list(engine, request)),
    Export: serverStream<ExportRequest__Output, ExportResponse>(context, (call, tools) => {
      const asked = exportRequestFromMessage(call.request);
      return sendAll(tools.engine.exportDocuments(asked, tools), {
        signal: tools.signal,
        stallMs: context.stalledStreamMs,
        send: (batch, done) => call.write(exportedToMessage(batch), done),
      });
    }),
  };
}

async function get(engine: EngineApi, request: GetRequest): Promise<GetResponse> {
  const collection = collectionName(request.collection, "collection");
  const keys = documentKeys(request.keys);
  const found: StoredDocument[] = [];
  const missingKeys: string[] = [];
  let byteCount = 0;
  for (let start = 0; start < keys.length; start += readAheadCount) {
    const part = keys.slice(start, start + readAheadCount);
    for (const [i, document] of (await engine.get(collection, part)).entries()) {
      if (document === undefined) missingKeys.push(part[i] ?? "");
      else found.push(document);
      byteCount += document === undefined ? 0 : sizeOf(document);
    }
    if (byteCount > limits.responseBytesMax && start + part.length < keys.length) {
      throw new SluiceError(
        "LIMIT_EXCEEDED",
        `the first ${start + part.length} documents fill ${byteCount} bytes, the limit is ` +
          `${limits.responseBytesMax}; ask for fewer keys`,
        { field: "keys" },
      );
    }
  }
  return { documents: found.map(storedDocumentToMessage), missing_keys: missingKeys };
}

async function remove(
  engine: EngineApi,
  request: DeleteRequest,
  signal: AbortSignal,
): Promise<DeleteResponse> {
  const collection = collectionName(request.collection, "collection");
  if (request.filter !== null) {
    if (request.keys.length > 0)
      throw invalidField("filter", "filter is set and keys are given; send one of them");
    const filter = filterFromMessage(request.filter, "filter");
    const done = await engine.deleteWhere(collection, filter, { signal });
    return {
      deleted_count: done.deletedCount,
      missing_count: 0,
      sequence: done.sequence,
      unmatched_conditions: [...done.unmatched],
    };
  }
  const result = await engine.delete(collection, documentKeys(request.keys));
  return {
    deleted_count: result.deletedCount,
    missing_count: result.missingCount,
    sequence: result.sequence,
    unmatched_conditions: [],
  };
}

/** A page over the size limit is truncated; its token continues after the last document sent. */
async function list(engine: EngineApi, request: ListRequest): Promise<ListResponse> {
  const collection = collectionName(request.collection, "collection");
  const range = { field: "page_size", min: 1, max: limits.pageSizeMax };
  const pageSize = integerIn(request.page_size, range) ?? pageSizeDefault;
  const documents: StoredDocument[] = [];
  let byteCount = 0;
  let afterKey = decodePageToken(request.page_token);
  do {
    const count = Math.min(readAheadCount, pageSize - documents.length);
    const part = await engine.list(collection, { pageSize: count, afterKey });
    for (const document of part.documents) {
      byteCount += sizeOf(document);
      if (documents.length > 0 && byteCount > limits.pageBytesMax) return pageOf(documents, true);
      documents.push(document);
    }
    afterKey = part.nextAfterKey;
  } while (afterKey !== undefined && documents.length < pageSize);
  return pageOf(documents, afterKey !== undefined);
}

function pageOf(documents: readonly StoredDocument[], hasMore: boolean): ListResponse {
  const lastKey = documents.at(-1)?.key;
  return {
    documents: documents.map(storedDocumentToMessage),
    next_page_token: hasMore && lastKey !== undefined ? encodePageToken(lastKey) : "",
  };
}

/** Approximate size of a document on the wire, bytes. */
function sizeOf(document: StoredDocument): number {
  return document.title.length + document.text.length + 64 * (1 + document.fields.size);
}

function documentKeys(keys: readonly string[]): readonly string[] {
  if (keys.length === 0) throw invalidField("keys", "keys is empty; send at least one");
  if (keys.length > limits.keysPerRequestMax) {
    throw invalidField(
      "keys",
      `keys has ${keys.length} entries, the limit is ${limits.keysPerRequestMax}; ` +
        "send several requests",
    );
  }
  for (const [i, key] of keys.entries()) documentKey(key, `keys[${i}]`);
  return keys;
}
