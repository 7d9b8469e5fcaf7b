// `make bench-bm25`: time to find the exact BM25 top k among a million passages.
//
//   node build/bench/bm25/bm25-bench.js [passages] [segments] [queries of each kind]

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import { createAnalyzer, latestSettings } from "../../src/analysis/analyzer.js";
import { wholeWordMark } from "../../src/analysis/version-2.js";
import type { PassageTerms } from "../../src/analysis/term-frequencies.js";
import { loadConfig } from "../../src/config/load-config.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { createPrng } from "../../src/core/prng.js";
import { loadKernels } from "../../src/kernels/load-kernels.js";
import { createInlineScorer } from "../../src/scoring/scorer.js";
import type { Scorer } from "../../src/scoring/scorer.js";
import { planSearch } from "../../src/search/plan.js";
import { filterStage } from "../../src/search/stages/filter.js";
import { lexicalStage } from "../../src/search/stages/lexical.js";
import { withScorePool } from "../../test/support/score-pool.js";
import { makeGeneration } from "../generations/made-generation.js";
import { rounded, summary } from "../scale/summary.js";

const passageCount = Number(process.argv[2] ?? 1_000_000);
const segmentCount = Number(process.argv[3] ?? 180);
const queryCount = Number(process.argv[4] ?? 200);
/** Queries that are not measured; none of them is asked again, since unions are remembered. */
const warmUpCount = 20;
const seed = 1;

/** Terms per passage: what remains of about 90 words of English without stop words. */
const termsPerPassage = 50;
const vocabularySize = 500_000;
/** Ranks that a stop word list would remove. */
const skippedRanks = 30;

/** As often as in a hundred letters of English. */
const englishLetters =
  "eeeeeeeeeeeetttttttttaaaaaaaaoooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddllllcccuuummmwwffggyyppbbvk";

const prng = createPrng(seed);
const vocabulary = Array.from({ length: vocabularySize }, (_, rank) => makeWord(rank));
const passageTerms = createTermSource();
const generation = makeGeneration({ passageCount, segmentCount }, () => ({
  terms: passageTerms(),
}));
const kinds: Readonly<Record<string, () => string>> = {
  "1 word": () => words(1),
  "2 words": () => words(2),
  "4 words": () => words(4),
  "8 words": () => words(8),
  "16 words": () => words(16),
  "a phrase of 2 words": () => `"${words(2)}"`,
  "2 words and a beginning of 2 letters": () => `${words(2)} ${words(1).slice(0, 2)}*`,
  "a beginning of 2 letters": () => `${words(1).slice(0, 2)}*`,
  "a beginning of 4 letters": () => `${words(1).slice(0, 4)}*`,
  "1 misspelled word": () => misspelled(words(1)),
  "2 misspelled words": () => `${misspelled(words(1))} ${misspelled(words(1))}`,
};

await withScorePool(2, async (pool) => {
  const inline = createInlineScorer(loadKernels().kernels);
  const cases = [];
  for (const [kind, makeQuery] of Object.entries(kinds)) {
    const typos = kind.includes("misspelled");
    const queriesOf = (count: number): string[] =>
      Array.from({ length: warmUpCount + count }, makeQuery);
    const workersMs = await measure(queriesOf(queryCount), { scorer: pool, typos });
    // Queries of their own: the terms near a misspelled word are remembered whoever found them.
    const oneThreadMs = await measure(queriesOf(queryCount / 4), { scorer: inline, typos });
    cases.push({ queries: kind, workersMs, oneThreadMs });
    console.log(JSON.stringify(cases.at(-1)));
  }
  const file = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    command: `make bench-bm25 (${passageCount} passages, ${segmentCount} segments, ${queryCount} queries a kind)`,
    termsPerPassage,
    passagesOfCommonestTerm: rounded(commonestShare()),
    cases,
  };
  const path = join(repositoryRoot(), "bench/results/bm25.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
});

/** Zipf-distributed ranks with exponent 1, from 0; passages repeat some of their words. */
function anyRank(): number {
  const low = Math.log(skippedRanks);
  const high = Math.log(vocabularySize);
  return Math.floor(Math.exp(low + (high - low) * prng.nextFloat())) - skippedRanks;
}

function anyWord(): string {
  return vocabulary[anyRank()] ?? "";
}

function commonestShare(): number {
  const share =
    Math.log((skippedRanks + 1) / skippedRanks) / Math.log(vocabularySize / skippedRanks);
  return 1 - (1 - share) ** termsPerPassage;
}

function createTermSource(): () => PassageTerms {
  return () => {
    const length = termsPerPassage / 2 + (prng.nextUint32() % termsPerPassage);
    const places = new Map<string, number[]>();
    const said: string[] = [];
    for (let at = 0; at < length; at += 1) {
      const isRepeated = said.length > 0 && prng.nextUint32() % 6 === 0;
      const repeated = isRepeated ? said[prng.nextUint32() % said.length] : undefined;
      const term = repeated ?? anyWord();
      said.push(term);
      const positions = places.get(term);
      if (positions === undefined) places.set(term, [at]);
      else positions.push(at);
    }
    // Each word is indexed as its stem and, with the whole-word mark, as itself.
    const terms = [...places.keys()];
    const counts = Array.from(places.values(), (positions) => positions.length);
    const positions = [...places.values()].flat();
    return {
      terms: [...terms, ...terms.map((term) => `${wholeWordMark}${term}`)],
      counts: [...counts, ...counts],
      positions: [...positions, ...positions],
      length: 2 * length,
    };
  };
}

function words(count: number): string {
  return Array.from({ length: count }, anyWord).join(" ");
}

/**
 * A word of letters only that is its own stem, the same for the same rank. Letters have their shares
 * of English, so that words have as many near ones as in English texts: one or two of 60,000.
 */
function makeWord(rank: number): string {
  const random = createPrng(rank);
  const lettersMin = rank < 200 ? 2 : rank < 5000 ? 4 : 5;
  let word = "";
  for (let left = lettersMin + (random.nextUint32() % 5); left > 0; left -= 1)
    word += englishLetters.charAt(random.nextUint32() % englishLetters.length);
  return `${word}k`;
}

/** Changes a letter in the middle; short words are returned unchanged. */
function misspelled(word: string): string {
  const middle = word.length >> 1;
  return `${word.slice(0, middle)}u${word.slice(middle + 1)}`;
}

async function measure(
  queries: readonly string[],
  { scorer, typos }: { readonly scorer: Scorer; readonly typos: boolean },
): Promise<object> {
  const analyzer = createAnalyzer(latestSettings("english"));
  const defaults = loadConfig({ flags: {} }).config.search;
  const base = { generation, scorer, cancel: new SharedArrayBuffer(4) };
  const scope = await filterStage(base, undefined);
  if (scope === undefined) throw new Error("nobody cancels");
  const context = { ...base, scope };
  const times: number[] = [];
  for (const text of queries) {
    const payload = { mode: "every_update", title: false, text: false, fields: false } as const;
    const request = { collection: "bench", text, exhaustive: false, payload, typos };
    const plan = planSearch(request, { defaults, analyzer });
    const start = performance.now();
    await lexicalStage(context, plan);
    times.push(performance.now() - start);
  }
  const measured = times.slice(warmUpCount);
  return { ...summary(measured), max: rounded(Math.max(...measured)) };
}
