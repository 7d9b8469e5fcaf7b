// /v1/rerank and /v2/rerank: for clients of rerank services, pointed here by their base URL.

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "../core/limits.js";
import type { RerankUpdate } from "../contract/rerank.js";
import type { EngineApi } from "../engine/api.js";
import { toHttpFailure } from "./errors.js";
import type { HttpLogger } from "./errors.js";
import { rerankAnswer, rerankBodyFromJson } from "./rerank-body.js";
import type { Turn } from "./exchange-bounds.js";
import { readBody } from "./requests.js";
import { sendFailure, sendJson } from "./responses.js";

const bodyLimits = { bytesMax: limits.rerankBodyBytesMax, valuesMax: limits.rerankBodyValuesMax };

export async function handleRerank(
  {
    engine,
    logger,
    turn,
  }: {
    readonly engine: EngineApi;
    readonly logger: HttpLogger;
    readonly turn: Turn;
  },
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly version: "1" | "2";
  },
): Promise<void> {
  const { request, response, version } = exchange;
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  const { signal } = controller;
  try {
    const body = rerankBodyFromJson(await readBody(request, bodyLimits));
    let last: RerankUpdate | undefined;
    const options = { ...turn, signal };
    for await (const update of engine.rerank(body.request, options)) last = update;
    if (last === undefined) throw new Error("a rerank ends with a final ranking");
    sendJson(response, 200, rerankAnswer(body, last, { id: randomUUID(), version }));
  } catch (error) {
    if (signal.aborted) return;
    const failure = toHttpFailure(error, logger);
    const { message } = failure.body.error;
    // Cohere's clients read `message`, those of Jina and Voyage `detail`.
    sendFailure(response, { ...failure, body: { ...failure.body, message, detail: message } });
  }
}
