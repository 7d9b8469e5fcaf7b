// Sends documents with a progress bar and reports rejections, for `ingest`, `eval` and `demo`.

import type { SluiceClient } from "../client/client.js";
import type { Document } from "../core/document.js";
import type { CliContext } from "./context.js";
import type { ReadEvents } from "./document-input.js";
import { createImportTracker } from "../importers/import-position.js";
import type { ImportPosition } from "../importers/import-position.js";
import { createRefusals, showRefusals } from "./refusals.js";
import type { RefusalGroup, RefusedDocument } from "./refusals.js";
import { createProgressLine } from "./terminal/progress.js";
import type { Progress } from "./terminal/progress.js";

export interface IngestReport {
  readonly acceptedCount: number;
  readonly rejectedCount: number;
  readonly passageCount: number;
  /** Highest sequence of the writes, usable as minSequence of a search. */
  readonly lastSequence: number;
  readonly seconds: number;
  /** All rejections by reason. */
  readonly refusals: readonly RefusalGroup[];
  /** The first rejections; `rejectedCount` counts all. */
  readonly errors: readonly RefusedDocument[];
}

export interface IngestWork {
  readonly client: SluiceClient;
  readonly collection: string;
  readonly label: string;
  /** Number of documents, where it is known. */
  readonly total?: number | undefined;
  /** Size of the files that they come from, where there are files. */
  readonly bytesTotal?: number | undefined;
  /** Where the documents begin in their files. */
  readonly from?: ImportPosition | undefined;
  /** Receives the position after each answer, and at the end. */
  readonly onPosition?: (position: ImportPosition, options: { readonly isLast: boolean }) => void;
  read(events: ReadEvents): AsyncIterable<Document>;
}

/** Resolves when every document is acknowledged or rejected. Throws when the stream fails. */
export async function ingestWithProgress(
  context: CliContext,
  work: IngestWork,
): Promise<IngestReport> {
  const startMs = context.nowMs();
  const progress = progressOf(work, context);
  const tracker = createImportTracker(work.from ?? { file: 0, item: 0 });
  const refusals = createRefusals();
  let answered = 0;
  let unreadable = 0;
  let passageCount = 0;
  const onAnswer = (): void => {
    answered += 1;
    progress.update(answered, tracker.byteCount());
    work.onPosition?.(tracker.position(), { isLast: false });
  };
  const documents = work.read({
    onFault: (error) => {
      unreadable += 1;
      refusals.addFault(error);
      onAnswer();
    },
    onDocument: (place) => tracker.sent(place),
  });
  const summary = await work.client
    .ingest(work.collection, documents, {
      signal: context.interrupted,
      onAck: (ack) => {
        passageCount += ack.passageCount;
        tracker.answered(ack.clientSequence);
        onAnswer();
      },
      onError: ({ clientSequence, key, reason, message }) => {
        const place = tracker.answered(clientSequence);
        const location = place && `${place.input.path}:${place.line}`;
        refusals.addRejected({ key, reason, message }, location);
        onAnswer();
      },
    })
    .finally(() => {
      progress.finish();
      work.onPosition?.(tracker.position(), { isLast: true });
    });
  showRefusals(refusals.groups(), context);
  return {
    acceptedCount: summary.acknowledgedCount,
    rejectedCount: summary.failedCount + unreadable,
    passageCount,
    lastSequence: summary.lastSequence,
    seconds: (context.nowMs() - startMs) / 1000,
    refusals: refusals.groups(),
    errors: refusals.listed(),
  };
}

function progressOf({ label, total, bytesTotal }: IngestWork, context: CliContext): Progress {
  const { err: terminal, nowMs } = context;
  return createProgressLine({ label, unit: "documents", total, bytesTotal, terminal, nowMs });
}
