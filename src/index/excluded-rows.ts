// Rows of documents that have a word or phrase that a search leaves out.

import { isBitSet } from "./bm25/bits.js";
import { flushedPhrase, livePhrase } from "./bm25/bound-segment.js";
import { gatherLivePostings } from "./bm25/live-terms.js";
import type { LiveTermsSnapshot } from "./bm25/live-terms.js";
import { phraseRows } from "./bm25/phrases.js";
import type { PhraseTerm } from "./bm25/phrases.js";
import type { PostingsReader } from "./bm25/postings-reader.js";
import type { Bm25Phrase } from "./bm25/query.js";

/** Bitmap of the rows that have any of the phrases. */
export function flushedRowsWithAny(
  reader: PostingsReader,
  phrases: readonly Bm25Phrase[],
): Uint8Array {
  const terms = phrases.map((phrase) => flushedPhrase(reader, phrase));
  return rowsWithAny(terms, reader.rowCount);
}

/** `ids`: of the phrases' terms in the snapshot; -1: no passage has it. */
export function liveRowsWithAny(
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
  return rowsWithAny(terms, snapshot.rowCount);
}

function rowsWithAny(phrases: readonly (readonly PhraseTerm[])[], rowCount: number): Uint8Array {
  const any = new Uint8Array((rowCount + 7) >>> 3);
  for (const phrase of phrases) {
    const found = phraseRows([phrase], rowCount) ?? new Uint8Array();
    for (let i = 0; i < found.length; i += 1) any[i]! |= found[i]!;
  }
  return any;
}

/**
 * Clears the bits of all passages of the documents that `found` has a passage of: a document's
 * passages are neighbors, numbered from 0. O(rows / 8 + passages that are cleared).
 */
export function clearDocuments(
  rows: Uint32Array,
  found: Uint8Array,
  { rowCount, numberAt }: { readonly rowCount: number; readonly numberAt: (row: number) => number },
): void {
  let end = 0;
  for (let byte = 0; byte < found.length; byte += 1) {
    if (found[byte] === 0) continue;
    for (let row = 8 * byte; row < Math.min(rowCount, 8 * byte + 8); row += 1) {
      // Those of the document before are cleared.
      if (row < end || !isBitSet(found, row)) continue;
      let first = row;
      while (first > end && numberAt(first) > 0) first -= 1;
      end = row + 1;
      while (end < rowCount && numberAt(end) > 0) end += 1;
      for (let at = first; at < end; at += 1) rows[at >>> 5]! &= ~(1 << (at & 31));
    }
  }
}
