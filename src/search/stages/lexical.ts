// BM25 over the whole generation: the exact best passages and documents.

import { toPassageOrdinal, toSegmentOrdinal } from "../../core/ids.js";
import type { LexicalQuery, QueryPhrase } from "../../analysis/lexical-query.js";
import { present } from "../../core/assert.js";
import type { Bm25Clause, Bm25Phrase, Bm25Query } from "../../index/bm25/query.js";
import { liveTermIdsOf } from "../../index/generation.js";
import type { Generation } from "../../index/generation.js";
import type {
  Bm25Work,
  LexicalAnswer,
  MaxSimTask,
  ScoredPassages,
} from "../../scoring/score.protocol.js";
import { toCandidates } from "../fusion.js";
import type { Candidate } from "../fusion.js";
import type { SearchPlan } from "../plan.js";
import { createPassageIds } from "../passage-ids.js";
import type { PassagePlace } from "../passage-ids.js";
import { createRanking } from "../ranking.js";
import type { RankedPassage } from "../ranking.js";
import { segmentPartsOf } from "../search-deps.js";
import type { ScopedDeps } from "../search-deps.js";
import { hasNearWords, nearPlacesStage } from "./near-places.js";

export interface LexicalResult {
  /** Exact top k documents by BM25. */
  readonly top: readonly RankedPassage[];
  /** False: deeper in the list there may be documents for `top`, of other groups, or sorted by a field. */
  readonly isExact: boolean;
  /** The best passages, plan.lexicalPoolSize at most. */
  readonly candidates: readonly Candidate[];
  /** Best BM25 of any passage; 0 when nothing matches. */
  readonly bm25Top: number;
  /** No passage that `candidates` leaves out has more BM25 than this. */
  readonly unlistedBm25Max: number;
  /** BM25 score of a passage. Absent when the passage was not among the best. */
  bm25Of(passage: PassagePlace): number | undefined;
  /**
   * What MaxSim tasks need to give BM25 of their passages, live parts by their place in the
   * generation.
   */
  readonly work: MaxSimTask["bm25"];
}

/** The result of a search without query terms. */
export const noLexicalResult: LexicalResult = {
  top: [],
  isExact: true,
  candidates: [],
  bm25Top: 0,
  unlistedBm25Max: 0,
  work: [],
  bm25Of: () => 0,
};

type LexicalDeps = Pick<ScopedDeps, "generation" | "scorer" | "cancel" | "scope">;

/** Smallest number of passages per task. */
const passagesPerTaskMin = 16_384;

/** Depth at which the search for more groups stops: there may be fewer groups than hits wanted. */
const cappedDepthMax = 16_384;

/** Undefined when cancelled. */
export async function lexicalStage(
  deps: LexicalDeps,
  plan: SearchPlan,
): Promise<LexicalResult | undefined> {
  const { generation } = deps;
  const query = toBm25Query(plan.lexical);
  // Without misspelled words the tasks are posted at once, before this function first waits.
  const hasNear = hasNearWords(query);
  const nearPlaces = hasNear ? await nearPlacesStage(deps, query) : undefined;
  if (hasNear && nearPlaces === undefined) return undefined;
  const bm25: Bm25Work = {
    query,
    liveTermIds: liveTermIdsOf(generation, query),
    nearPlaces,
    totals: generation.totals,
  };
  let topCount = Math.max(plan.lexicalPoolSize, plan.k);
  let found = await findTop(deps, bm25, topCount);
  if (found === undefined) return undefined;
  const first = found;
  let top = topDocuments(generation, found.top, plan);
  // Several passages of one document may fill the top: look further until k documents are found.
  const depthMax = plan.caps.length === 0 ? Infinity : cappedDepthMax;
  while (top.length < plan.k && found.top.ordinals.length >= topCount && topCount < depthMax) {
    topCount *= 4;
    found = await findTop(deps, bm25, topCount);
    if (found === undefined) return undefined;
    top = topDocuments(generation, found.top, plan);
  }
  const isWhole = found.top.ordinals.length < topCount;
  const isExact = plan.order === undefined && (top.length >= plan.k || isWhole);
  const idOf = createPassageIds(generation.segments);
  const known = new Map<number, number>();
  const { parts, ordinals, scores } = found.top;
  for (const [i, ordinal] of ordinals.entries())
    known.set(
      idOf({ segment: toSegmentOrdinal(parts[i] ?? 0), ordinal: toPassageOrdinal(ordinal) }),
      scores[i] ?? 0,
    );
  const candidates = toCandidates([first.top], generation.segments, plan.lexicalPoolSize);
  const bm25Top = first.top.scores[0] ?? 0;
  return {
    top,
    isExact,
    candidates,
    bm25Top,
    unlistedBm25Max:
      candidates.length < plan.lexicalPoolSize ? 0 : (candidates.at(-1)?.score ?? bm25Top),
    bm25Of: (passage) => known.get(idOf(passage)),
    work: [{ ...bm25, frequencies: found.frequencies }],
  };
}

/** The query in the encoding of the index. */
export function toBm25Query(query: LexicalQuery): Bm25Query {
  const { terms, prefixes, misspellings, phrases, quorums } = query;
  const termAt = new Map(terms.map(({ term }, i) => [term, i]));
  const prefixAt = new Map(prefixes.map(({ term }, i) => [term, terms.length + i]));
  const clauses: Bm25Clause[] = [
    ...terms.map(({ term, frequency }): Bm25Clause => {
      return { kind: "term", utf8: utf8Of(term), frequency };
    }),
    ...prefixes.map(({ term, frequency }): Bm25Clause => {
      return { kind: "prefix", utf8: utf8Of(term), frequency };
    }),
    ...misspellings.map(({ term, exact, ...rest }): Bm25Clause => {
      const exactClause = present(
        termAt.get(exact),
        "a word that may be misspelled is a term, too",
      );
      return { kind: "near", utf8: utf8Of(term), exactClause, ...rest };
    }),
  ];
  return {
    clauses,
    phrases: phrases.map(toBm25Phrase),
    quorums: quorums.map(({ terms: together, prefix, count }) => ({
      clauses: [
        ...together.map((term) => termAt.get(term)),
        ...(prefix === undefined ? [] : [prefixAt.get(prefix)]),
      ].filter((clause) => clause !== undefined),
      count,
    })),
  };
}

export function toBm25Phrase({ terms }: QueryPhrase): Bm25Phrase {
  return { terms: terms.map(({ term, offset }) => ({ utf8: utf8Of(term), offset })) };
}

function utf8Of(term: string): Uint8Array {
  return Buffer.from(term, "utf8");
}

/**
 * The best passages of all parts, as few tasks as are worth it; scores fall. Undefined when cancelled.
 */
async function findTop(
  { generation, scorer, cancel, scope }: LexicalDeps,
  bm25: Bm25Work,
  topCount: number,
): Promise<LexicalAnswer | undefined> {
  const parts = segmentPartsOf(generation);
  const sharedThreshold = new SharedArrayBuffer(4);
  const answers = await Promise.all(
    splitParts(generation, scorer.parallelism).map((range) =>
      scorer.lexical({
        kind: "lexical",
        parts,
        bm25,
        range,
        topCount,
        sharedThreshold,
        cancel,
        eligible: scope.eligible,
      }),
    ),
  );
  const tops: ScoredPassages[] = [];
  for (const answer of answers) {
    if (answer === undefined) return undefined;
    tops.push(answer.top);
  }
  const frequencies = answers[0]?.frequencies ?? [];
  return { frequencies, top: joinTops(tops, topCount) };
}

/** Ranges of parts with about as many passages each. */
function splitParts(generation: Generation, countMax: number): LexicalRange[] {
  const ordinalCounts = generation.segments.map(({ part }) => part.ordinalCount);
  const total = ordinalCounts.reduce((sum, count) => sum + count, 0);
  const count = Math.max(1, Math.min(countMax, Math.floor(total / passagesPerTaskMin)));
  const ranges: LexicalRange[] = [];
  let from = 0;
  let passageCount = 0;
  for (const [place, ordinalCount] of ordinalCounts.entries()) {
    passageCount += ordinalCount;
    if (passageCount < (total * (ranges.length + 1)) / count && place + 1 < ordinalCounts.length)
      continue;
    ranges.push({ from, to: place + 1 });
    from = place + 1;
  }
  return ranges;
}

interface LexicalRange {
  readonly from: number;
  readonly to: number;
}

/** Best first; all ties of the last place stay. */
function joinTops(tops: readonly ScoredPassages[], topCount: number): ScoredPassages {
  const [only] = tops;
  if (only !== undefined && tops.length === 1) return only;
  const joined = tops.flatMap(({ parts, ordinals, scores }) =>
    Array.from(ordinals, (ordinal, i) => ({ part: parts[i] ?? 0, ordinal, score: scores[i] ?? 0 })),
  );
  joined.sort((a, b) => b.score - a.score || a.part - b.part || a.ordinal - b.ordinal);
  const last = joined[topCount - 1]?.score ?? 0;
  const kept = joined.filter(({ score }) => score >= last);
  return {
    parts: Uint32Array.from(kept, ({ part }) => part),
    ordinals: Uint32Array.from(kept, ({ ordinal }) => ordinal),
    scores: Float32Array.from(kept, ({ score }) => score),
  };
}

function topDocuments(
  generation: Generation,
  found: ScoredPassages,
  plan: SearchPlan,
): readonly RankedPassage[] {
  const ranking = createRanking(generation.segments, plan);
  for (const [i, ordinal] of found.ordinals.entries()) {
    const score = found.scores[i] ?? 0;
    ranking.offer({
      segment: toSegmentOrdinal(found.parts[i] ?? 0),
      ordinal: toPassageOrdinal(ordinal),
      score,
      bm25: score,
    });
  }
  return ranking.top();
}
