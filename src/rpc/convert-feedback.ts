// Converts and validates feedback events, and converts recorded events to messages.

import { words } from "../contract/fields.js";
import { certificate, stage } from "../contract/search-update.js";
import { feedbackKinds } from "../core/feedback.js";
import type { Feedback } from "../core/feedback.js";
import type { ListFeedbackRequest__Output } from "../gen/proto/sluice/v1/ListFeedbackRequest.js";
import type { ListFeedbackResponse } from "../gen/proto/sluice/v1/ListFeedbackResponse.js";
import type { SendFeedbackRequest__Output } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import { knownWord, wordToMessage } from "../wire/field-messages.js";
import type { FeedbackPage, FeedbackPageRequest } from "../engine/api.js";
import { sequenceNumber } from "../contract/validate.js";
import { checkedFeedback, feedbackPage, nextFeedbackToken } from "../service/feedback.js";

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
  return feedbackPage({
    pageSize: message.page_size,
    pageToken: message.page_token,
    sinceMs: sequenceNumber(message.since_ms ?? "0", "since_ms"),
  });
}

export function feedbackPageToMessage(
  collection: string,
  page: FeedbackPage,
): ListFeedbackResponse {
  return {
    next_page_token: nextFeedbackToken(page),
    events: page.events.map((event) => ({
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
