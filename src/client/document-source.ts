// Numbers the documents of an iterable and splits them into batches.

import { setImmediate as nextTick } from "node:timers/promises";
import { toIngestDocument } from "../contract/documents.js";
import type { DocumentToWrite } from "../contract/documents.js";
import type { IngestDocument } from "../core/document.js";

export interface NumberedDocument {
  /** From 1, rising by 1. */
  readonly clientSequence: number;
  readonly document: IngestDocument;
}

export interface DocumentSource {
  /** The next batch, undefined at the end; the same one until it is consumed. */
  batch(): Promise<NumberedDocument[] | undefined>;
  consume(): void;
  /** Closes the iterable. */
  close(): Promise<void>;
}

/**
 * A batch is full at `documentsMax` documents or `bytesMax` bytes, which its last document may
 * exceed. It is sent early when the iterable has nothing ready, so that documents of a slow source
 * are not delayed.
 */
export function createDocumentSource(
  documents: Iterable<DocumentToWrite> | AsyncIterable<DocumentToWrite>,
  limits: { readonly documentsMax: number; readonly bytesMax: number },
): DocumentSource {
  const iterator =
    Symbol.asyncIterator in documents
      ? documents[Symbol.asyncIterator]()
      : documents[Symbol.iterator]();
  let nextDocument: Promise<IteratorResult<DocumentToWrite>> | undefined;
  let nextBatch: Promise<NumberedDocument[] | undefined> | undefined;
  let clientSequence = 0;
  let isDone = false;

  const fill = async (): Promise<NumberedDocument[] | undefined> => {
    const batch: NumberedDocument[] = [];
    let byteCount = 0;
    while (!isDone && batch.length < limits.documentsMax && byteCount < limits.bytesMax) {
      nextDocument ??= Promise.resolve(iterator.next());
      const isWanted = batch.length === 0;
      const result = await (isWanted ? nextDocument : Promise.race([nextDocument, nextTick()]));
      if (result === undefined) break;
      nextDocument = undefined;
      if (result.done === true) {
        isDone = true;
        break;
      }
      clientSequence += 1;
      const document = toIngestDocument(result.value);
      batch.push({ clientSequence, document });
      byteCount += sizeOf(document);
    }
    return batch.length > 0 ? batch : undefined;
  };
  return {
    batch: () => {
      nextBatch ??= fill();
      return nextBatch;
    },
    consume: () => {
      nextBatch = undefined;
    },
    close: async () => {
      if (!isDone) await iterator.return?.();
    },
  };
}

/** Approximate size of a document on the wire, bytes. */
export function sizeOf(document: IngestDocument): number {
  return (
    document.key.length +
    document.title.length +
    document.text.length +
    (document.vectors?.bytes.length ?? 0) +
    64
  );
}
