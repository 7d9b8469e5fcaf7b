// Feedback: what users did with hits, sent by a search page and read by its operator.

import {
  feedbackAckFields,
  feedbackEventsFields,
  feedbackListFields,
  feedbackToSendFields,
} from "../../contract/feedback.js";
import type {
  FeedbackEvents,
  FeedbackListRequest,
  FeedbackToSend,
} from "../../contract/feedback.js";
import { collectionName } from "../../contract/validate.js";
import { limits } from "../../core/limits.js";
import { checkedFeedback, feedbackPage, nextFeedbackToken } from "../../service/feedback.js";
import { collectionOfPath, jsonAnswer, pathParameter } from "../exchange.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import { toJson } from "../../contract/to-json.js";
import { fromJson, objectOf } from "../field-json.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Feedback";

/** Maximum size of a body with all fields at their limits, escaped. */
const bodyLimits = {
  bytesMax: limits.feedbackBodyBytesMax,
  valuesMax: limits.feedbackBodyValuesMax,
};

const { collection: _collection, ...feedbackOfCollection } = feedbackToSendFields;
const sent = { tag, requirement: "feedback", rpcs: ["SearchService/SendFeedback"] } as const;
const acknowledged = { status: 200, json: objectOf(feedbackAckFields) } as const;

export const feedbackRoutes: readonly HttpRoute[] = [
  route({
    ...sent,
    method: "POST",
    path: "/v1/collections/{collection}/feedback",
    about: "Records what a user did with a hit; answered when the event is on disk.",
    body: {
      schema: objectOf(feedbackOfCollection),
      limits: bodyLimits,
    },
    answer: acknowledged,
    handle: (call) => send(call, { ...call.body, collection: pathParameter(call, "collection") }),
  }),
  route({
    ...sent,
    method: "POST",
    path: "/v1/feedback",
    about: "The same event; the collection is in the body.",
    body: { schema: objectOf(feedbackToSendFields), limits: bodyLimits },
    answer: acknowledged,
    handle: (call) => send(call, call.body),
  }),
  route({
    tag,
    method: "GET",
    path: "/v1/collections/{collection}/feedback",
    requirement: "admin",
    rpcs: ["SearchService/ListFeedback"],
    about: "Pages through the recorded feedback of a collection, oldest first.",
    query: {
      table: feedbackListFields,
      schema: objectOf(feedbackListFields),
    },
    answer: { status: 200, json: objectOf(feedbackEventsFields) },
    async handle(call) {
      const collection = collectionOfPath(call);
      const asked = fromJson<FeedbackListRequest>(feedbackListFields, call.query);
      const { pageSize, pageToken = "", sinceMs = 0 } = asked;
      const page = await call.engine.listFeedback(
        collection,
        feedbackPage({ pageSize, pageToken, sinceMs }),
      );
      const events = page.events.map(({ sequence, timeMs, ...event }) => {
        return { sequence, timeMs, sent: { ...event, collection } };
      });
      const shown = { events, nextPageToken: nextFeedbackToken(page) };
      return jsonAnswer(toJson<FeedbackEvents>(feedbackEventsFields, shown));
    },
  }),
];

async function send(call: HttpCallContext, data: object): Promise<HttpAnswer> {
  const event = fromJson<FeedbackToSend>(feedbackToSendFields, data);
  const collection = collectionName(event.collection ?? "", "collection");
  const ack = await call.engine.sendFeedback(
    collection,
    checkedFeedback({
      kind: event.kind,
      queryText: event.queryText ?? "",
      key: event.key ?? "",
      rank: event.rank ?? 0,
      dwellMs: event.dwellMs ?? 0,
      generation: event.generation ?? 0,
      eventId: event.eventId ?? "",
      score: event.score,
      stage: event.stage,
      certificate: event.certificate,
    }),
  );
  return jsonAnswer(toJson(feedbackAckFields, ack));
}
