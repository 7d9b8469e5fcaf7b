// BM25 by its definition, passage by passage, which the index must match bit for bit.

import fc from "fast-check";

import { packTerms } from "../../src/analysis/term-frequencies.js";
import type { PassageTerms } from "../../src/analysis/term-frequencies.js";
import { bindFlushed, bindLive } from "../../src/index/bm25/bound-segment.js";
import type { BoundSegment } from "../../src/index/bm25/bound-segment.js";
import { LiveTerms } from "../../src/index/bm25/live-terms.js";
import { PostingsReader } from "../../src/index/bm25/postings-reader.js";
import type { Bm25Query, Bm25Totals } from "../../src/index/bm25/query.js";
import { anyPassage, toPassageTerms, vocabulary, writeTerms } from "./passages.js";

export interface Entry {
  readonly passage: PassageTerms;
  readonly isDead: boolean;
}

export interface EntrySegment {
  readonly kind: "flushed" | "live";
  readonly entries: readonly Entry[];
}

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  passage: anyPassage,
  isDead: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});

export const anyCollection: fc.Arbitrary<EntrySegment[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("flushed" as const, "live" as const),
    entries: fc.array(anyEntry, { maxLength: 20 }),
  }),
  { maxLength: 5 },
);

const anyTerm = fc.constantFrom(...vocabulary, "absent");
const anyClause = fc.record({
  kind: fc.constantFrom("term" as const, "term" as const, "prefix" as const),
  text: anyTerm,
  frequency: fc.integer({ min: 1, max: 3 }),
});
const anyPhrase = fc.array(fc.record({ text: anyTerm, gap: fc.integer({ min: 1, max: 2 }) }), {
  minLength: 1,
  maxLength: 3,
});

/** Up to six distinct clauses, sometimes a phrase. */
export const anyQuery: fc.Arbitrary<Bm25Query> = fc
  .record({
    clauses: fc.uniqueArray(anyClause, {
      maxLength: 6,
      selector: ({ kind, text }) => `${kind} ${text}`,
    }),
    phrases: fc.oneof(
      { weight: 3, arbitrary: fc.constant<{ text: string; gap: number }[][]>([]) },
      fc.array(anyPhrase, { maxLength: 2 }),
    ),
  })
  .map(({ clauses, phrases }) => ({
    clauses: clauses.map(({ kind, text, frequency }) => ({
      kind,
      utf8: Buffer.from(text),
      frequency,
    })),
    phrases: phrases.map((phrase) => {
      let offset = 0;
      const terms = phrase.map(({ text, gap }, i) => {
        if (i > 0) offset += gap;
        return { utf8: Buffer.from(text), offset };
      });
      return { terms };
    }),
    quorums: [],
  }));

export function termsQuery(...words: readonly string[]): Bm25Query {
  const clauses = words.map((word) => ({
    ...({ kind: "term", utf8: Buffer.from(word), frequency: 1 } as const),
  }));
  return { clauses, phrases: [], quorums: [] };
}

export function alive(words: readonly string[]): Entry {
  return { passage: toPassageTerms(words), isDead: false };
}

export function dead(words: readonly string[]): Entry {
  return { passage: toPassageTerms(words), isDead: true };
}

export function toBound({ kind, entries }: EntrySegment, query: Bm25Query): BoundSegment {
  const tombstones = new Uint8Array(Math.ceil(entries.length / 8));
  for (const [ordinal, { isDead }] of entries.entries())
    if (isDead) tombstones[ordinal >> 3]! |= 1 << (ordinal & 7);
  const passages = entries.map(({ passage }) => passage);
  if (kind === "flushed")
    return bindFlushed(new PostingsReader(writeTerms(passages)), query, tombstones);
  const live = new LiveTerms();
  for (const passage of passages) live.append(packTerms(passage));
  const ids = live.resolve(query);
  const snapshot = live.snapshot();
  // A later append must not be visible.
  live.append(packTerms(toPassageTerms([...vocabulary])));
  return bindLive(snapshot, query, ids, tombstones);
}

export function totalsOf(entries: readonly Entry[]): Bm25Totals {
  const live = entries.filter(({ isDead }) => !isDead);
  const lengthTotal = live.reduce((sum, { passage }) => sum + passage.length, 0);
  return { passageCount: live.length, lengthTotal };
}

/** One score per entry, straight from the formula, with partial sums in float32. */
export function bruteForce(entries: readonly Entry[], { clauses, phrases }: Bm25Query): number[] {
  const { passageCount, lengthTotal } = totalsOf(entries);
  const slope = (0.9 * 0.4 * passageCount) / lengthTotal;
  const frequencies = clauses.map(
    (clause) => entries.filter((entry) => !entry.isDead && countIn(entry, clause) > 0).length,
  );
  return entries.map((entry) => {
    let sum = 0;
    if (entry.isDead || !phrases.every((phrase) => hasPhrase(entry, phrase))) return 0;
    for (const [i, clause] of clauses.entries()) {
      const count = countIn(entry, clause);
      if (count === 0) continue;
      const df = frequencies[i]!;
      const idf = Math.log(1 + (passageCount - df + 0.5) / (df + 0.5));
      const norm = count + 0.9 * (1 - 0.4) + slope * entry.passage.length;
      sum = Math.fround(sum + (clause.frequency * idf * count) / norm);
    }
    return sum;
  });
}

function countIn({ passage }: Entry, { kind, utf8 }: Bm25Query["clauses"][number]): number {
  const text = Buffer.from(utf8).toString();
  let count = 0;
  for (const [i, term] of passage.terms.entries())
    if (kind === "term" ? term === text : term.startsWith(text)) count += passage.counts[i]!;
  return count;
}

function hasPhrase({ passage }: Entry, { terms }: Bm25Query["phrases"][number]): boolean {
  const words: string[] = [];
  let place = 0;
  for (const [i, term] of passage.terms.entries())
    for (let n = passage.counts[i]!; n > 0; n -= 1) words[passage.positions[place++]!] = term;
  return words.some((_, start) =>
    terms.every(({ utf8, offset }) => words[start + offset] === Buffer.from(utf8).toString()),
  );
}
