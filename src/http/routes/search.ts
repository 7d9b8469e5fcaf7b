// Searches, sessions of searches, explanations and re-rankings.

import { z } from "zod";
import { explainedFields } from "../../contract/explain.js";
import { rerankUpdateFields } from "../../contract/rerank.js";
import type { RerankUpdate } from "../../contract/rerank.js";
import { searchUpdateFields } from "../../contract/search-update.js";
import type { SearchUpdate } from "../../contract/search-update.js";
import type { SearchRequest } from "../../contract/search-request.js";
import { slowSearchesFields } from "../../contract/slow-searches.js";
import type { SlowSearchList } from "../../contract/slow-searches.js";
import { limits } from "../../core/limits.js";
import { sendUpdates } from "../../search/send-updates.js";
import { isReconnect, streamEvents } from "../events.js";
import { jsonAnswer, noContent, pathParameter, wantsEvents } from "../exchange.js";
import type { HttpAnswer, HttpCallContext } from "../exchange.js";
import { toJson } from "../../contract/to-json.js";
import { objectOf } from "../field-json.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";
import {
  explainBody,
  explainFromBody,
  rerankFromBody,
  rerankItemsBody,
  searchBody,
  searchFromBody,
  searchOfBody,
  searchParameters,
  sessionFieldsFromBody,
} from "../search-body.js";

const tag = "Search";
const searchLimits = { bytesMax: limits.searchBodyBytesMax, valuesMax: limits.searchBodyValuesMax };
const rerankLimits = { bytesMax: limits.rerankBodyBytesMax, valuesMax: limits.rerankBodyValuesMax };

const updateSchema = objectOf(searchUpdateFields);
const rankingSchema = objectOf(rerankUpdateFields);

const searchAnswer = { status: 200, events: updateSchema, json: updateSchema } as const;
const searchAbout =
  "Searches a collection; updates come as Server-Sent Events, or the final one as JSON with `Accept: application/json`.";

const ofCollection = { tag, requirement: "read", rpcs: ["SearchService/Search"] } as const;

export const searchRoutes: readonly HttpRoute[] = [
  route({
    ...ofCollection,
    method: "GET",
    path: "/v1/collections/{collection}:search",
    about: searchAbout,
    query: { ...searchParameters, schema: searchBody },
    answer: searchAnswer,
    handle: (call) => search(call, searchFromBody(call.query, pathParameter(call, "collection"))),
  }),
  route({
    ...ofCollection,
    method: "POST",
    path: "/v1/collections/{collection}:search",
    about: searchAbout,
    body: { schema: searchBody, limits: searchLimits },
    answer: searchAnswer,
    handle: (call) => search(call, searchFromBody(call.body, pathParameter(call, "collection"))),
  }),
  route({
    ...ofCollection,
    method: "GET",
    path: "/v1/search",
    about: "The same search; the collection is a parameter.",
    query: { ...searchParameters, schema: searchOfBody },
    answer: searchAnswer,
    handle: (call) => search(call, searchFromBody(call.query, collectionOf(call.query))),
  }),
  route({
    ...ofCollection,
    method: "POST",
    path: "/v1/search",
    about: "The same search; the collection is in the body.",
    body: { schema: searchOfBody, limits: searchLimits },
    answer: searchAnswer,
    handle: (call) => search(call, searchFromBody(call.body, collectionOf(call.body))),
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/collections/{collection}:explain",
    requirement: "read",
    rpcs: ["SearchService/Explain"],
    about: "Explains how a passage of a document gets its score, token by token.",
    body: { schema: explainBody, limits: searchLimits },
    answer: { status: 200, json: objectOf(explainedFields) },
    async handle(call) {
      const asked = explainFromBody(call.body, pathParameter(call, "collection"));
      const explained = await call.engine.explain(asked, { signal: call.signal });
      return jsonAnswer(toJson(explainedFields, explained));
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/items:rerank",
    requirement: "read",
    rpcs: ["SearchService/Rerank"],
    about:
      "Ranks items that the request brings, as texts or as vectors; rankings come as Server-Sent Events with `Accept: text/event-stream`.",
    body: { schema: rerankItemsBody, limits: rerankLimits },
    answer: { status: 200, json: rankingSchema, events: rankingSchema },
    handle: (call) => {
      const updates = call.engine.rerank(rerankFromBody(call.body), {
        ...call.turn,
        signal: call.signal,
      });
      const shown = (update: RerankUpdate): object => toJson(rerankUpdateFields, update);
      return wantsEvents(call) ? sendEvents(call, updates, shown) : lastAnswer(updates, shown);
    },
  }),
  route({
    tag,
    method: "GET",
    path: "/v1/slow-searches",
    requirement: "admin",
    rpcs: ["SearchService/ListSlowSearches"],
    about:
      "Lists the last searches that took longer than `log.slowSearchMs`, of collections that the caller administers; the newest first.",
    answer: { status: 200, json: objectOf(slowSearchesFields) },
    handle: ({ engine }) =>
      jsonAnswer(
        toJson<SlowSearchList>(slowSearchesFields, { searches: engine.listSlowSearches() }),
      ),
  }),
];

function collectionOf(data: object): string {
  const { collection } = data as { readonly collection: string };
  return collection;
}

async function search(
  call: HttpCallContext,
  asked: SearchRequest,
): Promise<HttpAnswer | undefined> {
  if (isReconnect(call)) return noContent;
  const updates = call.engine.search(asked, { ...call.turn, signal: call.signal });
  const shown = (update: SearchUpdate): object => toJson(searchUpdateFields, update);
  const { accept = "" } = call.request.headers;
  const takesOnlyJson = accept.includes("application/json") && !wantsEvents(call);
  return takesOnlyJson ? lastAnswer(updates, shown) : sendEvents(call, updates, shown);
}

interface Update {
  readonly sequence: number;
  readonly final: boolean;
}

function sendEvents<U extends Update>(
  call: HttpCallContext,
  updates: AsyncGenerator<U, void, void>,
  shown: (update: U) => object,
): Promise<undefined> {
  return streamEvents(call, (send) =>
    sendUpdates(updates, {
      signal: call.signal,
      stallMs: call.services.stalledStreamMs,
      send: (update, done) => {
        const event = update.final ? "final" : "update";
        send({ id: update.sequence, event, data: shown(update) }, done);
      },
    }),
  );
}

/** The final update alone. Undefined when the caller has left. */
async function lastAnswer<U extends Update>(
  updates: AsyncGenerator<U, void, void>,
  shown: (update: U) => object,
): Promise<HttpAnswer | undefined> {
  let last: U | undefined;
  for await (const update of updates) last = update;
  return last?.final === true ? jsonAnswer(shown(last)) : undefined;
}

const sessionQuery = z.strictObject({
  query_number: z.int().min(1).max(0xffff_ffff),
  search: z.strictObject({ ...searchOfBody.shape, collection: z.string().optional() }).optional(),
});

const sessionUpdate = z.strictObject({ query_number: z.int(), update: updateSchema });
const sessionTag = "Sessions";

export const sessionRoutes: readonly HttpRoute[] = [
  route({
    tag: sessionTag,
    method: "GET",
    path: "/v1/sessions",
    requirement: "read",
    rpcs: ["SearchService/SearchSession"],
    about:
      "Opens a session of search as you type: an event `session` with its id, then the updates of the newest query, until the stream is closed.",
    answer: { status: 200, events: sessionUpdate },
    handle: (call) => (isReconnect(call) ? noContent : call.services.sessions.run(call)),
  }),
  route({
    tag: sessionTag,
    method: "POST",
    path: "/v1/sessions/{session}",
    requirement: "read",
    rpcs: ["SearchService/SearchSession"],
    about:
      "Sends the next query of a session, which cancels the one before; what it does not set keeps its value.",
    body: { schema: sessionQuery, limits: searchLimits },
    answer: { status: 204 },
    handle: (call) => {
      const { query_number: queryNumber, search: asked } = call.body;
      const set = asked && sessionFieldsFromBody(asked);
      const id = pathParameter(call, "session");
      call.services.sessions.receive(call, id, { queryNumber, search: set });
      return noContent;
    },
  }),
  route({
    tag: sessionTag,
    method: "DELETE",
    path: "/v1/sessions/{session}",
    requirement: "read",
    rpcs: ["SearchService/SearchSession"],
    about: "Ends a session; its last query runs to its final update.",
    answer: { status: 204 },
    handle: (call) => {
      call.services.sessions.end(call, pathParameter(call, "session"));
      return noContent;
    },
  }),
];
