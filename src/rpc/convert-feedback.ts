// Converts and validates feedback events, and converts recorded events to messages.

import { words } from "../contract/fields.js";
import { certificate, stage } from "../contract/search-update.js";
import { feedbackKinds } from "../core/feedback.js";
import type { Feedback, FeedbackKind } from "../core/feedback.js";
import { limits } from "../core/limits.js";
import type { ListFeedbackRequest__Output } from "../gen/proto/sluice/v1/ListFeedbackRequest.js";
import type { ListFeedbackResponse } from "../gen/proto/sluice/v1/ListFeedbackResponse.js";
import type { SendFeedbackRequest__Output } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import { knownWord, wordToMessage } from "../wire/field-messages.js";
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
} from "../contract/validate.js";

const pageSizeDefault = 100;

/** An event from a caller, with the names of stages and certificates resolved. */
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

const kind = words("FEEDBACK_KIND_", feedbackKinds);

export function feedbackFromMessage(message: SendFeedbackRequest__Output): Feedback {
  return checkedFeedback({
    kind: knownWord(kind, message.kind),
    queryText: message.query_text,
    key: message.key,
    rank: message.rank,
    dwellMs: message.dwell_ms,
    generation: sequenceNumber(message.generation, "generation"),
    eventId: message.event_id,
    score: message.score,
    stage: knownWord(stage, message.stage),
    certificate: knownWord(certificate, message.certificate),
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
        kind: wordToMessage(kind, event.kind),
        dwell_ms: event.dwellMs,
        generation: event.generation,
        event_id: event.eventId,
        ...(event.score === undefined ? {} : { score: event.score }),
        ...(event.stage && { stage: wordToMessage(stage, event.stage) }),
        ...(event.certificate && {
          certificate: wordToMessage(certificate, event.certificate),
        }),
      },
    })),
  };
}
