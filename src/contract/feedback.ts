// Feedback as it is sent and listed. proto/sluice/v1/search.proto documents each field for callers.

import { feedbackCertificates, feedbackKinds, feedbackStages } from "../core/feedback.js";
import type { FeedbackCertificate, FeedbackKind, FeedbackStage } from "../core/feedback.js";
import { limits } from "../core/limits.js";
import {
  anyText,
  count,
  implicit,
  list,
  message,
  optional,
  wholeNumbers,
  words,
} from "./fields.js";
import type { FieldTable } from "./fields.js";

export interface FeedbackToSend {
  readonly collection: string;
  readonly queryText: string;
  readonly key: string;
  readonly rank?: number | undefined;
  readonly kind: FeedbackKind;
  readonly generation?: number | undefined;
  readonly eventId?: string | undefined;
  readonly dwellMs?: number | undefined;
  readonly score?: number | undefined;
  readonly stage?: FeedbackStage | undefined;
  readonly certificate?: FeedbackCertificate | undefined;
}

const dwellMs = wholeNumbers(0, limits.dwellMsMax);

/** Of proto SendFeedbackRequest. */
export const feedbackToSendFields = {
  collection: { type: "collection" },
  queryText: { type: "text", bytesMax: limits.queryBytesMax },
  key: { type: "key" },
  rank: implicit(wholeNumbers(0, limits.hitCountMax)),
  kind: words("FEEDBACK_KIND_", feedbackKinds),
  generation: implicit(count),
  eventId: implicit({ type: "text", bytesMax: limits.eventIdBytesMax }),
  dwellMs: implicit(dwellMs),
  score: optional({ type: "number" }),
  stage: optional(words("STAGE_", feedbackStages)),
  certificate: optional(words("CERTIFICATE_", feedbackCertificates)),
} satisfies FieldTable<FeedbackToSend>;

/** Of proto SendFeedbackResponse. */
export const feedbackAckFields = {
  isRepeated: { type: "boolean" },
  isUnknownKey: { type: "boolean" },
} satisfies FieldTable<{ readonly isRepeated: boolean; readonly isUnknownKey: boolean }>;

export interface FeedbackListRequest {
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
  readonly sinceMs?: number | undefined;
}

/** Of proto ListFeedbackRequest, without the collection. */
export const feedbackListFields = {
  pageSize: optional(wholeNumbers(1, limits.pageSizeMax)),
  pageToken: implicit(anyText),
  sinceMs: optional(count),
} satisfies FieldTable<FeedbackListRequest>;

export interface FeedbackEvents {
  readonly events: readonly {
    readonly sequence: number;
    readonly timeMs: number;
    readonly sent: FeedbackToSend;
  }[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Of proto ListFeedbackResponse. */
export const feedbackEventsFields = {
  events: list(
    message({
      sequence: count,
      timeMs: count,
      sent: message(feedbackToSendFields),
    } satisfies FieldTable<FeedbackEvents["events"][number]>),
  ),
  nextPageToken: anyText,
} satisfies FieldTable<FeedbackEvents>;
