// Which passages the search may return: the filter, evaluated on columns in scoring workers, and on
// the few passages of live segments right here; then what has a word that is left out.

import { nextOrdinal, toPassageOrdinal, toSequence } from "../../core/ids.js";
import { createFilterMatch } from "../../core/match-filter.js";
import type { Filter } from "../../core/filter.js";
import type { QueryPhrase } from "../../analysis/lexical-query.js";
import { clearDocuments, liveOrdinalsWithAny } from "../../index/excluded-passages.js";
import { createEligiblePassages, eligibleOf, setEligible } from "../../index/eligible-passages.js";
import { isBitSet } from "../../index/bm25/bits.js";
import type { EligiblePassages } from "../../index/eligible-passages.js";
import type { Generation } from "../../index/generation.js";
import type { FilterTask } from "../../scoring/score.protocol.js";
import { placeOfSequence } from "../passage-ids.js";
import type { SearchScope, SearchDeps } from "../search-deps.js";
import { toBm25Phrase } from "./lexical.js";

/** Smallest number of passages per task; smaller tasks cost more in messages than they save. */
const passagesPerTaskMin = 65_536;

/** What is left out beside what does not match the filter. */
export interface Exclusions {
  /** Documents that have one of these. */
  readonly phrases?: readonly QueryPhrase[] | undefined;
  /** The document of this key. */
  readonly key?: string | undefined;
}

/** Undefined when cancelled. O(1) without a filter and exclusions. */
export async function filterStage(
  { generation, scorer, cancel }: Pick<SearchDeps, "generation" | "scorer" | "cancel">,
  filter: Filter | undefined,
  { phrases = [], key }: Exclusions = {},
): Promise<SearchScope | undefined> {
  if (filter === undefined && phrases.length === 0 && key === undefined)
    return { eligible: undefined, passageCount: generation.totals.passageCount };
  const { segments } = generation;
  const excluded = phrases.map(toBm25Phrase);
  const eligible = createEligiblePassages(segments.map(({ part }) => part.ordinalCount));
  const tasks = splitFlushed(generation, scorer.parallelism).map(({ start, end }) =>
    scorer.filter({
      kind: "filter",
      parts: segments.slice(start, end).map(({ part }) => part),
      filter,
      excluded,
      into: { bits: eligible.bits, offsets: eligible.offsets.slice(start, end + 1) },
      cancel,
    }),
  );
  let passageCount = filterLive(generation, { filter, excluded }, eligible);
  for (const answer of await Promise.all(tasks)) {
    if (answer === undefined) return undefined;
    passageCount += answer.passageCount;
  }
  if (key !== undefined) passageCount -= clearDocument(generation, key, eligible);
  return { eligible, passageCount };
}

/** Clears the passages of a document; returns how many were eligible. */
function clearDocument(
  { documents, segments }: Generation,
  key: string,
  eligible: EligiblePassages,
): number {
  const record = documents.readDocument(key);
  let count = 0;
  for (const number of record?.spans.keys() ?? []) {
    const sequence = toSequence((record?.firstPassageSequence ?? 0) + number);
    const place = placeOfSequence(segments, sequence);
    const bits = place && eligibleOf(eligible, place.segment);
    if (place === undefined || bits === undefined || !isBitSet(bits, place.ordinal)) continue;
    bits[place.ordinal >>> 3] = (bits[place.ordinal >>> 3] ?? 0) & ~(1 << (place.ordinal & 7));
    count += 1;
  }
  return count;
}

/** Flushed segments, which come first, as at most `count` ranges of about as many passages. */
export function splitFlushed(
  generation: Generation,
  count: number,
): { start: number; end: number }[] {
  const flushed = generation.segments.filter(({ part }) => part.kind === "flushed");
  let total = 0;
  for (const { part } of flushed) total += part.ordinalCount;
  const pieces = Math.max(1, Math.min(count, Math.floor(total / passagesPerTaskMin)));
  const ranges: { start: number; end: number }[] = [];
  let start = 0;
  let passageCount = 0;
  for (const [place, { part }] of flushed.entries()) {
    passageCount += part.ordinalCount;
    if (place + 1 < flushed.length && passageCount < ((ranges.length + 1) * total) / pieces)
      continue;
    ranges.push({ start, end: place + 1 });
    start = place + 1;
  }
  return ranges;
}

function filterLive(
  generation: Generation,
  { filter, excluded }: Pick<FilterTask, "filter" | "excluded">,
  eligible: EligiblePassages,
): number {
  const matches = filter === undefined ? () => true : createFilterMatch(filter);
  let passageCount = 0;
  for (const [place, { part, table, liveTerms }] of generation.segments.entries()) {
    if (part.kind !== "live") continue;
    const { ordinalCount } = part;
    const matching = new Uint32Array(2 * Math.ceil(ordinalCount / 64));
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      if (matches((name) => table.fieldAt(ordinal, name), table.keyAt(ordinal)))
        matching[ordinal >>> 5] = (matching[ordinal >>> 5] ?? 0) | (1 << (ordinal & 31));
    }
    if (liveTerms !== undefined && excluded.length > 0) {
      const found = liveOrdinalsWithAny(part.terms, excluded, liveTerms.resolvePhrases(excluded));
      clearDocuments(matching, found, {
        ordinalCount,
        numberAt: (ordinal) => table.passageNumberAt(toPassageOrdinal(ordinal)),
      });
    }
    const tombstones = part.tombstones && new Uint8Array(part.tombstones);
    passageCount += setEligible(eligible, place, {
      ordinals: matching,
      ordinalCount,
      tombstones,
    });
  }
  return passageCount;
}
