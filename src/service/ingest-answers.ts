// Batches the answers of one ingest stream; at most one batch is in flight.

import { errorTable, isSluiceError, SluiceError } from "../core/errors.js";
import { publicMessage } from "../core/public-message.js";
import type { WriteAck } from "../ingest/write-operations.js";
import { createAnswerOrder } from "./ingest-memory.js";
import type { AnswerMark } from "./ingest-memory.js";

/** A stored document. These answers have the names that protobuf and JSON give them. */
export interface DocumentAck {
  readonly client_sequence: number;
  readonly key: string;
  readonly sequence: number;
  readonly passage_count: number;
}

/** A document that was not stored. */
export interface DocumentError {
  readonly client_sequence: string | number;
  readonly key: string;
  readonly reason: string;
  readonly message: string;
  readonly field: string;
  readonly retryable: boolean;
}

export interface IngestAnswer {
  acks: DocumentAck[];
  errors: DocumentError[];
  answered_through: number;
}

/** Log for failures without a reason. Has the shape of pino's method. */
export interface FailureLog {
  error(details: object, message: string): void;
}

/** The number of a document, and its place in the order of answers. */
export interface ItemPlace {
  readonly clientSequence: number;
  readonly mark: AnswerMark;
}

export interface IngestAnswersOptions {
  /** Sends one batch; calls back when the transport has accepted it, or with its error. */
  readonly write: (answer: IngestAnswer, done: (error?: Error | null) => void) => void;
  readonly logger: FailureLog;
  /** Name of the call in the log. */
  readonly path: string;
  readonly stalledStreamMs: number;
  /** Called when the transport has accepted a batch and there is room for more answers. */
  readonly onTaken: () => void;
  /** Called when all answers were sent. */
  readonly onSent: () => void;
  /** Called when the stream fails. */
  readonly onFailed: (error: unknown) => void;
}

/** Why a document was not written. What has no reason is logged, with the path of the call. */
export function toDocumentError(
  error: unknown,
  refused: {
    readonly client_sequence: string | number;
    readonly key: string;
    readonly path: string;
  },
  logger: FailureLog,
): DocumentError {
  const { client_sequence, key, path } = refused;
  const known = isSluiceError(error) ? error : undefined;
  if (known === undefined) logger.error({ err: error, path }, "a document failed unexpectedly");
  const reason = known?.reason ?? "INTERNAL";
  return {
    client_sequence,
    key,
    reason,
    message: publicMessage(known?.message ?? "unexpected failure; see the server's log"),
    field: known?.field ?? "",
    retryable: errorTable[reason].retryable,
  };
}

export class IngestAnswers {
  private readonly options: IngestAnswersOptions;
  private readonly order = createAnswerOrder();
  private acks: DocumentAck[] = [];
  private errors: DocumentError[] = [];
  private isWriting = false;
  private isFlushPlanned = false;
  private isStopped = false;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestAnswersOptions) {
    this.options = options;
  }

  /** Number of answers not sent yet. */
  get waitingCount(): number {
    return this.acks.length + this.errors.length;
  }

  /** Whether the transport has accepted all answers. */
  get areTaken(): boolean {
    return this.waitingCount === 0 && !this.isWriting;
  }

  /** Registers a document; `answered_through` does not pass it before its answer. */
  expect(clientSequence: number): AnswerMark {
    return this.order.add(clientSequence);
  }

  /** The document is stored. */
  acknowledge({ key, sequence, passageCount }: WriteAck, at: ItemPlace): void {
    const { clientSequence: client_sequence, mark } = at;
    this.acks.push({ client_sequence, key, sequence, passage_count: passageCount });
    mark.isAnswered = true;
    this.planFlush();
  }

  /** The document is not stored. `mark` is undefined when its number was wrong. */
  refuse(
    item: { readonly clientSequence: string | number; readonly key: string },
    error: unknown,
    mark: AnswerMark | undefined,
  ): void {
    const { path, logger } = this.options;
    const { clientSequence: client_sequence, key } = item;
    this.errors.push(toDocumentError(error, { client_sequence, key, path }, logger));
    if (mark !== undefined) mark.isAnswered = true;
    this.planFlush();
  }

  /** Stops sending. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.stallTimer);
  }

  /** Answers of one event loop iteration, such as those of one commit, share a batch. */
  private planFlush(): void {
    if (this.isFlushPlanned || this.isStopped) return;
    this.isFlushPlanned = true;
    setImmediate(() => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    const { write, onTaken, onSent, onFailed } = this.options;
    if (this.isStopped || this.isWriting) return;
    if (this.waitingCount === 0) {
      onSent();
      return;
    }
    const answer: IngestAnswer = {
      acks: this.acks,
      errors: this.errors,
      answered_through: this.order.answeredThrough(),
    };
    this.acks = [];
    this.errors = [];
    this.isWriting = true;
    this.startStallTimer();
    write(answer, (error) => {
      this.isWriting = false;
      clearTimeout(this.stallTimer);
      if (error) onFailed(error);
      if (this.isStopped) return;
      onTaken();
      this.flush();
    });
  }

  private startStallTimer(): void {
    const { stalledStreamMs, onFailed } = this.options;
    this.stallTimer = setTimeout(() => {
      const message = `answers were not read for ${stalledStreamMs} ms; read them as they come`;
      onFailed(new SluiceError("DEADLINE_EXCEEDED", message));
    }, stalledStreamMs);
  }
}
