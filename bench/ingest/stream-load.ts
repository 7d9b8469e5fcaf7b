// Sends ingest messages over one gRPC stream, at full speed or at a fixed rate.

import { setTimeout as sleep } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { definitions } from "../../src/wire/definitions.js";
import type { IngestResponse__Output } from "../../src/gen/proto/sluice/v1/IngestResponse.js";
import type { WireMessages } from "./wire-messages.js";

export interface StreamLoad {
  readonly address: string;
  readonly messages: WireMessages;
  readonly documentCount: number;
  /** Documents per message. */
  readonly batch: number;
  /** Documents per second; absent for full speed. */
  readonly rate?: number | undefined;
}

export interface StreamResult {
  readonly perSecond: number;
  /** From sending a message to the ack of its last document, sorted. */
  readonly ackMs: readonly number[];
}

/** Unacknowledged documents at full speed. */
const unansweredMax = 1024;

export async function runStream(load: StreamLoad): Promise<StreamResult> {
  const client = new Client(load.address, credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
  });
  try {
    return await send(client, load);
  } finally {
    client.close();
  }
}

async function send(client: Client, load: StreamLoad): Promise<StreamResult> {
  const { messages, documentCount, batch, rate } = load;
  const method = definitions().documents.Ingest;
  const call = client.makeBidiStreamRequest(
    method.path,
    (bytes: Buffer) => bytes,
    method.responseDeserialize,
  );
  const sentAt: { readonly through: number; readonly ms: number }[] = [];
  const ackMs: number[] = [];
  let answered = 0;
  let wake = (): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    call.on("data", (response: IngestResponse__Output) => {
      const failure = response.errors[0];
      if (failure !== undefined) reject(new Error(`${failure.reason}: ${failure.message}`));
      answered = Number(response.answered_through);
      while (sentAt[0] !== undefined && sentAt[0].through <= answered)
        ackMs.push(performance.now() - (sentAt.shift()?.ms ?? 0));
      wake();
    });
    call.on("end", resolve);
    call.on("error", reject);
  });
  ended.catch(() => undefined);
  const startMs = performance.now();
  for (let first = 0; first < documentCount; first += batch) {
    const dueMs = rate === undefined ? 0 : startMs + (1000 * first) / rate;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    while (rate === undefined && first - answered >= unansweredMax)
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), ended]);
    const count = Math.min(batch, documentCount - first);
    // Latency counts from the scheduled time, so that a late sender does not hide it.
    sentAt.push({ through: first + count, ms: dueMs || performance.now() });
    if (!call.write(messages.message(first, count)))
      await Promise.race([new Promise<void>((resolve) => call.once("drain", resolve)), ended]);
  }
  call.end();
  await ended;
  const seconds = (performance.now() - startMs) / 1000;
  return { perSecond: documentCount / seconds, ackMs: ackMs.sort((a, b) => a - b) };
}
