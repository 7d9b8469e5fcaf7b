// The best k documents so far, in the order that every ranking has: score, then key.

import type { PassageOrdinal, SegmentOrdinal } from "../core/ids.js";
import { compareKeys } from "../core/document.js";
import type { FieldValue } from "../core/document.js";
import type { GenerationSegment } from "../index/generation.js";
import { compareSortValues, sortValueOf } from "./field-order.js";
import type { FieldOrder, SortValue } from "./field-order.js";

/** At most `size` hits of a ranking have the same value of `field`. */
export interface Cap {
  readonly field: string;
  readonly size: number;
}

/** A passage that stands for its document. */
export interface RankedPassage {
  readonly key: string;
  readonly score: number;
  readonly segment: SegmentOrdinal;
  readonly ordinal: PassageOrdinal;
  readonly passageNumber: number;
  /** Sum over query tokens; undefined where MaxSim was not run. */
  readonly maxSim: number | undefined;
  /** Undefined where it is not known. */
  readonly bm25: number | undefined;
}

export interface ScoredPassage {
  readonly segment: SegmentOrdinal;
  readonly ordinal: PassageOrdinal;
  readonly score: number;
  readonly maxSim?: number | undefined;
  readonly bm25?: number | undefined;
}

export interface Ranking {
  /** Takes a passage into account: a document counts with its best one. O(k) at worst. */
  offer(passage: ScoredPassage): void;
  /** Best first, at most k: a copy. */
  top(): readonly RankedPassage[];
}

/** Scores descending, then keys ascending as UTF-8 bytes, then passage numbers. A total order. */
export function compareRanked(
  a: { score: number; key: string; passageNumber: number },
  b: { score: number; key: string; passageNumber: number },
): number {
  return b.score - a.score || compareKeys(a.key, b.key) || a.passageNumber - b.passageNumber;
}

/** How the best documents are chosen. */
export interface RankingRules {
  /** Documents that are kept. */
  readonly k: number;
  readonly caps?: readonly Cap[] | undefined;
  /** When absent, by score; without caps otherwise. */
  readonly order?: FieldOrder | undefined;
}

/**
 * With caps a hit is left out when better ones have filled its group: with two of them, groups are
 * filled from the best document down, each document taking its place in both or in none.
 */
export function createRanking(
  segments: readonly GenerationSegment[],
  { k, caps = [], order }: RankingRules,
): Ranking {
  if (order !== undefined) return createSortedRanking(segments, k, order);
  const [cap, ...others] = caps;
  return others.length > 0
    ? createWholeRanking(segments, k, caps)
    : createTopRanking(segments, k, cap);
}

/**
 * What a cap keeps out cannot come back, but by a better passage, which is offered then: a group's
 * best only get better. So the top is all that need be kept.
 */
function createTopRanking(
  segments: readonly GenerationSegment[],
  k: number,
  cap: Cap | undefined,
): Ranking {
  let top: RankedPassage[] = [];
  const groups = new Map<string, string | undefined>();
  /** Makes room in the group of `entry`; false: better ones have filled it. */
  const fits = (entry: RankedPassage): boolean => {
    if (cap === undefined) return true;
    const { field, size } = cap;
    const group = groupOf(segments[entry.segment]?.table.fieldAt(entry.ordinal, field));
    groups.set(entry.key, group);
    if (group === undefined) return true;
    const members = top.filter(({ key }) => groups.get(key) === group);
    const last = members.at(-1);
    if (last === undefined || members.length < size) return true;
    if (compareRanked(last, entry) <= 0) return false;
    top.splice(top.indexOf(last), 1);
    return true;
  };
  const offer = (passage: ScoredPassage): void => {
    const last = top[k - 1];
    // Most passages end here, before their key is read.
    if (last !== undefined && passage.score < last.score) return;
    const entry = toRanked(segments, passage);
    if (entry === undefined) return;
    const before = top.findIndex(({ key }) => key === entry.key);
    const known = top[before];
    if (known !== undefined) {
      if (compareRanked(known, entry) <= 0) return;
      top.splice(before, 1);
    }
    if (!fits(entry)) return;
    top.splice(placeOf(top, entry), 0, entry);
    if (top.length > k) top = top.slice(0, k);
  };
  return { offer, top: () => [...top] };
}

/**
 * By a field, which all passages of a document share: a document that others have displaced cannot
 * come back, so the top is all that need be kept. A document has the score of its best passage.
 */
function createSortedRanking(
  segments: readonly GenerationSegment[],
  k: number,
  order: FieldOrder,
): Ranking {
  let top: { readonly entry: RankedPassage; readonly value: SortValue }[] = [];
  const compare = (a: (typeof top)[number], b: (typeof top)[number]): number =>
    compareSortValues(a.value, b.value, order) || compareKeys(a.entry.key, b.entry.key);
  const isAtOrAfter = (other: (typeof top)[number] | undefined, one: (typeof top)[number]) =>
    other !== undefined && compare(other, one) >= 0;
  return {
    offer(passage) {
      const table = segments[passage.segment]?.table;
      const value = sortValueOf(table?.fieldAt(passage.ordinal, order.field), order);
      const last = top[k - 1];
      // Most passages end here, before their key is read.
      if (last !== undefined && compareSortValues(value, last.value, order) > 0) return;
      const entry = toRanked(segments, passage);
      if (entry === undefined) return;
      const one = { entry, value };
      const at = firstPlace(top.length, (place) => isAtOrAfter(top[place], one));
      const known = top[at]?.entry;
      const isKnown = known?.key === entry.key;
      if (isKnown && compareRanked(known, entry) <= 0) return;
      top.splice(at, isKnown ? 1 : 0, one);
      if (top.length > k) top = top.slice(0, k);
    },
    top: () => top.map(({ entry }) => entry),
  };
}

/** Keeps every document: one that a group has no room for may find room when another moves away. */
function createWholeRanking(
  segments: readonly GenerationSegment[],
  k: number,
  caps: readonly Cap[],
): Ranking {
  const best = new Map<string, RankedPassage>();
  return {
    offer(passage) {
      const entry = toRanked(segments, passage);
      if (entry === undefined) return;
      const known = best.get(entry.key);
      if (known === undefined || compareRanked(known, entry) > 0) best.set(entry.key, entry);
    },
    top() {
      const top: RankedPassage[] = [];
      const counts = caps.map(() => new Map<string, number>());
      for (const entry of [...best.values()].sort(compareRanked)) {
        if (top.length === k) break;
        const groups = caps.map(({ field }) =>
          groupOf(segments[entry.segment]?.table.fieldAt(entry.ordinal, field)),
        );
        const isFull = groups.some((group, i) => {
          return group !== undefined && (counts[i]?.get(group) ?? 0) >= (caps[i]?.size ?? k);
        });
        if (isFull) continue;
        for (const [i, group] of groups.entries())
          if (group !== undefined) counts[i]?.set(group, (counts[i].get(group) ?? 0) + 1);
        top.push(entry);
      }
      return top;
    },
  };
}

function toRanked(
  segments: readonly GenerationSegment[],
  { segment, ordinal, score, maxSim, bm25 }: ScoredPassage,
): RankedPassage | undefined {
  const table = segments[segment]?.table;
  if (table === undefined) return undefined;
  const key = table.keyAt(ordinal);
  const passageNumber = table.passageNumberAt(ordinal);
  return { key, score, segment, ordinal, passageNumber, maxSim, bm25 };
}

/** First place whose entry ranks after `entry`. */
function placeOf(sorted: readonly RankedPassage[], entry: RankedPassage): number {
  return firstPlace(sorted.length, (place) => {
    const other = sorted[place];
    return other !== undefined && compareRanked(other, entry) > 0;
  });
}

/** The first of `count` places for which `isAt` is true, as it is from there on. */
function firstPlace(count: number, isAt: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAt(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Name of the group. Returns undefined for a document in no group, which is not limited. Keywords,
 * integers and booleans name groups; values of other kinds count as absent.
 */
function groupOf(value: FieldValue | undefined): string | undefined {
  const isName =
    value?.kind === "keyword" || value?.kind === "integer" || value?.kind === "boolean";
  return isName ? `${value.kind} ${value.value}` : undefined;
}
