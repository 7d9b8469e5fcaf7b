// CollectionService: creates, drops and describes collections.

import type { UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { CollectionServiceCalibrateRequest__Output as CalibrateRequest } from "../gen/proto/sluice/v1/CollectionServiceCalibrateRequest.js";
import type { CollectionServiceCalibrateResponse as CalibrateResponse } from "../gen/proto/sluice/v1/CollectionServiceCalibrateResponse.js";
import type { CollectionServiceCreateRequest__Output as CreateRequest } from "../gen/proto/sluice/v1/CollectionServiceCreateRequest.js";
import type { CollectionServiceCreateResponse as CreateResponse } from "../gen/proto/sluice/v1/CollectionServiceCreateResponse.js";
import type { CollectionServiceDescribeRequest__Output as DescribeRequest } from "../gen/proto/sluice/v1/CollectionServiceDescribeRequest.js";
import type { CollectionServiceDescribeResponse as DescribeResponse } from "../gen/proto/sluice/v1/CollectionServiceDescribeResponse.js";
import type { CollectionServiceDropRequest__Output as DropRequest } from "../gen/proto/sluice/v1/CollectionServiceDropRequest.js";
import type { CollectionServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/CollectionServiceListResponse.js";
import type { CollectionServiceOptimizeRequest__Output as OptimizeRequest } from "../gen/proto/sluice/v1/CollectionServiceOptimizeRequest.js";
import type { CollectionServiceOptimizeResponse as OptimizeResponse } from "../gen/proto/sluice/v1/CollectionServiceOptimizeResponse.js";
import type { CollectionServiceSetScoreMapsRequest__Output as SetScoreMapsRequest } from "../gen/proto/sluice/v1/CollectionServiceSetScoreMapsRequest.js";
import { serverStream, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import {
  createCollectionFromMessage,
  findingToMessage,
  settingsToMessage,
  statusToMessage,
} from "./convert-collections.js";
import { calibrateFromMessage, estimatesToMessages } from "./convert-calibration.js";
import { scoreMapsFromMessages } from "./convert-score-maps.js";
import { streamJob } from "./job-stream.js";
import { createSnapshotMethods } from "./snapshot-methods.js";
import { collectionName } from "../contract/validate.js";

export function createCollectionService(context: RpcContext): UntypedServiceImplementation {
  return {
    Create: unary<CreateRequest, CreateResponse>(context, async (request, engine) => {
      const settings = await engine.createCollection(createCollectionFromMessage(request));
      return { settings: settingsToMessage(settings) };
    }),
    Drop: unary<DropRequest, object>(context, async (request, engine) => {
      await engine.dropCollection(collectionName(request.name, "name"));
      return {};
    }),
    ...looks(context),
    Optimize: optimization(context),
    Calibrate: calibration(context),
    SetScoreMaps: unary<SetScoreMapsRequest, object>(context, async (request, engine) => {
      const scoreMaps = scoreMapsFromMessages(request.score_maps);
      await engine.setScoreMaps(collectionName(request.name, "name"), scoreMaps);
      return {};
    }),
    ...createSnapshotMethods(context),
  };
}

/** Read-only methods. */
function looks(context: RpcContext): UntypedServiceImplementation {
  return {
    List: unary<object, ListResponse>(context, (_, engine) => ({
      collections: engine.listCollections().map(statusToMessage),
      refused: [...engine.refusedCollections()],
      findings: engine.readiness().findings.map(findingToMessage),
    })),
    Describe: unary<DescribeRequest, DescribeResponse>(context, (request, engine) => ({
      collection: statusToMessage(engine.describeCollection(collectionName(request.name, "name"))),
      findings: engine.readiness().findings.map(findingToMessage),
    })),
  };
}

function optimization(context: RpcContext): UntypedHandleCall {
  const { clock } = context;
  return serverStream<OptimizeRequest, OptimizeResponse>(context, (call, tools) => {
    const { engine, signal, span } = tools;
    const { name, full, reanalyze } = call.request;
    const asked = { isFull: full, isReanalyzed: reanalyze, signal };
    const job = engine.optimize(collectionName(name, "name"), asked);
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
    const name = collectionName(call.request.name, "name");
    const options = { ...calibrateFromMessage(call.request), signal };
    return streamJob({ clock, span }, engine.calibrate(name, options), (progress, last) => {
      const result = last?.result;
      call.write({ progress, ...(result && { estimates: estimatesToMessages(result) }) });
    });
  });
}
