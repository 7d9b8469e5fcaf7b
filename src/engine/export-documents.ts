// The documents of one generation as a stream, at the pace of its reader.

import { setImmediate as nextTurn } from "node:timers/promises";
import { createCodec } from "../codec/codec.js";
import type { Codec } from "../codec/codec.js";
import type { ExportRequest } from "../contract/export.js";
import type { PassageVectors } from "../core/document.js";
import { limits } from "../core/limits.js";
import { createFilterMatch } from "../core/match-filter.js";
import type { Generation } from "../index/generation.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Scorer } from "../scoring/scorer.js";
import { placeOfPassage } from "../search/passage-ids.js";
import { storedVectors } from "../search/stored-vectors.js";
import type { DocumentRecord } from "../store/stored-values.js";
import type { ExportedBatch, ExportedDocument } from "./api.js";
import { toStored } from "./stored-document.js";
import { holdOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/** Documents read at once, in one turn of the event loop. */
const readCount = 16;

type KeyedRecord = readonly [key: string, record: DocumentRecord];

interface ExportParts {
  readonly kernels: Kernels;
  readonly scorer: Scorer;
  readonly signal: AbortSignal;
}

/**
 * Holds one batch and one read in memory. O(documents after `afterKey`), with a filter too. Throws
 * as EngineApi has it, and the signal's reason.
 */
export async function* exportDocuments(
  opened: OpenCollection,
  request: ExportRequest,
  { kernels, scorer, signal }: ExportParts,
): AsyncGenerator<ExportedBatch, void, void> {
  const { generation, settings } = opened.collection;
  const { lastSequence } = generation;
  const codec = request.vectors === true ? createCodec(settings, kernels) : undefined;
  const toPassages = async (record: DocumentRecord): Promise<PassageVectors[] | undefined> =>
    codec && passagesOf(generation, record, { codec, scorer, settings });
  const isWanted = createChoice(request);
  generation.acquire();
  try {
    yield { documents: [], lastSequence };
    const records = readRecords(generation, request.afterKey);
    let isLast = false;
    while (!isLast) {
      // Between two batches, while the reader takes one, the collection may be closed.
      const hold = holdOpen(opened, signal);
      const documents: ExportedDocument[] = [];
      try {
        isLast = await readBatch(records, documents, { isWanted, toPassages, signal: hold.signal });
      } finally {
        hold.end();
      }
      if (documents.length > 0) yield { documents, lastSequence };
    }
  } finally {
    generation.release();
  }
}

/** Adds documents up to the size of a batch; resolves with true after the last one. */
async function readBatch(
  records: Iterator<KeyedRecord, void>,
  documents: ExportedDocument[],
  by: {
    readonly isWanted: (key: string, record: DocumentRecord) => boolean;
    readonly toPassages: (record: DocumentRecord) => Promise<PassageVectors[] | undefined>;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  let byteCount = 0;
  for (let count = 0; byteCount < limits.exportBatchBytes; count += 1) {
    if (count % readCount === 0) await nextTurn();
    by.signal.throwIfAborted();
    const next = records.next();
    if (next.done === true) return true;
    const [key, record] = next.value;
    if (!by.isWanted(key, record)) continue;
    const document = { ...toStored(key, record), passages: await by.toPassages(record) };
    documents.push(document);
    byteCount += sizeOf(document);
  }
  return false;
}

function* readRecords(
  { documents }: Generation,
  afterKey: string | undefined,
): Generator<KeyedRecord, void, void> {
  let last = afterKey;
  for (;;) {
    const records = documents.listDocuments({ afterKey: last, countMax: readCount });
    yield* records;
    if (records.length < readCount) return;
    last = records.at(-1)?.[0];
  }
}

function createChoice({
  filter,
  afterSequence = 0,
}: ExportRequest): (key: string, record: DocumentRecord) => boolean {
  const matches = filter === undefined ? () => true : createFilterMatch(filter);
  return (key, { sequence, fields }) =>
    sequence > afterSequence && matches((name) => fields.get(name), key);
}

async function passagesOf(
  generation: Generation,
  record: DocumentRecord,
  {
    codec,
    scorer,
    settings: { modelFingerprint },
  }: {
    readonly codec: Codec;
    readonly scorer: Scorer;
    readonly settings: { readonly modelFingerprint?: string | undefined };
  },
): Promise<PassageVectors[]> {
  const passages: PassageVectors[] = [];
  for (const [number, span] of record.spans.entries()) {
    const place = placeOfPassage(generation, record, number);
    const vectors = await storedVectors(generation, place, { codec, scorer });
    passages.push({ span, vectors: { ...vectors, modelFingerprint } });
  }
  return passages;
}

/** About as many bytes as its message has. */
function sizeOf({ key, title, text, fields, passages = [] }: ExportedDocument): number {
  let bytes = key.length + title.length + text.length + 64 * (1 + fields.size);
  for (const { vectors } of passages) bytes += vectors.bytes.length;
  return bytes;
}
