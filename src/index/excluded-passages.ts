// Passages of documents that have a word or phrase that a search leaves out.

import { isBitSet } from "./bm25/bits.js";
import { flushedPhrase, livePhrase } from "./bm25/bound-segment.js";
import { gatherLivePostings } from "./bm25/live-terms.js";
import type { LiveTermsSnapshot } from "./bm25/live-terms.js";
import { phraseOrdinals } from "./bm25/phrases.js";
import type { PhrasePostings } from "./bm25/phrases.js";
import type { PostingsReader } from "./bm25/postings-reader.js";
import type { Bm25Phrase } from "./bm25/query.js";

/** Bitmap of the passages that have any of the phrases. */
export function flushedOrdinalsWithAny(
  reader: PostingsReader,
  phrases: readonly Bm25Phrase[],
): Uint8Array {
  const terms = phrases.map((phrase) => flushedPhrase(reader, phrase));
  return ordinalsWithAny(terms, reader.ordinalCount);
}

/** `ids`: of the phrases' terms in the snapshot; -1: no passage has it. */
export function liveOrdinalsWithAny(
  snapshot: LiveTermsSnapshot,
  phrases: readonly Bm25Phrase[],
  ids: readonly Int32Array[],
): Uint8Array {
  const wanted = new Set(ids.flatMap((list) => [...list]));
  wanted.delete(-1);
  const gathered = gatherLivePostings(snapshot, wanted);
  const terms = phrases.map((phrase, i) =>
    livePhrase(snapshot, gathered, { ...phrase, ids: ids[i] ?? new Int32Array() }),
  );
  return ordinalsWithAny(terms, snapshot.ordinalCount);
}

function ordinalsWithAny(
  phrases: readonly (readonly PhrasePostings[])[],
  ordinalCount: number,
): Uint8Array {
  const any = new Uint8Array((ordinalCount + 7) >>> 3);
  for (const phrase of phrases) {
    const found = phraseOrdinals([phrase], ordinalCount) ?? new Uint8Array();
    for (let i = 0; i < found.length; i += 1) any[i]! |= found[i]!;
  }
  return any;
}

/**
 * Clears the bits of all passages of the documents that `found` has a passage of: a document's
 * passages are neighbors, numbered from 0. O(passages / 8 + passages that are cleared).
 */
export function clearDocuments(
  ordinals: Uint32Array,
  found: Uint8Array,
  {
    ordinalCount,
    numberAt,
  }: { readonly ordinalCount: number; readonly numberAt: (ordinal: number) => number },
): void {
  let end = 0;
  for (let byte = 0; byte < found.length; byte += 1) {
    if (found[byte] === 0) continue;
    for (let ordinal = 8 * byte; ordinal < Math.min(ordinalCount, 8 * byte + 8); ordinal += 1) {
      // Those of the document before are cleared.
      if (ordinal < end || !isBitSet(found, ordinal)) continue;
      let first = ordinal;
      while (first > end && numberAt(first) > 0) first -= 1;
      end = ordinal + 1;
      while (end < ordinalCount && numberAt(end) > 0) end += 1;
      for (let at = first; at < end; at += 1) ordinals[at >>> 5]! &= ~(1 << (at & 31));
    }
  }
}
