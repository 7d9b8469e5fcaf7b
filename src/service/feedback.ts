// Checks feedback events and pages of them, for both ports.

import type { Feedback, FeedbackKind } from "../core/feedback.js";
import { limits } from "../core/limits.js";
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
import { pageSizeDefault } from "./documents.js";
import { decodePageToken, encodePageToken } from "./page-token.js";

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

/** Throws INVALID_FIELD. */
export function feedbackPage(page: {
  readonly pageSize: number | undefined;
  readonly pageToken: string;
  /** Milliseconds since 1970 UTC. */
  readonly sinceMs: number;
}): FeedbackPageRequest {
  const range = { field: "page_size", min: 1, max: limits.pageSizeMax };
  return {
    pageSize: integerIn(page.pageSize, range) ?? pageSizeDefault,
    afterSequence: sequenceNumber(decodePageToken(page.pageToken) ?? "0", "page_token"),
    sinceMs: page.sinceMs,
  };
}

/** Empty on the last page. */
export function nextFeedbackToken({ nextAfterSequence }: FeedbackPage): string {
  return nextAfterSequence === undefined ? "" : encodePageToken(`${nextAfterSequence}`);
}
