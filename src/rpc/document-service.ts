// DocumentService: writes, reads, exports and deletes documents.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
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
import {
  exportedToMessage,
  fieldUpdateFromMessage,
  storedDocumentToMessage,
} from "./convert-documents.js";
import { filterFromMessage } from "../wire/filter-messages.js";
import { runIngestStream } from "./ingest-stream.js";
import { exportRequestFromMessage } from "./requests.js";
import { sendAll } from "../search/send-updates.js";
import { collectionName } from "../contract/validate.js";
import { removeDocuments, getDocuments, listDocuments } from "../service/documents.js";
import { checkUpdateCount, updateDocuments } from "../service/update-documents.js";

export function createDocumentService(context: RpcContext): UntypedServiceImplementation {
  return {
    Ingest: duplexStream<IngestRequest__Output, IngestResponse>(context, (call, tools) =>
      runIngestStream(call, context, tools),
    ),
    Update: unary<UpdateRequest, UpdateResponse>(context, (request, engine, call) => {
      const collection = collectionName(request.collection, "collection");
      checkUpdateCount(request.updates.length);
      const updates = request.updates.map((one, i) => fieldUpdateFromMessage(one, `updates[${i}]`));
      const { logger } = context;
      return updateDocuments(engine, collection, updates, { path: call.getPath(), logger });
    }),
    Get: unary<GetRequest, GetResponse>(context, async (request, engine) => {
      const collection = collectionName(request.collection, "collection");
      const { documents, missingKeys } = await getDocuments(engine, collection, request.keys);
      return {
        documents: documents.map(storedDocumentToMessage),
        missing_keys: [...missingKeys],
      };
    }),
    Delete: unary<DeleteRequest, DeleteResponse>(context, async (request, engine, call) => {
      const signal = signalOf(call);
      const collection = collectionName(request.collection, "collection");
      const { keys } = request;
      const filter =
        request.filter === null ? undefined : filterFromMessage(request.filter, "filter");
      const deleted = await removeDocuments(engine, collection, { keys, filter, signal });
      return {
        deleted_count: deleted.deletedCount,
        missing_count: deleted.missingCount,
        sequence: deleted.sequence,
        unmatched_conditions: [...deleted.unmatched],
      };
    }),
    List: unary<ListRequest, ListResponse>(context, async (request, engine) => {
      const collection = collectionName(request.collection, "collection");
      const { page_size: pageSize, page_token: pageToken } = request;
      const page = await listDocuments(engine, collection, { pageSize, pageToken });
      return {
        documents: page.documents.map(storedDocumentToMessage),
        next_page_token: page.nextPageToken,
      };
    }),
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
