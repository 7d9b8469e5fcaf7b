// One event of feedback, to framed bytes and back.

import { Builder, ByteBuffer } from "flatbuffers";

import { SluiceError } from "../core/errors.js";
import { feedbackCertificates, feedbackKinds, feedbackStages } from "../core/feedback.js";
import type { RecordedFeedback } from "../core/feedback.js";
import { Feedback as DiskFeedback } from "../gen/fbs/feedback.js";
import { valueKinds } from "./format.js";
import { frame, unframe } from "./frame.js";
import type { ValueName } from "./frame.js";

export function feedbackName(sequence: number): ValueName & { key: string } {
  return { what: `feedback event ${sequence}`, key: `feedback/${sequence}` };
}

export function packFeedback(event: RecordedFeedback): Buffer {
  const builder = new Builder(256);
  const eventId = builder.createString(event.eventId);
  const queryText = builder.createString(event.queryText);
  const key = builder.createString(event.key);
  DiskFeedback.startFeedback(builder);
  DiskFeedback.addEventId(builder, eventId);
  DiskFeedback.addTimeMs(builder, BigInt(event.timeMs));
  DiskFeedback.addQueryText(builder, queryText);
  DiskFeedback.addKey(builder, key);
  DiskFeedback.addRank(builder, event.rank);
  DiskFeedback.addKind(builder, feedbackKinds.indexOf(event.kind));
  DiskFeedback.addDwellMs(builder, event.dwellMs);
  DiskFeedback.addGeneration(builder, BigInt(event.generation));
  DiskFeedback.addHasScore(builder, event.score !== undefined);
  DiskFeedback.addScore(builder, event.score ?? 0);
  if (event.stage !== undefined)
    DiskFeedback.addStage(builder, 1 + feedbackStages.indexOf(event.stage));
  if (event.certificate !== undefined)
    DiskFeedback.addCertificate(builder, 1 + feedbackCertificates.indexOf(event.certificate));
  builder.finish(DiskFeedback.endFeedback(builder));
  const name = feedbackName(event.sequence);
  return frame(valueKinds.feedback, builder.asUint8Array(), { key: name.key });
}

/** Throws DATA_CORRUPT. */
export function unpackFeedback(framed: Buffer, sequence: number): RecordedFeedback {
  const name = feedbackName(sequence);
  const disk = DiskFeedback.getRootAsFeedback(
    new ByteBuffer(unframe(valueKinds.feedback, framed, name)),
  );
  const kind = feedbackKinds[disk.kind()];
  if (kind === undefined)
    throw new SluiceError("DATA_CORRUPT", `${name.what} is damaged: it has no known kind`);
  const stage = feedbackStages[disk.stage() - 1];
  const certificate = feedbackCertificates[disk.certificate() - 1];
  return {
    sequence,
    kind,
    timeMs: Number(disk.timeMs()),
    eventId: disk.eventId() ?? "",
    queryText: disk.queryText() ?? "",
    key: disk.key() ?? "",
    rank: disk.rank(),
    dwellMs: disk.dwellMs(),
    generation: Number(disk.generation()),
    ...(disk.hasScore() ? { score: disk.score() } : {}),
    ...(stage === undefined ? {} : { stage }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/** The sequence that an event id stands for; the frame is bound to the id. */
export function packFeedbackId(eventId: string, sequence: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(BigInt(sequence));
  return frame(valueKinds.feedbackId, payload, { key: `feedback-id/${eventId}` });
}

/** Throws DATA_CORRUPT. */
export function unpackFeedbackId(framed: Buffer, eventId: string): number {
  const what = `feedback event id ${JSON.stringify(eventId)}`;
  const name = { what, key: `feedback-id/${eventId}` };
  const payload = unframe(valueKinds.feedbackId, framed, name);
  if (payload.length !== 8)
    throw new SluiceError("DATA_CORRUPT", `${what} is damaged: it has ${payload.length} bytes`);
  return Number(Buffer.from(payload).readBigUInt64LE());
}
