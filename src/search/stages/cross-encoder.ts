// Cross-encoder: reads the top of a ranking together with the query, batch by batch, best first.

import { batchStarts, runInOrder } from "../../core/in-order.js";
import { SluiceError, asDamage } from "../../core/errors.js";
import type { PackedQuery } from "../../kernels/kernels.js";
import { windowText } from "../reading-window.js";
import type { TokenWindow } from "../reading-window.js";
import type { Reranker } from "../reranker.js";
import type { RankedPassage } from "../ranking.js";
import type { RerankPlan, SearchPlan } from "../plan.js";
import { segmentPartsOf } from "../search-deps.js";
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
    /** Absent: passages are read as a whole. */
    readonly query: PackedQuery | undefined;
  },
): Generator<Promise<ReadBatch | FailedBatch | undefined>, void, void> {
  const { reranker, passages } = work;
  const reading = { ...work, text: plan.variants[0]?.text ?? "" };
  const starts = batchStarts(passages.length, reranker.batchSize);
  yield* runInOrder(starts, reranker.parallelism + 1, (start) =>
    readBatch(deps, reading, passages.slice(start, start + reranker.batchSize)),
  );
}

interface Reading {
  readonly reranker: Reranker;
  readonly rerank: RerankPlan;
  readonly text: string;
  readonly query: PackedQuery | undefined;
}

async function readBatch(
  deps: ScopedDeps,
  { reranker, rerank, text, query }: Reading,
  passages: readonly RankedPassage[],
): Promise<ReadBatch | FailedBatch | undefined> {
  const { windowTokens } = rerank;
  const damages: string[] = [];
  try {
    const windows =
      reranker.readsWindows && windowTokens > 0 && query !== undefined
        ? await findWindows(deps, { query, windowTokens }, passages)
        : [];
    if (windows === undefined) return undefined;
    const texts = passages.map((passage, i) =>
      readText(deps, passage, { damages, window: windows[i] }),
    );
    const readable = texts.filter((one) => one !== undefined);
    const found = await reranker.relevances(text, readable, {
      pooling: rerank.pooling,
      signal: deps.signal,
      cancel: deps.cancel,
      span: deps.span,
    });
    const left = [...found];
    const takeIfRead = (one: string | undefined): number | undefined =>
      one === undefined ? undefined : left.shift();
    return { passages, damages, relevances: texts.map(takeIfRead) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.reason === "CANCELLED" ? undefined : { failure: error.message };
  }
}

/** Where the late interaction finds the query in each passage; undefined when cancelled. */
async function findWindows(
  { generation, scorer, settings, cancel }: ScopedDeps,
  { query, windowTokens }: { readonly query: PackedQuery; readonly windowTokens: number },
  passages: readonly RankedPassage[],
): Promise<TokenWindow[] | undefined> {
  const found = await scorer.windows({
    kind: "windows",
    parts: segmentPartsOf(generation),
    partOf: Uint32Array.from(passages, ({ segment }) => segment),
    ordinals: Uint32Array.from(passages, ({ ordinal }) => ordinal),
    query,
    bits: settings.bits,
    windowTokens,
    cancel,
  });
  if (found === undefined) return undefined;
  const { starts, tokenCounts } = found;
  return passages.map((_, i) => {
    return { start: starts[i] ?? 0, tokenCount: windowTokens, total: tokenCounts[i] ?? 0 };
  });
}

/**
 * The passage as it was encoded, its document's title and its own part of the text, or the window
 * of it.
 */
function readText(
  { generation }: ScopedDeps,
  { segment, ordinal, key }: RankedPassage,
  { damages, window }: { readonly damages: string[]; readonly window: TokenWindow | undefined },
): string | undefined {
  try {
    const document = generation.documents.readDocument(key);
    const table = generation.segments[segment]?.table;
    const { start, end } = table?.spanAt(ordinal) ?? { start: 0, end: 0 };
    if (document === undefined) return undefined;
    return windowText(document.title, document.text.slice(start, end), window);
  } catch (error) {
    damages.push(asDamage(error).message);
    return undefined;
  }
}
