// Ingest in the client: documents in batches, a limit on those in flight, and a new stream for the
// rest after a connection failure.

import type { ClientDuplexStream } from "@grpc/grpc-js";
import { assert } from "../core/assert.js";
import type { DocumentToWrite } from "../contract/documents.js";
import type { IngestDocument } from "../core/document.js";
import type { DocumentServiceDefinition } from "../gen/proto/sluice/v1/DocumentService.js";
import type { IngestRequest } from "../gen/proto/sluice/v1/IngestRequest.js";
import type { IngestResponse__Output } from "../gen/proto/sluice/v1/IngestResponse.js";
import type { Channel } from "./channel.js";
import { toClientError } from "./client-error.js";
import { ackFromMessage, ingestErrorFromMessage } from "./messages.js";
import { documentToMessage } from "../wire/document-messages.js";
import { createDocumentSource, sizeOf } from "./document-source.js";
import type { DocumentSource, NumberedDocument } from "./document-source.js";
import type { ClientIngestAck, ClientIngestError, ClientIngestSummary } from "./types.js";

/** Options of `ingest`. All have defaults. */
export interface IngestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Timeout of the whole ingest in milliseconds. Defaults to none. */
  readonly deadlineMs?: number | undefined;
  /** Called for each document that is on disk and visible. */
  readonly onAck?: ((ack: ClientIngestAck) => void) | undefined;
  /** Called for each document that was rejected, and why. */
  readonly onError?: ((error: ClientIngestError) => void) | undefined;
  /** Maximum number of documents in flight. Defaults to 1,024. */
  readonly unansweredMax?: number | undefined;
  /** Documents per message, up to 256. Defaults to 64. */
  readonly batchDocumentsMax?: number | undefined;
}

/** Maximum bytes in flight, which bounds memory at both ends. */
const unansweredBytesMax = 64 * 1024 * 1024;

/** Message size at which a batch is sent, bytes; grpc-js is fastest below 1 MiB. */
const batchBytesMax = 512 * 1024;

type IngestCall = ClientDuplexStream<IngestRequest, IngestResponse__Output>;

interface IngestState {
  readonly collection: string;
  readonly options: IngestOptions;
  readonly batchDocumentsMax: number;
  readonly unansweredMax: number;
  readonly source: DocumentSource;
  /** Documents in flight, in ascending client sequence. */
  readonly unanswered: Map<number, IngestDocument>;
  unansweredBytes: number;
  acknowledgedCount: number;
  failedCount: number;
  lastSequence: number;
}

/**
 * Sends all documents and resolves when each is answered. When the connection breaks, a new stream
 * resumes with the unanswered documents; one that was already stored is replaced by the same
 * content. Throws SluiceClientError for errors of the stream, and errors of the iterable or a
 * callback.
 */
export async function ingestDocuments(
  channel: Channel,
  service: DocumentServiceDefinition,
  work: {
    readonly collection: string;
    readonly documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>;
    readonly options: IngestOptions;
  },
): Promise<ClientIngestSummary> {
  const { options, collection } = work;
  const batchDocumentsMax = options.batchDocumentsMax ?? 64;
  const state: IngestState = {
    collection,
    options,
    batchDocumentsMax,
    unansweredMax: options.unansweredMax ?? 1024,
    source: createDocumentSource(work.documents, {
      documentsMax: batchDocumentsMax,
      bytesMax: batchBytesMax,
    }),
    unanswered: new Map(),
    unansweredBytes: 0,
    acknowledgedCount: 0,
    failedCount: 0,
    lastSequence: 0,
  };
  try {
    const { signal, deadlineMs } = options;
    const progress = (): number => state.acknowledgedCount + state.failedCount;
    await channel.withRetries({ signal, deadlineMs, mayRetry: () => true, progress }, (left) =>
      runStream(channel.duplexStream(service.Ingest, left), state),
    );
  } finally {
    await state.source.close();
  }
  const { acknowledgedCount, failedCount, lastSequence } = state;
  return { acknowledgedCount, failedCount, lastSequence };
}

/** Runs one stream to its end; rejects when it breaks. */
async function runStream(call: IngestCall, state: IngestState): Promise<void> {
  let wake = (): void => undefined;
  const over = new Promise<void>((resolve, reject) => {
    call.on("data", (response: IngestResponse__Output) => {
      try {
        takeAnswers(state, response);
        wake();
      } catch (error) {
        // Rejects with the callback's original error.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
        call.cancel();
      }
    });
    call.on("error", (error) => reject(toClientError(error)));
    call.on("end", () => resolve());
  });
  const answered = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const send = async (): Promise<void> => {
    await resend(call, state, over);
    for (;;) {
      while (isFull(state)) {
        await Promise.race([answered(), over]);
      }
      // The batch stays in the source until it is registered here, so that a broken stream loses
      // none.
      const batch = await Promise.race([state.source.batch(), over]);
      state.source.consume();
      if (batch === undefined) break;
      for (const { clientSequence, document } of batch) {
        state.unanswered.set(clientSequence, document);
        state.unansweredBytes += sizeOf(document);
      }
      await write(call, { collection: state.collection, batch, over });
    }
    call.end();
    await over;
  };
  try {
    await send();
  } catch (error) {
    call.cancel();
    throw error;
  }
  assert(state.unanswered.size === 0, "the server answers every document before it ends a stream");
}

function isFull(state: IngestState): boolean {
  const { unanswered, unansweredBytes, unansweredMax } = state;
  return unanswered.size >= unansweredMax || unansweredBytes >= unansweredBytesMax;
}

/** The unanswered documents of a broken stream, in batches of the usual size. */
async function resend(call: IngestCall, state: IngestState, over: Promise<void>): Promise<void> {
  let batch: NumberedDocument[] = [];
  let byteCount = 0;
  for (const [clientSequence, document] of [...state.unanswered]) {
    batch.push({ clientSequence, document });
    byteCount += sizeOf(document);
    if (batch.length < state.batchDocumentsMax && byteCount < batchBytesMax) continue;
    await write(call, { collection: state.collection, batch, over });
    batch = [];
    byteCount = 0;
  }
  if (batch.length > 0) await write(call, { collection: state.collection, batch, over });
}

async function write(
  call: IngestCall,
  message: {
    readonly collection: string;
    readonly batch: readonly NumberedDocument[];
    readonly over: Promise<void>;
  },
): Promise<void> {
  const items = message.batch.map(({ clientSequence, document }) => ({
    client_sequence: clientSequence,
    document: documentToMessage(document),
    ...(document.ifSequence === undefined ? {} : { if_sequence: document.ifSequence }),
  }));
  const hasRoom = call.write({ collection: message.collection, items });
  if (hasRoom) return;
  const drained = new Promise<void>((resolve) => {
    call.once("drain", resolve);
  });
  await Promise.race([drained, message.over]);
}

function settle(state: IngestState, clientSequence: number): void {
  const document = state.unanswered.get(clientSequence);
  if (document === undefined) return;
  state.unanswered.delete(clientSequence);
  state.unansweredBytes -= sizeOf(document);
}

function takeAnswers(state: IngestState, response: IngestResponse__Output): void {
  for (const message of response.acks) {
    const ack = ackFromMessage(message);
    settle(state, ack.clientSequence);
    state.acknowledgedCount += 1;
    state.lastSequence = Math.max(state.lastSequence, ack.sequence);
    state.options.onAck?.(ack);
  }
  for (const message of response.errors) {
    const error = ingestErrorFromMessage(message);
    settle(state, error.clientSequence);
    state.failedCount += 1;
    state.options.onError?.(error);
  }
}
