// /v1/feedback: user interactions with hits, sent by a search page.

import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { feedbackCertificates, feedbackKinds, feedbackStages } from "../core/feedback.js";
import type { Feedback } from "../core/feedback.js";
import { limits } from "../core/limits.js";
import type { EngineApi } from "../engine/api.js";
import { toHttpFailure } from "./errors.js";
import type { HttpLogger } from "./errors.js";
import { parseBody } from "./json-body.js";
import { readBody } from "./requests.js";
import { sendFailure, sendJson } from "./responses.js";

/** Maximum size of a body with all fields at their limits, escaped. */
const bodyLimits = {
  bytesMax: limits.feedbackBodyBytesMax,
  valuesMax: limits.feedbackBodyValuesMax,
};

function within(bytesMax: number): z.ZodString {
  return z
    .string()
    .refine((text) => Buffer.byteLength(text, "utf8") <= bytesMax, `more than ${bytesMax} bytes`)
    .refine((text) => !text.includes("\0"), "holds a NUL character");
}

/** The names, ranges and defaults of SendFeedbackRequest; enums in lower case. */
const feedbackBody = z
  .strictObject({
    collection: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "no name of a collection"),
    query_text: within(limits.queryBytesMax).refine((text) => text.trim() !== "", "is empty"),
    key: within(limits.keyBytesMax).min(1),
    rank: z.int().min(0).max(limits.hitCountMax).default(0),
    kind: z.enum(feedbackKinds),
    dwell_ms: z.int().min(0).max(limits.dwellMsMax).default(0),
    generation: z.int().min(0).default(0),
    event_id: within(limits.eventIdBytesMax).default(""),
    score: z.number().optional(),
    stage: z.enum(feedbackStages).optional(),
    certificate: z.enum(feedbackCertificates).optional(),
  })
  .refine(({ kind, dwell_ms: dwellMs }) => (kind === "dwell") === dwellMs > 0, {
    path: ["dwell_ms"],
    message: "is for kind dwell, and required with it",
  });

export async function handleFeedback(
  { engine, logger }: { readonly engine: EngineApi; readonly logger: HttpLogger },
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  try {
    const body = parseBody(feedbackBody, await readBody(request, bodyLimits));
    const ack = await engine.sendFeedback(body.collection, toFeedback(body));
    sendJson(response, 200, { is_repeated: ack.isRepeated, is_unknown_key: ack.isUnknownKey });
  } catch (error) {
    if (!response.writableEnded && !response.destroyed)
      sendFailure(response, toHttpFailure(error, logger));
  }
}

function toFeedback(body: z.output<typeof feedbackBody>): Feedback {
  return {
    key: body.key,
    rank: body.rank,
    kind: body.kind,
    generation: body.generation,
    queryText: body.query_text,
    dwellMs: body.dwell_ms,
    eventId: body.event_id,
    score: body.score,
    stage: body.stage,
    certificate: body.certificate,
  };
}
