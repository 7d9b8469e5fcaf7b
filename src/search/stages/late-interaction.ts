// MaxSim of the candidates, batch by batch; then of everything else, when asked to.

import { nextOrdinal, toPassageOrdinal, toSegmentOrdinal } from "../../core/ids.js";
import { runInOrder } from "../../core/in-order.js";
import type { TokenQuery } from "../../codec/codec.js";
import { isBitSet } from "../../index/bm25/bits.js";
import { eligibleOf } from "../../index/eligible-passages.js";
import type { MaxSimTask } from "../../scoring/score.protocol.js";
import { createPassageIds } from "../passage-ids.js";
import type { PassagePlace } from "../passage-ids.js";
import type { SearchPlan } from "../plan.js";
import { segmentPartsOf } from "../search-deps.js";
import type { ScopedDeps } from "../search-deps.js";

/** Passages and their MaxSim, one for one. */
export interface ScoredBatch {
  readonly passages: readonly PassagePlace[];
  readonly scores: Float32Array;
  /** BM25 by each query of the work, one for one. */
  readonly bm25: readonly Float32Array[];
  /** One line for each segment whose codes were found damaged; its scores are NaN. */
  readonly damages: readonly string[];
}

/**
 * Promises of batches in the order in which they should be awaited; each is undefined when
 * cancelled. At most twice as many tasks as workers are in flight.
 */
export function* lateInteractionBatches(
  deps: ScopedDeps,
  plan: SearchPlan,
  work: {
    readonly query: TokenQuery;
    readonly candidates: readonly PassagePlace[];
    /** Queries by which BM25 of each passage is wanted, too. */
    readonly bm25: MaxSimTask["bm25"];
    /** Go on to every other passage. */
    readonly isExhaustive: boolean;
  },
): Generator<Promise<ScoredBatch | undefined>, void, void> {
  const { query, candidates, bm25, isExhaustive } = work;
  const { scorer } = deps;
  const pieces = Math.max(scorer.parallelism, Math.ceil(candidates.length / plan.batchPassages));
  const first = cut(candidates, Math.max(1, Math.ceil(candidates.length / pieces)));
  const rest = isExhaustive ? cut(remaining(deps, candidates), plan.batchPassages) : [];
  yield* runInOrder(chain(first, rest), 2 * scorer.parallelism, (passages) =>
    scoreBatch(deps, { query, bm25 }, passages),
  );
}

async function scoreBatch(
  deps: ScopedDeps,
  { query, bm25 }: Pick<MaxSimTask, "query" | "bm25">,
  passages: readonly PassagePlace[],
): Promise<ScoredBatch | undefined> {
  const partOf = new Uint32Array(passages.length);
  const ordinals = new Uint32Array(passages.length);
  for (const [i, { segment, ordinal }] of passages.entries()) {
    partOf[i] = segment;
    ordinals[i] = ordinal;
  }
  const answer = await deps.scorer.maxSim({
    kind: "maxsim",
    parts: segmentPartsOf(deps.generation),
    partOf,
    ordinals,
    query,
    bits: deps.settings.bits,
    bm25,
    cancel: deps.cancel,
  });
  if (answer === undefined) return undefined;
  const damages = answer.damages.map(({ part, message }) => {
    const count = partOf.filter((place) => place === part).length;
    return `${message} (${count} passages are not scored)`;
  });
  return { passages, scores: answer.scores, bm25: answer.bm25, damages };
}

/** Every eligible passage that is no candidate, in the order of the generation. */
function* remaining(
  { generation, scope }: ScopedDeps,
  candidates: readonly PassagePlace[],
): Generator<PassagePlace, void, void> {
  const idOf = createPassageIds(generation.segments);
  const taken = new Set(candidates.map(idOf));
  for (const [place, { part }] of generation.segments.entries()) {
    const segment = toSegmentOrdinal(place);
    const dead = part.tombstones && new Uint8Array(part.tombstones);
    const eligible = eligibleOf(scope.eligible, place);
    for (
      let ordinal = toPassageOrdinal(0);
      ordinal < part.ordinalCount;
      ordinal = nextOrdinal(ordinal)
    ) {
      if (dead !== undefined && isBitSet(dead, ordinal)) continue;
      if (eligible !== undefined && !isBitSet(eligible, ordinal)) continue;
      const passage = { segment, ordinal };
      if (!taken.has(idOf(passage))) yield passage;
    }
  }
}

function* cut(
  passages: Iterable<PassagePlace>,
  size: number,
): Generator<PassagePlace[], void, void> {
  let batch: PassagePlace[] = [];
  for (const passage of passages) {
    batch.push(passage);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* chain<T>(...sources: Iterable<T>[]): Generator<T, void, void> {
  for (const source of sources) yield* source;
}
