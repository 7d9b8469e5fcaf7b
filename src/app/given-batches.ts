// Documents with given vectors on their way to encoding workers: many in one task, since a task costs
// more than a document does.

import { assert } from "../core/assert.js";
import type { Document, GivenVectors } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { Collection } from "../index/collection.js";
import type { PreparedPassage } from "../ingest/write-operations.js";
import { toPassage } from "./encode.protocol.js";
import type { EncodeAnswer, EncodeTask, VectorsTask } from "./encode.protocol.js";

export type RunTask = (task: EncodeTask) => Promise<EncodeAnswer>;

export type PrepareGiven = (
  document: Document & { readonly vectors: GivenVectors },
  collection: Collection,
) => Promise<PreparedPassage>;

interface Waiting {
  readonly document: Document & { readonly vectors: GivenVectors };
  readonly collection: Collection;
  readonly resolve: (passage: PreparedPassage) => void;
  readonly reject: (error: unknown) => void;
}

/** Tasks of each worker: one at work, one that waits, so that no worker waits for this thread. */
const tasksPerWorker = 2;

/** Bytes of a batch's vectors; a larger document travels alone. Kept and used again. */
const stageBytes = 4 * 1024 * 1024;

/**
 * A document goes out at once when a worker is free; those that come meanwhile travel together, at
 * most `limits.givenBatchDocumentsMax`. At most 4 MiB x 2 x workers of memory are kept for them.
 */
export function createGivenBatches(run: RunTask, workerCount: number): PrepareGiven {
  let waiting: Waiting[] = [];
  let isPumpPlanned = false;
  const slotCount = tasksPerWorker * workerCount;
  let underWay = 0;
  const stages: SharedArrayBuffer[] = [];

  const pump = (): void => {
    isPumpPlanned = false;
    while (waiting.length > 0 && underWay < slotCount) {
      const batch = takeBatch(waiting, slotCount - underWay);
      waiting = waiting.slice(batch.length);
      underWay += 1;
      send(batch).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
    }
  };
  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const stage = stages.pop() ?? new SharedArrayBuffer(stageBytes);
    try {
      const answer = await run(taskOf(batch, stage));
      assert(answer.kind === "batch", "a task of documents has answers for each");
      for (const [i, { resolve, reject }] of batch.entries()) {
        try {
          resolve(toPassage(answer.answers[i]));
        } catch (error) {
          reject(error);
        }
      }
    } finally {
      stages.push(stage);
      underWay -= 1;
      pump();
    }
  };
  return (document, collection) =>
    new Promise((resolve, reject) => {
      waiting.push({ document, collection, resolve, reject });
      // What comes in the same turn, such as a message of many documents, goes together.
      if (!isPumpPlanned) queueMicrotask(pump);
      isPumpPlanned = true;
    });
}

/** The first that wait, of one collection, as many as make use of all free slots. */
function takeBatch(waiting: readonly Waiting[], freeSlots: number): Waiting[] {
  const countMax = Math.min(
    limits.givenBatchDocumentsMax,
    Math.ceil(waiting.length / Math.max(1, freeSlots)),
  );
  const batch: Waiting[] = [];
  let bytes = 0;
  for (const next of waiting) {
    bytes += alignedLength(next.document.vectors.bytes);
    const isOther = batch.length > 0 && next.collection !== batch[0]?.collection;
    if (batch.length >= countMax || isOther || (batch.length > 0 && bytes > stageBytes)) break;
    batch.push(next);
  }
  return batch;
}

/** Vectors cross in shared memory: a message would be serialized and read back, at five times the cost. */
function taskOf(batch: readonly Waiting[], stage: SharedArrayBuffer): VectorsTask {
  const [first] = batch;
  assert(first !== undefined, "a batch has documents");
  const { dim, bits, sketchBits, seed, analyzer } = first.collection.settings;
  const isTooLarge = first.document.vectors.bytes.length > stage.byteLength;
  const bytes = new Uint8Array(
    isTooLarge ? new SharedArrayBuffer(first.document.vectors.bytes.length) : stage,
  );
  let start = 0;
  const documents = batch.map(({ document: { key, title, text, vectors } }) => {
    bytes.set(vectors.bytes, start);
    const place = { start, end: start + vectors.bytes.length };
    start += alignedLength(vectors.bytes);
    return { key, title, text, type: vectors.type, dim: vectors.dim, ...place };
  });
  return { kind: "vectors", codec: { dim, bits, sketchBits, seed }, analyzer, bytes, documents };
}

/** Rows of each document begin at a multiple of 8, so that they are read in place. */
function alignedLength({ length }: Uint8Array): number {
  return (length + 7) & ~7;
}
