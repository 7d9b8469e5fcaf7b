// Sends documents with a progress bar and reports rejections, for `ingest`, `eval` and `demo`.

import type { SluiceClient } from "../client/client.js";
import type { Document } from "../core/document.js";
import type { SluiceError } from "../core/errors.js";
import type { CliContext } from "./context.js";
import { createProgressLine } from "./terminal/progress.js";
import { cut } from "./terminal/text.js";

export interface IngestReport {
  readonly acceptedCount: number;
  readonly rejectedCount: number;
  readonly passageCount: number;
  /** Highest sequence of the writes, usable as minSequence of a search. */
  readonly lastSequence: number;
  readonly seconds: number;
  /** The first rejections; `rejectedCount` counts all. */
  readonly errors: readonly RefusedDocument[];
}

export interface RefusedDocument {
  /** Empty for a line that could not be read. */
  readonly key: string;
  readonly reason: string;
  readonly message: string;
}

export interface IngestWork {
  readonly client: SluiceClient;
  readonly collection: string;
  readonly total: number | undefined;
  readonly label: string;
  /** `onFault` receives documents that could not be read. */
  read(onFault: (error: SluiceError) => void): AsyncIterable<Document>;
}

/** Rejections that are kept. */
const listedMax = 100;
/** Rejections that are printed while ingesting. */
const shownMax = 10;

/** Resolves when every document is acknowledged or rejected. Throws when the stream fails. */
export async function ingestWithProgress(
  context: CliContext,
  work: IngestWork,
): Promise<IngestReport> {
  const startMs = context.nowMs();
  const { label, total } = work;
  const { err: terminal, nowMs } = context;
  const progress = createProgressLine({ label, unit: "documents", total, terminal, nowMs });
  const errors: RefusedDocument[] = [];
  let answered = 0;
  let unreadable = 0;
  let passageCount = 0;
  const refuse = (refused: RefusedDocument): void => {
    answered += 1;
    if (errors.length < listedMax) errors.push(refused);
    progress.update(answered);
  };
  const documents = work.read((error) => {
    unreadable += 1;
    refuse({ key: "", reason: error.reason, message: error.message });
  });
  const summary = await work.client
    .ingest(work.collection, documents, {
      signal: context.interrupted,
      onAck: (ack) => {
        answered += 1;
        passageCount += ack.passageCount;
        progress.update(answered);
      },
      onError: ({ key, reason, message }) => refuse({ key, reason, message }),
    })
    .finally(() => progress.finish());
  const rejectedCount = summary.failedCount + unreadable;
  showRefused(context, errors, rejectedCount);
  return {
    acceptedCount: summary.acknowledgedCount,
    rejectedCount,
    passageCount,
    lastSequence: summary.lastSequence,
    seconds: (context.nowMs() - startMs) / 1000,
    errors,
  };
}

function showRefused(
  context: CliContext,
  errors: readonly RefusedDocument[],
  rejectedCount: number,
): void {
  for (const { key, reason, message } of errors.slice(0, shownMax)) {
    const name = key === "" ? "" : `${cut(key, 80)}: `;
    context.warn(`refused: ${name}${message} [${reason}]`);
  }
  const hidden = rejectedCount - Math.min(shownMax, errors.length);
  if (hidden > 0) context.warn(`and ${hidden} more were rejected`);
}
