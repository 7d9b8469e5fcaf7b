// Cross-encoder: reads the top of a ranking together with the query, batch by batch, best first.

import { batchStarts, runInOrder } from "../../core/in-order.js";
import { SluiceError, asDamage } from "../../core/errors.js";
import type { Reranker } from "../reranker.js";
import type { RankedPassage } from "../ranking.js";
import type { RerankPlan, SearchPlan } from "../plan.js";
import type { ScopedDeps } from "../search-deps.js";

/** Passages and their relevance, one for one. */
export interface ReadBatch {
  readonly passages: readonly RankedPassage[];
  /** In [0, 1]. Absent when the passage could not be read. */
  readonly relevances: readonly (number | undefined)[];
  /** One line per damaged document. */
  readonly damages: readonly string[];
}

/** The model failed; it is not called again in this search. */
export interface FailedBatch {
  readonly failure: string;
}

/**
 * Promises of batches in the order in which they should be awaited; undefined when cancelled. As
 * many are under way as the model can use, and one more, so that it never waits for this thread.
 */
export function* crossEncoderBatches(
  deps: ScopedDeps,
  plan: SearchPlan,
  work: {
    readonly reranker: Reranker;
    readonly rerank: RerankPlan;
    readonly passages: readonly RankedPassage[];
  },
): Generator<Promise<ReadBatch | FailedBatch | undefined>, void, void> {
  const { reranker, passages } = work;
  const query = plan.variants[0]?.text ?? "";
  const starts = batchStarts(passages.length, reranker.batchSize);
  yield* runInOrder(starts, reranker.parallelism + 1, (start) =>
    readBatch(deps, { ...work, query }, passages.slice(start, start + reranker.batchSize)),
  );
}

async function readBatch(
  deps: ScopedDeps,
  work: { readonly reranker: Reranker; readonly rerank: RerankPlan; readonly query: string },
  passages: readonly RankedPassage[],
): Promise<ReadBatch | FailedBatch | undefined> {
  const damages: string[] = [];
  const texts = passages.map((passage) => readText(deps, passage, damages));
  const readable = texts.filter((text) => text !== undefined);
  try {
    const found = await work.reranker.relevances(work.query, readable, {
      pooling: work.rerank.pooling,
      signal: deps.signal,
      cancel: deps.cancel,
    });
    const left = [...found];
    const takeIfRead = (text: string | undefined): number | undefined =>
      text === undefined ? undefined : left.shift();
    return { passages, damages, relevances: texts.map(takeIfRead) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.reason === "CANCELLED" ? undefined : { failure: error.message };
  }
}

/** The passage as it was encoded: its document's title and its own part of the text. */
function readText(
  { generation }: ScopedDeps,
  { segment, ordinal, key }: RankedPassage,
  damages: string[],
): string | undefined {
  try {
    const document = generation.documents.readDocument(key);
    const { start, end } = generation.segments[segment]?.table.spanAt(ordinal) ?? {
      start: 0,
      end: 0,
    };
    if (document === undefined) return undefined;
    return `${document.title} ${document.text.slice(start, end)}`.trim();
  } catch (error) {
    damages.push(asDamage(error).message);
    return undefined;
  }
}
