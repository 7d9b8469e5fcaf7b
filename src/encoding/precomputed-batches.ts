// Batches documents with precomputed vectors for encoding workers, since a task has more overhead
// than such a document costs.

import { analyzerSettingsOf } from "../analysis/settings.js";
import type { CodecOptions } from "../codec/codec.js";
import { assert } from "../core/assert.js";
import type { Document, PrecomputedVectors } from "../core/document.js";
import { limits } from "../core/limits.js";
import type { Collection } from "../index/collection.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { PreparedPassage } from "./prepared-passage.js";
import { toPassage } from "./encode.protocol.js";
import type { EncodeAnswer, EncodeTask, VectorsTask } from "./encode.protocol.js";

export type RunTask = (task: EncodeTask) => Promise<EncodeAnswer>;

export type PreparePrecomputed = (
  document: Document & { readonly vectors: PrecomputedVectors },
  collection: Collection,
) => Promise<PreparedPassage>;

interface Waiting {
  readonly document: Document & { readonly vectors: PrecomputedVectors };
  readonly collection: Collection;
  readonly resolve: (passage: PreparedPassage) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Tasks per worker: one running and one queued, so that workers do not wait for the main thread.
 */
const tasksPerWorker = 2;

/** A batch of this size or less is not split: waking a thread costs as much as encoding a few. */
const worthwhileCount = 8;

/** Bytes of vectors in a batch; a larger document is sent alone. */
const stageBytes = 4 * 1024 * 1024;

export interface PrecomputedBatches {
  readonly prepare: PreparePrecomputed;
  /**
   * Shared memory for the vectors of batches, passed to the workers at their start: attaching a
   * buffer to every message costs more than encoding a document. Its pages are allocated on first
   * use.
   */
  readonly stages: readonly SharedArrayBuffer[];
}

/**
 * A document is sent at once when a worker is free; documents that arrive meanwhile are batched, up
 * to `limits.givenBatchDocumentsMax`. `run` is not called before `prepare` has been.
 */
export function createPrecomputedBatches(run: RunTask, workerCount: number): PrecomputedBatches {
  let waiting: Waiting[] = [];
  let isPumpPlanned = false;
  const slotCount = tasksPerWorker * workerCount;
  const stages = Array.from({ length: slotCount }, () => new SharedArrayBuffer(stageBytes));
  const free = stages.map((_, i) => i);

  const pump = (): void => {
    isPumpPlanned = false;
    while (waiting.length > 0) {
      const batch = takeBatch(waiting, free.length);
      const stage = free.pop();
      if (stage === undefined) return;
      waiting = waiting.slice(batch.length);
      send(batch, stage).catch((error: unknown) => {
        for (const { reject } of batch) reject(error);
      });
    }
  };
  const send = async (batch: readonly Waiting[], stage: number): Promise<void> => {
    try {
      const bytes = new Uint8Array(stages[stage] ?? new SharedArrayBuffer(0));
      const answer = await run(taskOf(batch, { stage, bytes }));
      assert(answer.kind === "batch", "a task of documents has answers for each");
      for (const [i, { resolve, reject }] of batch.entries()) {
        try {
          resolve(toPassage(answer.answers[i]));
        } catch (error) {
          reject(error);
        }
      }
    } finally {
      free.push(stage);
      pump();
    }
  };
  const prepare: PreparePrecomputed = (document, collection) =>
    new Promise((resolve, reject) => {
      waiting.push({ document, collection, resolve, reject });
      // Documents that arrive in the same turn, such as those of one message, are batched.
      if (!isPumpPlanned) queueMicrotask(pump);
      isPumpPlanned = true;
    });
  return { prepare, stages };
}

/**
 * Takes the first documents of one collection: enough for all free slots, or to amortize a task.
 */
function takeBatch(waiting: readonly Waiting[], freeSlots: number): Waiting[] {
  const fairCount = Math.ceil(waiting.length / Math.max(1, freeSlots));
  const countMax = Math.min(limits.givenBatchDocumentsMax, Math.max(worthwhileCount, fairCount));
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

function taskOf(
  batch: readonly Waiting[],
  at: { readonly stage: number; readonly bytes: Uint8Array },
): VectorsTask {
  const [first] = batch;
  assert(first !== undefined, "a batch has documents");
  const { settings } = first.collection;
  const analyzer = analyzerSettingsOf(settings);
  const isTooLarge = first.document.vectors.bytes.length > at.bytes.length;
  const bytes = isTooLarge
    ? new Uint8Array(new SharedArrayBuffer(first.document.vectors.bytes.length))
    : at.bytes;
  let start = 0;
  const documents = batch.map(({ document: { key, title, text, vectors } }) => {
    bytes.set(vectors.bytes, start);
    const place = { start, end: start + vectors.bytes.length };
    start += alignedLength(vectors.bytes);
    return { key, title, text, type: vectors.type, dim: vectors.dim, ...place };
  });
  const rows = isTooLarge ? bytes : at.stage;
  return { kind: "vectors", codec: codecOf(settings), analyzer, rows, documents };
}

/** What a codec needs of the settings: each task carries it to its thread. */
export function codecOf(settings: CollectionSettings): CodecOptions {
  const { dim, bits, sketchBits, refineBits, seed, centring } = settings;
  return { dim, bits, sketchBits, refineBits, seed, centring };
}

/** The vectors of each document start at a multiple of 8, so that they are read in place. */
function alignedLength({ length }: Uint8Array): number {
  return (length + 7) & ~7;
}
