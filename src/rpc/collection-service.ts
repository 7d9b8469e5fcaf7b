// CollectionService: creates, drops and describes collections.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { CollectionServiceCreateRequest__Output as CreateRequest } from "../gen/proto/sluice/v1/CollectionServiceCreateRequest.js";
import type { CollectionServiceCreateResponse as CreateResponse } from "../gen/proto/sluice/v1/CollectionServiceCreateResponse.js";
import type { CollectionServiceDescribeRequest__Output as DescribeRequest } from "../gen/proto/sluice/v1/CollectionServiceDescribeRequest.js";
import type { CollectionServiceDescribeResponse as DescribeResponse } from "../gen/proto/sluice/v1/CollectionServiceDescribeResponse.js";
import type { CollectionServiceDropRequest__Output as DropRequest } from "../gen/proto/sluice/v1/CollectionServiceDropRequest.js";
import type { CollectionServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/CollectionServiceListResponse.js";
import type { CollectionServiceOptimizeRequest__Output as OptimizeRequest } from "../gen/proto/sluice/v1/CollectionServiceOptimizeRequest.js";
import type { CollectionServiceOptimizeResponse as OptimizeResponse } from "../gen/proto/sluice/v1/CollectionServiceOptimizeResponse.js";
import { notOffered, serverStream, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import {
  createCollectionFromMessage,
  settingsToMessage,
  statusToMessage,
} from "./convert-collections.js";
import { streamJob } from "./job-stream.js";
import { collectionName } from "./validate.js";

export function createCollectionService(context: RpcContext): UntypedServiceImplementation {
  const { engine } = context;
  return {
    Create: unary<CreateRequest, CreateResponse>(context, async (request) => {
      const settings = await engine.createCollection(createCollectionFromMessage(request));
      return { settings: settingsToMessage(settings) };
    }),
    Drop: unary<DropRequest, object>(context, async (request) => {
      await engine.dropCollection(collectionName(request.name, "name"));
      return {};
    }),
    List: unary<object, ListResponse>(context, () => ({
      collections: engine.listCollections().map(statusToMessage),
    })),
    Describe: unary<DescribeRequest, DescribeResponse>(context, (request) => ({
      collection: statusToMessage(engine.describeCollection(collectionName(request.name, "name"))),
    })),
    Optimize: serverStream<OptimizeRequest, OptimizeResponse>(context, (call, { signal }) => {
      const { name, full: isFull } = call.request;
      const job = engine.optimize(collectionName(name, "name"), { isFull, signal });
      return streamJob(context, job, (progress) => call.write({ progress }));
    }),
    Calibrate: notOffered(context, "server_stream", "choose a pool size by sketch_pool_size"),
    Snapshot: notOffered(context, "server_stream", "stop the server and copy its data folder"),
    Restore: notOffered(context, "server_stream", "stop the server and copy the data folder back"),
  };
}
