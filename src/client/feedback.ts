// Feedback as the client sends and reads it: plain values.

import { present } from "../core/assert.js";
import type {
  Feedback,
  FeedbackCertificate,
  FeedbackKind,
  FeedbackStage,
  RecordedFeedback,
} from "../core/feedback.js";
import type { FeedbackEvent__Output } from "../gen/proto/sluice/v1/FeedbackEvent.js";
import type { SendFeedbackRequest } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import type { CallOptions, Channel } from "./channel.js";
import { definitions } from "../wire/definitions.js";

type Told = Pick<Feedback, "queryText" | "key" | "kind">;

/** Fields that are absent are unknown. */
export type ClientFeedback = Told & Partial<Omit<Feedback, keyof Told>>;

/** The event is on disk. */
export interface ClientFeedbackAck {
  /** An event of the same id was stored before. */
  readonly isRepeated: boolean;
  /** The collection currently has no document with that key. */
  readonly isUnknownKey: boolean;
}

export async function sendFeedback(
  channel: Channel,
  { collection, feedback }: { readonly collection: string; readonly feedback: ClientFeedback },
  options: CallOptions,
): Promise<ClientFeedbackAck> {
  const { eventId = "", stage, certificate, score } = feedback;
  const request: SendFeedbackRequest = {
    collection,
    query_text: feedback.queryText,
    key: feedback.key,
    rank: feedback.rank ?? 0,
    kind: `FEEDBACK_KIND_${upper(feedback.kind)}`,
    dwell_ms: feedback.dwellMs ?? 0,
    generation: feedback.generation ?? 0,
    event_id: eventId,
    ...(score === undefined ? {} : { score }),
    ...(stage === undefined ? {} : { stage: `STAGE_${upper(stage)}` }),
    ...(certificate === undefined ? {} : { certificate: `CERTIFICATE_${upper(certificate)}` }),
  };
  // Without an id a retry could store a second event.
  const call = { ...options, isIdempotent: eventId !== "" };
  const ack = await channel.unary(definitions().search.SendFeedback, request, call);
  return { isRepeated: ack.is_repeated, isUnknownKey: ack.is_unknown_key };
}

export async function* listFeedback(
  channel: Channel,
  collection: string,
  { sinceMs, ...options }: CallOptions & { readonly sinceMs?: number | undefined },
): AsyncGenerator<RecordedFeedback, void, void> {
  const call = { ...options, isIdempotent: true };
  const method = definitions().search.ListFeedback;
  let token = "";
  do {
    const since = sinceMs === undefined ? {} : { since_ms: sinceMs };
    const request = { collection, page_token: token, page_size: 1000, ...since };
    const page = await channel.unary(method, request, call);
    yield* page.events.map(eventFromMessage);
    token = page.next_page_token;
  } while (token !== "");
}

function eventFromMessage({ sequence, time_ms, sent }: FeedbackEvent__Output): RecordedFeedback {
  const told = present(sent, "every event says what was sent");
  const { score } = told;
  const stage = withoutPrefix(told.stage, "STAGE_") as FeedbackStage | undefined;
  const certificate = withoutPrefix(told.certificate, "CERTIFICATE_");
  return {
    sequence: Number(sequence),
    timeMs: Number(time_ms),
    queryText: told.query_text,
    key: told.key,
    rank: told.rank,
    kind: (withoutPrefix(told.kind, "FEEDBACK_KIND_") ?? "click") as FeedbackKind,
    dwellMs: told.dwell_ms,
    generation: Number(told.generation),
    eventId: told.event_id,
    ...(score === undefined ? {} : { score }),
    ...(stage === undefined ? {} : { stage }),
    ...(certificate === undefined ? {} : { certificate: certificate as FeedbackCertificate }),
  };
}

function upper<T extends string>(name: T): Uppercase<T> {
  return name.toUpperCase() as Uppercase<T>;
}

function withoutPrefix(wire: string, prefix: string): string | undefined {
  const name = wire.slice(prefix.length).toLowerCase();
  return name === "unspecified" ? undefined : name;
}
