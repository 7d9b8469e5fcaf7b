// Re-ranking in the shapes of other services, so that their clients can be pointed here.

import { randomUUID } from "node:crypto";
import { z } from "zod";
import { limits } from "../../core/limits.js";
import type { RankedItem, RerankRequest, RerankUpdate } from "../../contract/rerank.js";
import { jsonAnswer } from "../exchange.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import {
  rerankAnswer,
  rerankBody,
  rerankBodyFrom,
  rerankShape,
  scoreAnswer,
  scoreBody,
  scoreRequest,
  scoreShape,
  teiAnswer,
  teiBody,
  teiRequest,
  teiShape,
} from "../rerank-body.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const bodyLimits = { bytesMax: limits.rerankBodyBytesMax, valuesMax: limits.rerankBodyValuesMax };

const common = {
  tag: "Re-ranking",
  method: "POST",
  requirement: "read",
  rpcs: ["SearchService/Rerank"],
  tellsMessage: true,
} as const;

const versioned = {
  ...common,
  body: { schema: rerankBody, limits: bodyLimits },
  answer: { status: 200, json: rerankShape },
} as const;

const scored = {
  ...common,
  body: { schema: scoreBody, limits: bodyLimits },
  answer: { status: 200, json: scoreShape },
} as const;

const scoreAbout = "Scores texts against one text, in the shape of vLLM.";

export const rerankRoutes: readonly HttpRoute[] = [
  route({
    ...versioned,
    path: "/v1/rerank",
    about: "Ranks given texts, in the shape of the first version of Cohere's API and of Voyage's.",
    handle: (call) => rerank(call, call.body, "1"),
  }),
  route({
    ...versioned,
    path: "/v2/rerank",
    about:
      "Ranks given texts, in the shape of the second version of Cohere's API, of Jina's and of vLLM's.",
    handle: (call) => rerank(call, call.body, "2"),
  }),
  route({
    ...common,
    path: "/rerank",
    about: "Ranks given texts: `texts` in the shape of TEI, `documents` in that of vLLM.",
    body: { schema: z.union([teiBody, rerankBody]), limits: bodyLimits },
    answer: { status: 200, json: z.union([teiShape, rerankShape]) },
    async handle(call) {
      const { body } = call;
      if (!isTei(body)) return rerank(call, body, "1");
      const hits = await rankingOf(call, teiRequest(body));
      return hits && jsonAnswer(teiAnswer(body, hits));
    },
  }),
  ...["/score", "/v1/score"].map((path) =>
    route({
      ...scored,
      path,
      about: scoreAbout,
      async handle(call) {
        const hits = await rankingOf(call, scoreRequest(call.body));
        return hits && jsonAnswer(scoreAnswer(call.body, hits, randomUUID()));
      },
    }),
  ),
];

function isTei(
  body: z.output<typeof teiBody> | z.output<typeof rerankBody>,
): body is z.output<typeof teiBody> {
  return Array.isArray(body["texts"]);
}

async function rerank(
  call: HttpCallContext,
  data: z.output<typeof rerankBody>,
  version: "1" | "2",
): Promise<HttpAnswer | undefined> {
  const body = rerankBodyFrom(data);
  const hits = await rankingOf(call, body.request);
  return hits && jsonAnswer(rerankAnswer(body, hits, { id: randomUUID(), version }));
}

/** The final ranking. Undefined when the caller has left. */
async function rankingOf(
  call: HttpCallContext,
  request: RerankRequest,
): Promise<readonly RankedItem[] | undefined> {
  let last: RerankUpdate | undefined;
  const options = { ...call.turn, signal: call.signal };
  for await (const update of call.engine.rerank(request, options)) last = update;
  return last?.hits;
}
