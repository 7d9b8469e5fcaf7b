// The checker itself: a stream that keeps the rules passes, and each broken rule is found.

import assert from "node:assert/strict";

import {
  checkedSession,
  ContractViolation,
  createStreamContract,
} from "../../../src/client/stream-contract.js";
import type { ContractUpdate } from "../../../src/client/stream-contract.js";

type Hit = ContractUpdate["hits"][number];

const hit = (key: string, rank: number, score: number): Hit => ({
  key,
  rank,
  score,
  passageNumber: 0,
  span: { start: 0, end: 1 },
});

const base = { generation: 3, degradations: [], settledCount: 0, final: false } as const;
const coverage = { eligible: 9, sketchScored: 0, maxSimScored: 0, reranked: 0 };

/** Lexical, candidates, late interaction with one settled hit, final. */
const good: readonly ContractUpdate[] = [
  {
    ...base,
    coverage,
    sequence: 1,
    stage: "lexical",
    certificate: "lexical",
    timings: { total: 100 },
    hits: [hit("a", 1, 4), hit("b", 2, 3)],
  },
  {
    ...base,
    sequence: 2,
    stage: "candidates",
    certificate: "estimate",
    coverage: { ...coverage, sketchScored: 9 },
    timings: { total: 30_000 },
    hits: [hit("b", 1, 2), hit("a", 2, 1)],
  },
  {
    ...base,
    sequence: 3,
    stage: "late_interaction",
    certificate: "estimate",
    coverage: { ...coverage, sketchScored: 9, maxSimScored: 4 },
    timings: { total: 60_000 },
    settledCount: 1,
    hits: [hit("c", 1, 0.9), hit("b", 2, 0.8)],
  },
  {
    ...base,
    sequence: 4,
    stage: "late_interaction",
    certificate: "exact",
    final: true,
    coverage: { ...coverage, sketchScored: 9, maxSimScored: 9 },
    timings: { total: 60_100 },
    settledCount: 2,
    hits: [hit("c", 1, 0.9), hit("a", 2, 0.85)],
  },
];

function check(updates: readonly ContractUpdate[], options = {}): void {
  const contract = createStreamContract({ k: 2, minUpdateIntervalMs: 25, ...options });
  for (const update of updates) contract.take(update);
  contract.end();
}

describe("StreamContract", () => {
  it("lets a stream pass that keeps the rules", () => check(good));

  const changed = (place: number, change: Partial<ContractUpdate>): ContractUpdate[] =>
    good.map((update, i) => (i === place ? { ...update, ...change } : update));
  const broken: Readonly<Record<string, readonly ContractUpdate[]>> = {
    "an end without a final update": good.slice(0, 3),
    "an update after the final one": [...good, { ...good[3]!, sequence: 5 }],
    "two final updates": changed(2, { final: true, settledCount: 2 }),
    "a first update that is not number 1": good.slice(1),
    "a number left out": changed(2, { sequence: 4 }),
    "more hits than were asked for": changed(0, {
      hits: [hit("a", 1, 4), hit("b", 2, 3), hit("c", 3, 2)],
    }),
    "ranks that do not count": changed(1, { hits: [hit("b", 1, 2), hit("a", 3, 1)] }),
    "scores that rise": changed(1, { hits: [hit("b", 1, 1), hit("a", 2, 2)] }),
    "equal scores out of the keys' order": changed(1, { hits: [hit("b", 1, 2), hit("a", 2, 2)] }),
    "a score that is no number": changed(1, { hits: [hit("b", 1, NaN)] }),
    "a document that comes twice": changed(1, { hits: [hit("b", 1, 2), hit("b", 2, 1)] }),
    "a stage that comes back": changed(2, { stage: "lexical", certificate: "lexical" }),
    "coverage that falls": changed(2, { coverage: { ...coverage, maxSimScored: 4 } }),
    "coverage beyond what is eligible": changed(3, {
      coverage: { ...coverage, sketchScored: 9, maxSimScored: 10 },
    }),
    "another generation": changed(1, { generation: 4 }),
    "an exact ranking of a part": changed(2, { certificate: "exact" }),
    "an exact ranking by words of a later stage": changed(1, { certificate: "lexical" }),
    "an update without news": changed(1, { hits: [hit("a", 1, 2), hit("b", 2, 1)] }),
    "two updates too close": changed(1, { timings: { total: 24_000 } }),
    "time that goes back": changed(3, { timings: { total: 59_000 } }),
    "settled hits beyond the ranking": changed(2, { settledCount: 3 }),
    "a settled hit that moves": changed(3, { hits: [hit("a", 1, 0.95), hit("c", 2, 0.9)] }),
    "a settled hit whose score changes": changed(3, {
      hits: [hit("c", 1, 0.91), hit("a", 2, 0.85)],
    }),
    "a final ranking that is not settled": changed(3, { settledCount: 1 }),
    "a loss that is taken back": changed(1, {
      degradations: [{ reason: "NO_QUERY_VECTORS", message: "", stages: [] }],
    }),
    "a recall above 1": changed(2, { expectedRecall: 1.01 }),
    "a recall of what is by words": changed(0, { expectedRecall: 0.9 }),
  };
  for (const [name, updates] of Object.entries(broken))
    it(`finds ${name}`, () => assert.throws(() => check(updates), ContractViolation));

  it("finds a payload that comes twice where it should come once", () => {
    const paid = good.map((update) => ({
      ...update,
      hits: update.hits.map((one) => ({ ...one, payload: {} })),
    }));
    check(paid);
    assert.throws(() => check(paid, { isPayloadOnce: true }), /payload of "b" came twice/);
  });

  it("holds a session to one stream a query, none of which comes back", async () => {
    const run = async (numbers: readonly number[]): Promise<number> => {
      const answers = numbers.map((queryNumber, i) => ({
        queryNumber,
        update: { ...good[i % good.length]!, sequence: 1, final: true, settledCount: 2 },
      }));
      let count = 0;
      const stream = (async function* () {
        await Promise.resolve();
        yield* answers;
      })();
      for await (const answer of checkedSession(stream, () => ({ k: 2 })))
        count += answer.queryNumber;
      return count;
    };
    assert.equal(await run([1, 2, 4]), 7);
    await assert.rejects(run([1, 3, 2]), ContractViolation);
    await assert.rejects(run([1, 1]), ContractViolation);
  });
});
