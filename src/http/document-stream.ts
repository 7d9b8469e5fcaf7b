// Documents as lines of JSON, answered by lines of JSON as they become durable.

import { isUtf8 } from "node:buffer";
import type { IngestDocument } from "../core/document.js";
import { limits } from "../core/limits.js";
import { invalidField } from "../contract/validate.js";
import type { IngestAnswer } from "../service/ingest-answers.js";
import { IngestStream } from "../service/ingest-stream.js";
import type { IngestEntry } from "../service/ingest-stream.js";
import { documentFromJson, sentKeyOf } from "./document-json.js";
import { toHttpFailure } from "./errors.js";
import { writeCounted } from "./exchange-bounds.js";
import { failLines } from "./responses.js";
import type { HttpCallContext } from "./exchange.js";
import { parseJsonText } from "./json-body.js";
import { createJsonScan } from "./json-scan.js";
import { LineReader } from "./line-reader.js";
import type { BodyLine } from "./line-reader.js";

/**
 * `answersAcks`: false sends only what was refused, and how far everything is answered. An error of
 * the stream before its first answer rejects; a later one is its last line, and the transfer stays
 * incomplete.
 */
export async function ingestLines(
  call: HttpCallContext,
  collection: string,
  { answersAcks }: { readonly answersAcks: boolean },
): Promise<undefined> {
  const { request, response, engine, services, logger, signal, turn } = call;
  const { stalledStreamMs, ingestInFlightMax: inFlightMax } = services;
  // Throws COLLECTION_NOT_FOUND before a line is read.
  engine.describeCollection(collection);
  const receive = (line: BodyLine): void => {
    const { length } = line.bytes;
    if (isBlank(line.bytes)) reader.release(length);
    else
      stream.receive(collection, {
        entries: [toEntry(line, (name) => call.warnOfUnknown(name))],
        onBegun: () => undefined,
        onAnswered: () => reader.release(length),
      });
  };
  // Nothing is read before the stream below is there.
  const reader = new LineReader(request, {
    onLine: receive,
    onEnd: () => stream.endOfRequests(),
    onError: (error) => stream.stop(error),
  });
  const transport = {
    path: call.operation,
    logger,
    stalledStreamMs,
    write: (answer: IngestAnswer, done: (error?: Error | null) => void) =>
      writeAnswer(call, answersAcks ? answer : { ...answer, acks: [] }, done),
    pause: () => reader.pause(),
    resume: () => reader.resume(),
  };
  const stream = new IngestStream(transport, { engine, span: turn.span, inFlightMax });
  const release = services.onStop(() => stream.endWhenIdle());
  signal.addEventListener("abort", () => stream.stop(undefined), { once: true });
  try {
    await stream.settling.finished;
  } catch (error) {
    if (signal.aborted) return;
    if (!response.headersSent) throw error;
    failLines(response, toHttpFailure(error, logger));
    return;
  } finally {
    release();
  }
  if (signal.aborted) return;
  beginLines(call);
  response.end();
}

const space = 0x20;

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 16 && bytes.every((byte) => byte <= space);
}

function toEntry({ number, bytes }: BodyLine, onUnknown: (name: string) => void): IngestEntry {
  let key = "";
  return {
    clientSequence: number,
    get key() {
      return key;
    },
    byteCount: 4096 + bytes.length,
    read(): IngestDocument {
      createJsonScan(limits.bodyValuesMax).add(bytes);
      if (!isUtf8(bytes)) throw invalidField("body", `line ${number} is not valid UTF-8`);
      const value = parseJsonText(bytes.toString());
      key = sentKeyOf(value);
      return documentFromJson(value, onUnknown);
    },
  };
}

function beginLines(call: HttpCallContext): void {
  const { response } = call;
  if (response.headersSent) return;
  call.takeOver();
  response.writeHead(200, {
    "content-type": "application/x-ndjson; charset=utf-8",
    "x-accel-buffering": "no",
  });
}

function writeAnswer(
  call: HttpCallContext,
  answer: IngestAnswer,
  done: (error?: Error | null) => void,
): void {
  beginLines(call);
  const text = `${JSON.stringify(answer)}\n`;
  writeCounted(call.response, text, done);
}
