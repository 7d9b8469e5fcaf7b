// A search for what is like a document: its stored vectors become those of the query.

import { createCodec } from "../codec/codec.js";
import type { LikeOptions, SearchRequest } from "../contract/search-request.js";
import { SluiceError } from "../core/errors.js";
import { toSequence } from "../core/ids.js";
import { limits } from "../core/limits.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Scorer } from "../scoring/scorer.js";
import { placeOfSequence } from "../search/passage-ids.js";
import { storedVectors } from "../search/stored-vectors.js";
import type { Collections } from "./collections.js";
import { whileOpen } from "./open-collection.js";
import type { OpenCollection } from "./open-collection.js";

/**
 * The request with the vectors of the document that it names, if it names one. Throws
 * DOCUMENT_NOT_FOUND, DATA_CORRUPT, and INVALID_FIELD for a passage that the document does not have
 * and for vectors beside it.
 */
export async function withLikeVectors(
  request: SearchRequest,
  parts: {
    readonly collections: Collections;
    readonly kernels: Kernels;
    readonly scorer: Scorer;
    readonly signal: AbortSignal;
  },
): Promise<SearchRequest> {
  const { like } = request;
  if (like === undefined) return request;
  if (request.vectors !== undefined)
    throw new SluiceError("INVALID_FIELD", "like and query.vectors do not go together", {
      field: "like",
    });
  return parts.collections.use(
    request.collection,
    (opened) =>
      whileOpen(opened, async () => ({
        ...request,
        vectors: await vectorsOf(opened, like, parts),
      })),
    { signal: parts.signal },
  );
}

async function vectorsOf(
  { collection: { generation, settings } }: OpenCollection,
  { key, passageNumber = 0 }: LikeOptions,
  { kernels, scorer }: { readonly kernels: Kernels; readonly scorer: Scorer },
): Promise<NonNullable<SearchRequest["vectors"]>> {
  const record = generation.documents.readDocument(key);
  if (record === undefined)
    throw new SluiceError("DOCUMENT_NOT_FOUND", `there is no document "${key}"`, {
      field: "like.key",
    });
  if (passageNumber >= record.spans.length)
    throw new SluiceError(
      "INVALID_FIELD",
      `like.passage_number is ${passageNumber}, document "${key}" has ${record.spans.length} passages, from 0`,
      { field: "like.passage_number" },
    );
  const sequence = toSequence(record.firstPassageSequence + passageNumber);
  const place = placeOfSequence(generation.segments, sequence);
  if (place === undefined)
    throw new SluiceError("DATA_CORRUPT", `the passages of document "${key}" are missing`);
  const codec = createCodec(settings, kernels);
  generation.acquire();
  try {
    const rowCountMax = limits.queryRowsMax;
    return await storedVectors(generation, place, { codec, scorer, rowCountMax });
  } finally {
    generation.release();
  }
}
