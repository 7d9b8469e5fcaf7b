// Feedback: events from messages, checked; recorded events to messages.

import type {
  Feedback,
  FeedbackCertificate,
  FeedbackKind,
  FeedbackStage,
} from "../core/feedback.js";
import { limits } from "../core/limits.js";
import type { ListFeedbackRequest__Output } from "../gen/proto/sluice/v1/ListFeedbackRequest.js";
import type { ListFeedbackResponse } from "../gen/proto/sluice/v1/ListFeedbackResponse.js";
import type { SendFeedbackRequest__Output } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import type { FeedbackPage, FeedbackPageRequest } from "./ports.js";
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

const kinds = {
  FEEDBACK_KIND_CLICK: "click",
  FEEDBACK_KIND_RELEVANT: "relevant",
  FEEDBACK_KIND_NOT_RELEVANT: "not_relevant",
  FEEDBACK_KIND_COPIED: "copied",
  FEEDBACK_KIND_DWELL: "dwell",
} as const satisfies Record<string, FeedbackKind>;

const stages = {
  STAGE_LEXICAL: "lexical",
  STAGE_CANDIDATES: "candidates",
  STAGE_LATE_INTERACTION: "late_interaction",
  STAGE_CROSS_ENCODER: "cross_encoder",
} as const satisfies Record<string, FeedbackStage>;

const certificates = {
  CERTIFICATE_LEXICAL: "lexical",
  CERTIFICATE_ESTIMATE: "estimate",
  CERTIFICATE_EXACT: "exact",
  CERTIFICATE_RERANKED: "reranked",
} as const satisfies Record<string, FeedbackCertificate>;

export function feedbackFromMessage(message: SendFeedbackRequest__Output): Feedback {
  return checkedFeedback({
    kind: named(kinds, message.kind),
    queryText: message.query_text,
    key: message.key,
    rank: message.rank,
    dwellMs: message.dwell_ms,
    generation: sequenceNumber(message.generation, "generation"),
    eventId: message.event_id,
    score: message.score,
    stage: named(stages, message.stage),
    certificate: named(certificates, message.certificate),
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
        kind: wireName(kinds, event.kind) ?? "FEEDBACK_KIND_UNSPECIFIED",
        dwell_ms: event.dwellMs,
        generation: event.generation,
        event_id: event.eventId,
        ...(event.score === undefined ? {} : { score: event.score }),
        stage: wireName(stages, event.stage) ?? "STAGE_UNSPECIFIED",
        certificate: wireName(certificates, event.certificate) ?? "CERTIFICATE_UNSPECIFIED",
      },
    })),
  };
}

function named<T>(names: Readonly<Record<string, T>>, wire: string): T | undefined {
  return Object.hasOwn(names, wire) ? names[wire] : undefined;
}

function wireName<K extends string>(
  names: Readonly<Record<K, string>>,
  name: unknown,
): K | undefined {
  const found = Object.entries(names).find(([, value]) => value === name);
  return found?.[0] as K | undefined;
}
