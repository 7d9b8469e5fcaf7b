// Operations as answers: the state as JSON, or each change as an event.

import { operationFields } from "../contract/operations.js";
import { shortName } from "../contract/validate.js";
import { limits } from "../core/limits.js";
import type { Operation, OperationJob } from "../engine/api.js";
import { sendAll } from "../search/send-updates.js";
import { shownOperation } from "../service/operations.js";
import { isReconnect, streamEvents } from "./events.js";
import { jsonAnswer, noContent, wantsEvents } from "./exchange.js";
import type { HttpAnswer, HttpCallContext } from "./exchange.js";
import { toJson } from "../contract/to-json.js";
import { objectOf } from "./field-json.js";

export const operationSchema = objectOf(operationFields);

/** Of what starts a job. */
export const operationAnswer = {
  status: 202,
  json: operationSchema,
  events: operationSchema,
} as const;

export function operationToJson(operation: Operation): object {
  return toJson(operationFields, shownOperation(operation));
}

/**
 * Starts the job, which goes on whether its caller stays or leaves. The header Idempotency-Key makes a
 * repeated request return the operation of the first.
 */
export async function startOperation(
  call: HttpCallContext,
  job: OperationJob,
): Promise<HttpAnswer | undefined> {
  const operation = call.engine.startOperation(job, idempotencyKeyOf(call));
  if (wantsEvents(call)) return watchOperation(call, operation.id);
  const headers = { location: `/v1/operations/${operation.id}` };
  return jsonAnswer(operationToJson(operation), { status: 202, headers });
}

function idempotencyKeyOf({ request }: HttpCallContext): string | undefined {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string") return undefined;
  return shortName(key, { field: "idempotency-key", bytesMax: limits.eventIdBytesMax });
}

/** Events `progress`, and one `end` with the last state. */
export async function watchOperation(
  call: HttpCallContext,
  id: string,
): Promise<HttpAnswer | undefined> {
  const { engine, signal, services } = call;
  // A browser that connects again would be told the end of the operation for ever.
  if (isReconnect(call) && engine.getOperation(id).state !== "running") return noContent;
  return streamEvents(call, (send) =>
    sendAll(engine.watchOperation(id, { signal }), {
      signal,
      stallMs: services.stalledStreamMs,
      send: (operation, done) => {
        const event = operation.state === "running" ? "progress" : "end";
        send({ id, event, data: operationToJson(operation) }, done);
      },
    }),
  );
}
