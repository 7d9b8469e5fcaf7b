// Re-ranking in the shapes of other services, so that their clients can be pointed here.

import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { limits } from "../../core/limits.js";
import type { RerankUpdate } from "../../contract/rerank.js";
import { jsonAnswer } from "../exchange.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import { rerankAnswer, rerankBody, rerankBodyFrom, rerankShape } from "../rerank-body.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const spec = {
  tag: "Re-ranking",
  method: "POST",
  requirement: "read",
  rpcs: ["SearchService/Rerank"],
  body: {
    schema: rerankBody,
    limits: { bytesMax: limits.rerankBodyBytesMax, valuesMax: limits.rerankBodyValuesMax },
  },
  answer: { status: 200, json: rerankShape },
  tellsMessage: true,
} as const;

export const rerankRoutes: readonly HttpRoute[] = [
  route({
    ...spec,
    path: "/v1/rerank",
    about: "Ranks given texts, in the shape of the first version of Cohere's API and of Voyage's.",
    handle: (call) => rerank(call, call.body, "1"),
  }),
  route({
    ...spec,
    path: "/v2/rerank",
    about: "Ranks given texts, in the shape of the second version of Cohere's API and of Jina's.",
    handle: (call) => rerank(call, call.body, "2"),
  }),
];

async function rerank(
  call: HttpCallContext,
  data: z.output<typeof rerankBody>,
  version: "1" | "2",
): Promise<HttpAnswer | undefined> {
  const body = rerankBodyFrom(data);
  let last: RerankUpdate | undefined;
  const options = { ...call.turn, signal: call.signal };
  for await (const update of call.engine.rerank(body.request, options)) last = update;
  if (last === undefined) return undefined;
  return jsonAnswer(rerankAnswer(body, last, { id: randomUUID(), version }));
}
