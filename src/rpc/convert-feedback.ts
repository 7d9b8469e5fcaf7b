// Feedback: events from messages, checked; recorded events to messages.

import type { Feedback, FeedbackKind } from "../core/feedback.js";
import { limits } from "../core/limits.js";
import type { ListFeedbackRequest__Output } from "../gen/proto/sluice/v1/ListFeedbackRequest.js";
import type { ListFeedbackResponse } from "../gen/proto/sluice/v1/ListFeedbackResponse.js";
import type { SendFeedbackRequest__Output } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import { certificateNames, stageNames } from "./convert-search.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import type { FeedbackPage, FeedbackPageRequest } from "../engine/api.js";
import {
  documentKey,
  finiteNumber,
  integerIn,
  invalidField,
  sequenceNumber,
  shortName,
  textWithin,
} from "./validate.js";

const pageSizeDefault = 100;

/** What a caller sent, with the names of stages and certificates resolved. */
export type SentFeedback = Omit<Feedback, "kind"> & { readonly kind: FeedbackKind | undefined };

/** Checks every value; names are those of the wire, which JSON shares. Throws INVALID_FIELD. */
export function checkedFeedback(sent: SentFeedback): Feedback {
  const { kind, queryText, dwellMs, eventId } = sent;
  if (kind === undefined)
    throw invalidField("kind", "kind is missing or unknown; send what the user did");
  if (queryText.trim() === "")
    throw invalidField("query_text", "query_text is empty; send the query that was asked");
  if (kind === "dwell") integerIn(dwellMs, { field: "dwell_ms", min: 1, max: limits.dwellMsMax });
  else if (dwellMs !== 0)
    throw invalidField("dwell_ms", `dwell_ms is ${dwellMs}, and the kind is ${kind}; leave it out`);
  integerIn(sent.rank, { field: "rank", min: 0, max: limits.hitCountMax });
  return {
    ...sent,
    kind,
    queryText: textWithin(queryText, { field: "query_text", bytesMax: limits.queryBytesMax }),
    key: documentKey(sent.key, "key"),
    eventId: eventId && shortName(eventId, { field: "event_id", bytesMax: limits.eventIdBytesMax }),
    score: finiteNumber(sent.score, "score"),
  };
}

const kindNames = {
  click: "FEEDBACK_KIND_CLICK",
  relevant: "FEEDBACK_KIND_RELEVANT",
  not_relevant: "FEEDBACK_KIND_NOT_RELEVANT",
  copied: "FEEDBACK_KIND_COPIED",
  dwell: "FEEDBACK_KIND_DWELL",
} as const satisfies Record<FeedbackKind, string>;

export function feedbackFromMessage(message: SendFeedbackRequest__Output): Feedback {
  return checkedFeedback({
    kind: nameOf(kindNames, message.kind),
    queryText: message.query_text,
    key: message.key,
    rank: message.rank,
    dwellMs: message.dwell_ms,
    generation: sequenceNumber(message.generation, "generation"),
    eventId: message.event_id,
    score: message.score,
    stage: nameOf(stageNames, message.stage),
    certificate: nameOf(certificateNames, message.certificate),
  });
}

export function feedbackPageFromMessage(message: ListFeedbackRequest__Output): FeedbackPageRequest {
  const range = { field: "page_size", min: 1, max: limits.pageSizeMax };
  return {
    pageSize: integerIn(message.page_size, range) ?? pageSizeDefault,
    afterSequence: sequenceNumber(decodePageToken(message.page_token) ?? "0", "page_token"),
    sinceMs: sequenceNumber(message.since_ms ?? "0", "since_ms"),
  };
}

export function feedbackPageToMessage(
  collection: string,
  { events, nextAfterSequence }: FeedbackPage,
): ListFeedbackResponse {
  return {
    next_page_token: nextAfterSequence === undefined ? "" : encodePageToken(`${nextAfterSequence}`),
    events: events.map((event) => ({
      sequence: event.sequence,
      time_ms: event.timeMs,
      sent: {
        collection,
        query_text: event.queryText,
        key: event.key,
        rank: event.rank,
        kind: kindNames[event.kind],
        dwell_ms: event.dwellMs,
        generation: event.generation,
        event_id: event.eventId,
        ...(event.score === undefined ? {} : { score: event.score }),
        ...(event.stage && { stage: stageNames[event.stage] }),
        ...(event.certificate && { certificate: certificateNames[event.certificate] }),
      },
    })),
  };
}

/** Ours for a name of the wire; undefined: this version has none. */
function nameOf<Name extends string>(
  names: Readonly<Record<Name, string>>,
  wire: string,
): Name | undefined {
  return (Object.keys(names) as Name[]).find((name) => names[name] === wire);
}
