// CollectionService: creates, drops and describes collections.

import type { UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { CollectionServiceCalibrateRequest__Output as CalibrateRequest } from "../gen/proto/sluice/v1/CollectionServiceCalibrateRequest.js";
import type { CollectionServiceCalibrateResponse as CalibrateResponse } from "../gen/proto/sluice/v1/CollectionServiceCalibrateResponse.js";
import type { CollectionServiceCreateRequest__Output as CreateRequest } from "../gen/proto/sluice/v1/CollectionServiceCreateRequest.js";
import type { CollectionServiceCreateResponse as CreateResponse } from "../gen/proto/sluice/v1/CollectionServiceCreateResponse.js";
import type { CollectionServiceDescribeRequest__Output as DescribeRequest } from "../gen/proto/sluice/v1/CollectionServiceDescribeRequest.js";
import type { CollectionServiceDescribeResponse as DescribeResponse } from "../gen/proto/sluice/v1/CollectionServiceDescribeResponse.js";
import type { CollectionServiceDropRequest__Output as DropRequest } from "../gen/proto/sluice/v1/CollectionServiceDropRequest.js";
import type { CollectionServiceListRequest__Output as ListRequest } from "../gen/proto/sluice/v1/CollectionServiceListRequest.js";
import type { CollectionServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/CollectionServiceListResponse.js";
import type { CollectionServiceOptimizeRequest__Output as OptimizeRequest } from "../gen/proto/sluice/v1/CollectionServiceOptimizeRequest.js";
import type { CollectionServiceOptimizeResponse as OptimizeResponse } from "../gen/proto/sluice/v1/CollectionServiceOptimizeResponse.js";
import type { CollectionServiceSetScoreMapsRequest__Output as SetScoreMapsRequest } from "../gen/proto/sluice/v1/CollectionServiceSetScoreMapsRequest.js";
import { serverStream, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { streamJob } from "./job-stream.js";
import { calibrateJob, optimizeJob } from "./requested-jobs.js";
import { createSnapshotMethods } from "./snapshot-methods.js";
import {
  collectionListFields,
  collectionToCreateFields,
  createdFields,
  descriptionFields,
  recallEstimateFields,
  setScoreMapsFields,
} from "../contract/collections.js";
import type {
  CollectionToCreate,
  ShownRecallEstimate,
  ShownScoreMap,
} from "../contract/collections.js";
import { collectionName } from "../contract/validate.js";
import {
  checkedCollection,
  listCollections,
  shownCollection,
  shownEstimates,
  shownSettings,
} from "../service/collections.js";
import { checkedScoreMaps } from "../service/score-maps.js";
import { fromMessage, toMessage } from "../wire/field-messages.js";

export function createCollectionService(context: RpcContext): UntypedServiceImplementation {
  return {
    Create: unary<CreateRequest, CreateResponse>(context, async (request, engine) => {
      const asked = fromMessage<CollectionToCreate>(collectionToCreateFields, request);
      const settings = await engine.createCollection(checkedCollection(asked));
      return toMessage(createdFields, { settings: shownSettings(settings) });
    }),
    Drop: unary<DropRequest, object>(context, async (request, engine) => {
      await engine.dropCollection(collectionName(request.name, "name"));
      return {};
    }),
    ...looks(context),
    Optimize: optimization(context),
    Calibrate: calibration(context),
    SetScoreMaps: unary<SetScoreMapsRequest, object>(context, async (request, engine) => {
      const { scoreMaps = [] } = fromMessage<{ readonly scoreMaps: readonly ShownScoreMap[] }>(
        setScoreMapsFields,
        request,
      );
      await engine.setScoreMaps(collectionName(request.name, "name"), checkedScoreMaps(scoreMaps));
      return {};
    }),
    ...createSnapshotMethods(context),
  };
}

/** Read-only methods. */
function looks(context: RpcContext): UntypedServiceImplementation {
  return {
    List: unary<ListRequest, ListResponse>(context, (request, engine) => {
      const { page_size: pageSize, page_token: pageToken } = request;
      return toMessage(collectionListFields, listCollections(engine, { pageSize, pageToken }));
    }),
    Describe: unary<DescribeRequest, DescribeResponse>(context, (request, engine) => {
      const name = collectionName(request.name, "name");
      const collection = shownCollection(engine.describeCollection(name));
      const { findings } = engine.readiness();
      return toMessage(descriptionFields, { collection, findings });
    }),
  };
}

function optimization(context: RpcContext): UntypedHandleCall {
  const { clock } = context;
  return serverStream<OptimizeRequest, OptimizeResponse>(context, (call, tools) => {
    const { engine, signal, span } = tools;
    const { collection, isFull, isReanalyzed } = optimizeJob(call.request);
    const job = engine.optimize(collection, { isFull, isReanalyzed, signal });
    return streamJob({ clock, span }, job, (progress, last) => {
      const result = last?.result;
      call.write({
        progress,
        ...(result && {
          disk_bytes_before: result.bytesBefore,
          disk_bytes_after: result.bytesAfter,
        }),
      });
    });
  });
}

function calibration(context: RpcContext): UntypedHandleCall {
  const { clock } = context;
  return serverStream<CalibrateRequest, CalibrateResponse>(context, (call, tools) => {
    const { engine, signal, span } = tools;
    const { collection, options } = calibrateJob(call.request);
    const job = engine.calibrate(collection, { ...options, signal });
    return streamJob({ clock, span }, job, (progress, last) => {
      const result = last?.result;
      const estimates = result && shownEstimates(result).map(estimateToMessage);
      call.write({ progress, ...(estimates && { estimates }) });
    });
  });
}

function estimateToMessage(estimate: ShownRecallEstimate): object {
  return toMessage(recallEstimateFields, estimate);
}
