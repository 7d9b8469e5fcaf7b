// Operations: long jobs that go on without their caller.

import { z } from "zod";
import { jsonAnswer, pathParameter, wantsEvents } from "../exchange.js";
import { operationSchema, operationToJson, watchOperation } from "../operation-answers.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Operations";
const requirement = "admin";

export const operationRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "GET",
    path: "/v1/operations",
    requirement,
    rpcs: ["OperationService/List"],
    about: "Lists running operations and the last ones that ended, the newest first.",
    answer: { status: 200, json: z.strictObject({ operations: z.array(operationSchema) }) },
    handle: ({ engine }) =>
      jsonAnswer({ operations: engine.listOperations().map(operationToJson) }),
  }),
  route({
    tag,
    method: "GET",
    path: "/v1/operations/{operation}",
    requirement,
    rpcs: ["OperationService/Get", "OperationService/Watch"],
    about:
      "Reads the state of an operation; with `Accept: text/event-stream` each change is an event, until it has ended.",
    answer: { status: 200, json: operationSchema, events: operationSchema },
    handle: (call) => {
      const id = pathParameter(call, "operation");
      if (wantsEvents(call)) return watchOperation(call, id);
      return jsonAnswer(operationToJson(call.engine.getOperation(id)));
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/operations/{operation}:cancel",
    requirement,
    rpcs: ["OperationService/Cancel"],
    about: "Asks a running operation to end; one that has ended stays as it is.",
    answer: { status: 200, json: operationSchema },
    handle: (call) => {
      const id = pathParameter(call, "operation");
      call.engine.cancelOperation(id);
      return jsonAnswer(operationToJson(call.engine.getOperation(id)));
    },
  }),
];
