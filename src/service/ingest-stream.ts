// One ingest stream of either port. Documents in flight and pending answers are bounded.

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { IngestDocument } from "../core/document.js";
import type { TraceSpan } from "../core/trace-span.js";
import type { EngineApi } from "../engine/api.js";
import { IngestAnswers } from "./ingest-answers.js";
import type { IngestAnswersOptions, ItemPlace } from "./ingest-answers.js";
import { createRecentKeys } from "./ingest-memory.js";
import type { AnswerMark } from "./ingest-memory.js";
import { createSettling } from "./settling.js";
import { stoppingError } from "./stopping.js";
import { collectionName, invalidField, quote, sequenceNumber } from "../contract/validate.js";

/** A document as it was received. */
export interface IngestEntry {
  /** The caller's number, as sent. */
  readonly clientSequence: string | number;
  /** Empty when it could not be read. */
  readonly key: string;
  /** Approximate size, bytes. */
  readonly byteCount: number;
  /** Converts and checks it; throws for this document alone. */
  read(): IngestDocument;
}

/** Documents that were received together, and whose memory is counted together. */
export interface IngestArrival {
  readonly entries: readonly IngestEntry[];
  /** Called when the last of them has begun: the transport may receive more. */
  readonly onBegun: () => void;
  /** Called when the last of them is answered: their memory is free. */
  readonly onAnswered: (refusedCount: number) => void;
}

export interface IngestTransport extends Pick<
  IngestAnswersOptions,
  "write" | "logger" | "path" | "stalledStreamMs"
> {
  pause(): void;
  resume(): void;
}

export interface IngestScope {
  readonly engine: EngineApi;
  /** Of the call; absent while tracing is off. */
  readonly span?: TraceSpan | undefined;
  /** Maximum number of documents in flight. */
  readonly inFlightMax: number;
}

interface QueuedArrival {
  readonly arrival: IngestArrival;
  unbegun: number;
  unanswered: number;
  refused: number;
}

interface QueuedEntry {
  readonly entry: IngestEntry;
  readonly from: QueuedArrival;
}

/** Bytes of documents processed between two yields; some milliseconds of checks and copies. */
const pumpBytesMax = 1024 * 1024;

function answered(from: QueuedArrival, { isRefused }: { readonly isRefused: boolean }): void {
  from.unanswered -= 1;
  if (isRefused) from.refused += 1;
  if (from.unanswered === 0) from.arrival.onAnswered(from.refused);
}

export class IngestStream {
  /**
   * Resolves when the caller has sent everything and every document is answered, or after `stop`
   * without an error; documents in flight may then still be stored, each as a whole. Rejects with
   * the error of the stream; an invalid document gets an error answer and the stream continues.
   */
  readonly settling = createSettling();
  private readonly transport: IngestTransport;
  private readonly scope: IngestScope;
  private collection: string | undefined;
  private queue: QueuedEntry[] = [];
  private inFlightCount = 0;
  private inFlightBytes = 0;
  private readonly answers: IngestAnswers;
  private readonly recentKeys = createRecentKeys(limits.ingestRecentKeysMax);
  private lastClientSequence = 0;
  private isPumpPlanned = false;
  private isStopped = false;
  private hasEnded = false;
  /** The server is stopping; the stream ends when everything received is answered. */
  private isLast = false;

  constructor(transport: IngestTransport, scope: IngestScope) {
    this.transport = transport;
    this.scope = scope;
    const { path, logger, stalledStreamMs } = transport;
    this.answers = new IngestAnswers({
      write: (answer, done) => transport.write(answer, done),
      path,
      logger,
      stalledStreamMs,
      onTaken: () => this.pump(),
      onSent: () => this.finishWhenDone(),
      onFailed: (error) => this.stop(error),
    });
  }

  /** `collection`: required for the first arrival; later empty or the same. */
  receive(collection: string, arrival: IngestArrival): void {
    const { entries } = arrival;
    const { length } = entries;
    if (this.isStopped) {
      arrival.onAnswered(length);
      return;
    }
    try {
      this.checkCollection(collection);
    } catch (error) {
      arrival.onAnswered(length);
      throw error;
    }
    const from = { arrival, unbegun: length, unanswered: length, refused: 0 };
    for (const entry of entries) this.queue.push({ entry, from });
    if (length === 0) {
      arrival.onAnswered(0);
      arrival.onBegun();
    }
    this.pump();
  }

  endOfRequests(): void {
    this.hasEnded = true;
    this.finishWhenDone();
  }

  /** Called when shutdown starts. */
  endWhenIdle(): void {
    this.isLast = true;
    this.finishWhenDone();
  }

  /** Ends the stream. Documents in flight are still stored or rejected as a whole. */
  stop(error: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const { from } of this.queue) answered(from, { isRefused: true });
    this.queue = [];
    this.answers.stop();
    this.settling.settle(error);
  }

  private checkCollection(name: string): void {
    if (this.collection === undefined) {
      const checked = collectionName(name, "collection");
      // Throws COLLECTION_NOT_FOUND for the stream instead of for each document.
      this.scope.engine.describeCollection(checked);
      this.collection = checked;
      this.scope.span?.set({ "sluice.collection": checked });
    } else if (name !== "" && name !== this.collection) {
      throw invalidField(
        "collection",
        `collection is ${quote(name)}, this stream began with ${quote(this.collection)}; ` +
          "open another stream",
      );
    }
  }

  /**
   * Starts as many documents as the limits allow and yields in between. Reading is paused at the
   * limits.
   */
  private pump(): void {
    if (this.isPumpPlanned || this.isStopped) return;
    let begun = 0;
    let byteCount = 0;
    while (begun < this.queue.length && this.hasRoom() && byteCount < pumpBytesMax) {
      const next = this.queue[begun];
      begun += 1;
      if (next === undefined) continue;
      byteCount += next.entry.byteCount;
      this.begin(next);
      next.from.unbegun -= 1;
      if (next.from.unbegun === 0) next.from.arrival.onBegun();
    }
    if (begun > 0) this.queue.splice(0, begun);
    if (byteCount >= pumpBytesMax) {
      this.isPumpPlanned = true;
      setImmediate(() => {
        this.isPumpPlanned = false;
        this.pump();
      });
    }
    if (this.queue.length > 0 || !this.hasRoom()) this.transport.pause();
    else this.transport.resume();
  }

  /** Counts documents in flight and answers not sent yet, since both hold memory. */
  private hasRoom(): boolean {
    const unanswered = this.inFlightCount + this.answers.waitingCount;
    return (
      unanswered < this.scope.inFlightMax && this.inFlightBytes < limits.ingestInFlightBytesMax
    );
  }

  private begin({ entry, from }: QueuedEntry): void {
    let mark: AnswerMark | undefined;
    try {
      const clientSequence = this.nextClientSequence(String(entry.clientSequence));
      mark = this.answers.expect(clientSequence);
      const document = entry.read();
      if (!this.recentKeys.add(document.key)) {
        throw new SluiceError("DUPLICATE_KEY", "the key occurred before in this stream", {
          field: "key",
        });
      }
      this.inFlightCount += 1;
      this.put(document, { clientSequence, mark, from }).catch((error: unknown) =>
        this.stop(error),
      );
    } catch (error) {
      this.answers.refuse(entry, error, mark);
      answered(from, { isRefused: true });
    }
  }

  private nextClientSequence(value: string): number {
    const sequence = sequenceNumber(value, "client_sequence");
    if (sequence <= this.lastClientSequence) {
      throw invalidField(
        "client_sequence",
        `client_sequence is ${sequence}, the one before was ${this.lastClientSequence}; ` +
          "number documents from 1, rising",
      );
    }
    this.lastClientSequence = sequence;
    return sequence;
  }

  private async put(
    { ifSequence, ...document }: IngestDocument,
    at: ItemPlace & { readonly from: QueuedArrival },
  ): Promise<void> {
    let isRefused = false;
    const byteCount = document.text.length + (document.vectors?.bytes.length ?? 0);
    this.inFlightBytes += byteCount;
    try {
      const ack = await this.scope.engine.put(this.collection ?? "", document, { ifSequence });
      this.answers.acknowledge(ack, at);
    } catch (error) {
      isRefused = true;
      // The document was not stored, so the caller may resend the key on this stream.
      this.recentKeys.remove(document.key);
      const { clientSequence, mark } = at;
      this.answers.refuse({ clientSequence, key: document.key }, error, mark);
    }
    this.inFlightCount -= 1;
    this.inFlightBytes -= byteCount;
    answered(at.from, { isRefused });
    if (!this.isStopped) this.pump();
  }

  private finishWhenDone(): void {
    const isIdle = this.inFlightCount === 0 && this.queue.length === 0;
    if (!isIdle || !this.answers.areTaken) return;
    if (this.hasEnded) this.stop(undefined);
    else if (this.isLast) this.stop(stoppingError());
  }
}
