// OperationService: long jobs that go on without their caller.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { operationFields } from "../contract/operations.js";
import { shortName } from "../contract/validate.js";
import { limits } from "../core/limits.js";
import type { Operation } from "../engine/api.js";
import type { OperationServiceCancelRequest__Output as CancelRequest } from "../gen/proto/sluice/v1/OperationServiceCancelRequest.js";
import type { OperationServiceCancelResponse as CancelResponse } from "../gen/proto/sluice/v1/OperationServiceCancelResponse.js";
import type { OperationServiceGetRequest__Output as GetRequest } from "../gen/proto/sluice/v1/OperationServiceGetRequest.js";
import type { OperationServiceGetResponse as GetResponse } from "../gen/proto/sluice/v1/OperationServiceGetResponse.js";
import type { OperationServiceListRequest__Output as ListRequest } from "../gen/proto/sluice/v1/OperationServiceListRequest.js";
import type { OperationServiceListResponse as ListResponse } from "../gen/proto/sluice/v1/OperationServiceListResponse.js";
import type { OperationServiceStartRequest__Output as StartRequest } from "../gen/proto/sluice/v1/OperationServiceStartRequest.js";
import type { OperationServiceStartResponse as StartResponse } from "../gen/proto/sluice/v1/OperationServiceStartResponse.js";
import type { OperationServiceWatchRequest__Output as WatchRequest } from "../gen/proto/sluice/v1/OperationServiceWatchRequest.js";
import type { OperationServiceWatchResponse as WatchResponse } from "../gen/proto/sluice/v1/OperationServiceWatchResponse.js";
import { sendAll } from "../search/send-updates.js";
import { shownOperation } from "../service/operations.js";
import { toMessage } from "../wire/field-messages.js";
import { serverStream, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { requestedJob } from "./requested-jobs.js";

export function createOperationService(context: RpcContext): UntypedServiceImplementation {
  return {
    Start: unary<StartRequest, StartResponse>(context, (request, engine) => {
      const key = idempotencyKeyOf(request);
      return { operation: toOperation(engine.startOperation(requestedJob(request), key)) };
    }),
    List: unary<ListRequest, ListResponse>(context, (_, engine) => ({
      operations: engine.listOperations().map(toOperation),
    })),
    Get: unary<GetRequest, GetResponse>(context, ({ id }, engine) => ({
      operation: toOperation(engine.getOperation(id)),
    })),
    Watch: serverStream<WatchRequest, WatchResponse>(context, (call, { engine, signal }) =>
      sendAll(engine.watchOperation(call.request.id, { signal }), {
        signal,
        stallMs: context.stalledStreamMs,
        send: (operation, done) => call.write({ operation: toOperation(operation) }, done),
      }),
    ),
    Cancel: unary<CancelRequest, CancelResponse>(context, ({ id }, engine) => {
      engine.cancelOperation(id);
      return { operation: toOperation(engine.getOperation(id)) };
    }),
  };
}

function toOperation(operation: Operation): object {
  return toMessage(operationFields, shownOperation(operation));
}

function idempotencyKeyOf({ idempotency_key: key }: StartRequest): string | undefined {
  if (key === "") return undefined;
  return shortName(key, { field: "idempotency_key", bytesMax: limits.eventIdBytesMax });
}
