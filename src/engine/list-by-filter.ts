// A page of the documents that a filter lets through, found by columns and not by reading them all.

import { nextOrdinal, toPassageOrdinal } from "../core/ids.js";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createCancelFlag } from "../core/cancel-flag.js";
import { compareKeys } from "../core/document.js";
import type { Filter } from "../core/filter.js";
import { createFilterMatch } from "../core/match-filter.js";
import { isBitSet } from "../index/bm25/bits.js";
import { eligibleOf } from "../index/eligible-passages.js";
import type { Generation } from "../index/generation.js";
import type { Scorer } from "../scoring/scorer.js";
import type { SearchScope } from "../search/search-deps.js";
import { filterStage } from "../search/stages/filter.js";
import type { DocumentRecord } from "../store/stored-values.js";
import type { PageRequest } from "./api.js";
import type { OpenCollection } from "./open-collection.js";
import { refuseUnknowable } from "./delete-by-filter.js";

/** Passages per turn of the event loop. */
const passagesPerTurn = 20_000;

export interface FoundPage {
  readonly documents: readonly (readonly [key: string, record: DocumentRecord])[];
  readonly nextAfterKey: string | undefined;
}

/** In byte order of keys, after `afterKey`. O(passages) a page; memory of two pages of keys. */
export async function listByFilter(
  { collection }: Pick<OpenCollection, "collection">,
  filter: Filter,
  { scorer, page }: { readonly scorer: Scorer; readonly page: PageRequest },
): Promise<FoundPage> {
  const { generation } = collection;
  refuseUnknowable(generation);
  generation.acquire();
  const flag = createCancelFlag(new AbortController().signal);
  try {
    const scope = await filterStage({ generation, scorer, cancel: flag.shared }, filter);
    const keys = scope === undefined ? [] : await firstKeys(generation, scope, page);
    const shown = keys.slice(0, page.pageSize);
    const matches = createFilterMatch(filter);
    const documents = shown.flatMap((key) => {
      const record = generation.documents.readDocument(key);
      const isMeant = record !== undefined && matches((name) => record.fields.get(name), key);
      return isMeant ? [[key, record] as const] : [];
    });
    return { documents, nextAfterKey: keys.length > shown.length ? shown.at(-1) : undefined };
  } finally {
    flag.raise();
    generation.release();
  }
}

/** The first keys of the scope after the page's begin, one more than the page holds. */
async function firstKeys(
  { segments }: Generation,
  { eligible }: SearchScope,
  { pageSize, afterKey }: PageRequest,
): Promise<string[]> {
  const wanted = pageSize + 1;
  let keys: string[] = [];
  let seenCount = 0;
  const keepFirst = (): void => {
    keys = keys.sort(compareKeys).slice(0, wanted);
  };
  for (const [place, { part, table }] of segments.entries()) {
    const bits = eligibleOf(eligible, place);
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < part.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      seenCount += 1;
      if (seenCount % passagesPerTurn === 0) await nextTurn();
      if (bits === undefined || !isBitSet(bits, ordinal) || table.passageNumberAt(ordinal) > 0)
        continue;
      const key = table.keyAt(ordinal);
      if (afterKey !== undefined && compareKeys(key, afterKey) <= 0) continue;
      keys.push(key);
      if (keys.length >= 2 * wanted) keepFirst();
    }
  }
  keepFirst();
  return keys;
}
