// Sample queries drawn from a collection's own passages: a sentence of one, or its first token vectors.

import { toPassageOrdinal, toSegmentOrdinal } from "../core/ids.js";
import { createCodec } from "../codec/codec.js";
import { SluiceError } from "../core/errors.js";
import { memoize } from "../core/memoize.js";
import { createPrng } from "../core/prng.js";
import type { Prng } from "../core/prng.js";
import type { Query } from "../contract/search-request.js";
import { sentencesOf } from "../encoders/sentence-ends.js";
import { isBitSet } from "../index/bm25/bits.js";
import type { Collection } from "../index/collection.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Generation } from "../index/generation.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Scorer } from "../scoring/scorer.js";
import type { PassagePlace } from "../search/passage-ids.js";
import { storedVectors } from "../search/stored-vectors.js";

/** About as many tokens as a query has. */
const tokenCountMax = 32;
/** Shorter sentences, in characters, are used only when there is no other. */
const sentenceMin = 20;
const sentenceMax = 400;

/**
 * Each call draws a passage that lives, uniformly and independently of the calls before, by a
 * generator seeded with the collection's own seed. With a model the sample is a sentence of it;
 * without, its first token vectors as they are stored, and a sentence beside them where it has text.
 * Throws INVALID_FIELD when no passage is left, and DATA_CORRUPT.
 */
export function createSampler(
  { collection, hasModel }: { readonly collection: Collection; readonly hasModel: boolean },
  by: { readonly kernels: Kernels; readonly scorer: Scorer },
): () => Promise<Query> {
  const prng = createPrng(collection.settings.seed);
  const codecOf = memoize((settings: CollectionSettings) => createCodec(settings, by.kernels));
  return async () => {
    const { generation, settings } = collection;
    if (generation.totals.passageCount === 0)
      throw new SluiceError("INVALID_FIELD", `collection "${settings.name}" has no passages left`, {
        field: "name",
      });
    const place = drawPlace(generation, prng);
    const text = drawSentence(generation, place, prng);
    if (hasModel && text !== "") return { text };
    const { scorer } = by;
    const codec = codecOf(settings);
    generation.acquire();
    try {
      const rowCountMax = tokenCountMax;
      return {
        text,
        vectors: await storedVectors(generation, place, { codec, scorer, rowCountMax }),
      };
    } finally {
      generation.release();
    }
  };
}

function drawPlace({ segments }: Generation, prng: Prng): PassagePlace {
  const ordinalCount = segments.reduce((sum, { part }) => sum + part.ordinalCount, 0);
  for (;;) {
    let ordinal = Math.floor(prng.nextFloat() * ordinalCount);
    const segment = segments.findIndex(({ part }) => {
      if (ordinal < part.ordinalCount) return true;
      ordinal -= part.ordinalCount;
      return false;
    });
    const tombstones = segments[segment]?.part.tombstones;
    if (tombstones === undefined || !isBitSet(new Uint8Array(tombstones), ordinal))
      return { segment: toSegmentOrdinal(segment), ordinal: toPassageOrdinal(ordinal) };
  }
}

/** Empty when there is no text. Quotes and stars are removed, because they denote phrases and prefixes. */
function drawSentence(
  { segments, documents }: Generation,
  { segment, ordinal }: PassagePlace,
  prng: Prng,
): string {
  const table = segments[segment]?.table;
  const record = table && documents.readDocument(table.keyAt(ordinal));
  if (table === undefined || record === undefined) return "";
  const { start, end } = table.spanAt(ordinal);
  const passage = record.text.slice(start, end).replaceAll(/["*]/g, " ");
  const sentences = sentencesOf(passage);
  const long = sentences.filter(({ length }) => length >= sentenceMin);
  const from = long.length > 0 ? long : sentences;
  const drawn = from[Math.floor(prng.nextFloat() * from.length)] ?? record.title;
  return drawn.slice(0, sentenceMax).trim();
}
