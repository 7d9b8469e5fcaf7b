// The terms that are near the misspelled words of a query. Every worker needs those of all segments,
// for the statistics, so each segment's dictionary is searched once, by one of them.

import { createLruCache } from "../../core/lru-cache.js";
import type { LruCache } from "../../core/lru-cache.js";
import { memoize } from "../../core/memoize.js";
import { wordKey } from "../../index/bm25/near-terms.js";
import type { NearWord } from "../../index/bm25/near-terms.js";
import { placesIn } from "../../index/bm25/query.js";
import type { Bm25Query, NearPlaces } from "../../index/bm25/query.js";
import type { FlushedPart } from "../../index/segment-parts.js";
import { segmentPartsOf } from "../search-deps.js";
import type { ScopedDeps } from "../search-deps.js";

type NearDeps = Pick<ScopedDeps, "generation" | "scorer" | "cancel">;

/** Places that are kept for a segment: those of some hundred words. */
const placesBytesMax = 32_768;

const noPlaces = new Uint32Array();

/** What was found in each segment; the next query of a session has the same words. */
const knownPlacesOf = memoize<SharedArrayBuffer, LruCache<Uint32Array>>(() =>
  createLruCache(placesBytesMax),
);

export function hasNearWords({ clauses }: Bm25Query): boolean {
  return clauses.some(({ kind }) => kind === "near");
}

/** For a query with misspelled words. Undefined when cancelled. */
export async function nearPlacesStage(
  deps: NearDeps,
  { clauses }: Bm25Query,
): Promise<NearPlaces | undefined> {
  const words = clauses.filter((clause) => clause.kind === "near");
  const parts = segmentPartsOf(deps.generation);
  const flushed = parts.filter((part) => part.kind === "flushed");
  const isUnknown = (part: FlushedPart, word: NearWord): boolean =>
    knownPlacesOf(part.tables).get(keyOf(word)) === undefined;
  const unknown = {
    words: words.filter((word) => flushed.some((part) => isUnknown(part, word))),
    parts: flushed.filter((part) => words.some((word) => isUnknown(part, word))),
  };
  const found = await findPlaces(deps, unknown);
  if (found === undefined) return undefined;
  const lists = parts.map((part) => {
    if (part.kind === "live") return words.map(() => noPlaces);
    const own = found.get(part);
    return words.map((word) => own?.get(word) ?? knownPlacesOf(part.tables).get(keyOf(word)));
  });
  return joinPlaces(lists.flat());
}

type FoundPlaces = ReadonlyMap<FlushedPart, ReadonlyMap<NearWord, Uint32Array>>;

/** Searches the parts' dictionaries, as many at a time as there are workers, and keeps the places. */
async function findPlaces(
  { scorer, cancel }: NearDeps,
  { words, parts }: { readonly words: readonly NearWord[]; readonly parts: readonly FlushedPart[] },
): Promise<FoundPlaces | undefined> {
  const shares = Array.from({ length: Math.min(scorer.parallelism, parts.length) }, (_, share) =>
    parts.filter((_, i) => i % scorer.parallelism === share),
  );
  const answers = await Promise.all(
    shares.map((share) => scorer.near({ kind: "near", parts: share, words, cancel })),
  );
  const found = new Map<FlushedPart, Map<NearWord, Uint32Array>>();
  for (const [share, answer] of answers.entries()) {
    if (answer === undefined) return undefined;
    for (const [at, part] of (shares[share] ?? []).entries()) {
      const known = knownPlacesOf(part.tables);
      const own = new Map<NearWord, Uint32Array>();
      for (const [i, word] of words.entries()) {
        const places = placesIn(answer, { segment: at, word: i, wordCount: words.length }).slice();
        own.set(word, places);
        known.set(keyOf(word), places, 64 + word.utf8.length + places.byteLength);
      }
      found.set(part, own);
    }
  }
  return found;
}

/** In shared memory, since all tasks of the search have them. */
function joinPlaces(lists: readonly (Uint32Array | undefined)[]): NearPlaces {
  const total = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (lists.length + 1)));
  const places = new Uint32Array(new SharedArrayBuffer(4 * total));
  for (const [i, list] of lists.entries()) {
    const start = starts[i] ?? 0;
    if (list !== undefined) places.set(list, start);
    starts[i + 1] = start + (list?.length ?? 0);
  }
  return { starts, places };
}

function keyOf({ utf8, distance }: NearWord): string {
  return wordKey(utf8, distance);
}
