// Rerank: scores the caller's items by their token vectors, by a late-interaction model or by a
// cross-encoder.

import { batchStarts, runInOrder } from "../core/in-order.js";
import { floatRelevance } from "../codec/float-relevance.js";
import { precomputedTokensMax, toRowMatrix } from "../codec/precomputed-vectors.js";
import { createUnitRows } from "../codec/unit-rows.js";
import { createCancelFlag } from "../core/cancel-flag.js";
import type { PrecomputedVectors } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { createSoftDeadline } from "../core/soft-deadline.js";
import { tokenMatrix } from "../core/token-matrix.js";
import type { TokenMatrix } from "../core/token-matrix.js";
import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Kernels } from "../kernels/kernels.js";
import { planItems, rerankItems } from "../search/rerank-items.js";
import type {
  ItemsPlan,
  PlannedItem,
  ScoredItems,
  UnnumberedRerankUpdate,
} from "../search/rerank-items.js";
import type { RelevanceOptions } from "../search/reranker.js";
import { streamUpdates } from "../search/update-stream.js";
import type { Handover } from "../search/update-stream.js";
import { checkFingerprint } from "../encoding/encode-pool.js";
import type { SearchCall } from "./api.js";
import { findReranker } from "./rerankers.js";
import type { SearchParts } from "./search-parts.js";

export type RerankParts = Pick<
  SearchParts,
  | "admission"
  | "caches"
  | "clock"
  | "defaultModel"
  | "defaults"
  | "encodePool"
  | "kernels"
  | "models"
  | "remoteRerankers"
>;

/** Streams rankings of the request's items. Takes its turn among the searches. */
export function rerank(
  parts: RerankParts,
  request: RerankRequest,
  call: SearchCall,
): AsyncGenerator<RerankUpdate, void, void> {
  return streamUpdates<UnnumberedRerankUpdate>(call.signal, (handover, signal) =>
    rerankInTurn(parts, request, { handover, call: { ...call, signal } }),
  );
}

async function rerankInTurn(
  parts: RerankParts,
  request: RerankRequest,
  to: { readonly handover: Handover<UnnumberedRerankUpdate>; readonly call: SearchCall },
): Promise<UnnumberedRerankUpdate> {
  const { clock, defaults } = parts;
  const { signal, deadlineMs, peer = "", client = "" } = to.call;
  const plan = planItems(request);
  const deadline = createSoftDeadline(clock, { budgetMs: plan.budgetMs, deadlineMs });
  const admitted = parts.admission.enter(peer);
  const flag = createCancelFlag(signal);
  try {
    const remainingMs = deadline.remainingMs();
    await admitted.turn({ priority: "normal", peer, client, signal, remainingMs });
    const { span } = to.call;
    const scorer = await chooseScorer(parts, plan, { cancel: flag.shared, signal, span });
    const { minUpdateIntervalMs: minIntervalMs } = defaults;
    const deps = { clock, deadline, signal, minIntervalMs, handover: to.handover };
    return await rerankItems(plan, deps, batchesOf(plan.items, scorer));
  } finally {
    flag.raise();
    admitted.leave();
  }
}

/** Scores items, one for one. */
type ScoreItems = (items: readonly PlannedItem[], start: number) => Promise<readonly number[]>;

interface ItemScorer {
  readonly score: ScoreItems;
  /** Items of one task, and tasks at the same time. */
  readonly size: number;
  readonly parallelism: number;
}

/** Texts or pairs per task: few, so that the first ranking and a cancellation take effect early. */
const textsPerTask = 2;
/** Token vectors are scored fast. */
const matricesPerTask = 32;

function taskSize(items: readonly PlannedItem[]): number {
  return items.every(({ vectors }) => vectors !== undefined) ? matricesPerTask : textsPerTask;
}

/** Results in order; one more in flight than the model can use, so that it never waits for this thread. */
function* batchesOf(
  items: readonly PlannedItem[],
  { score, parallelism, size }: ItemScorer,
): Generator<Promise<ScoredItems>, void, void> {
  yield* runInOrder(batchStarts(items.length, size), parallelism + 1, async (start) => ({
    start,
    scores: await score(items.slice(start, start + size), start),
  }));
}

type Cancelling = Pick<RelevanceOptions, "cancel" | "signal" | "span">;

async function chooseScorer(
  parts: RerankParts,
  plan: ItemsPlan,
  stop: Cancelling,
): Promise<ItemScorer> {
  const { query, items, model: asked, pooling } = plan;
  const name = parts.models.resolve(asked);
  const needsModel =
    query.vectors === undefined || items.some(({ vectors }) => vectors === undefined);
  if (needsModel && parts.remoteRerankers?.has(name) === true)
    return scorerByPairs(parts, plan, stop);
  const model = needsModel
    ? await parts.models.open(name === "" ? parts.defaultModel : name)
    : undefined;
  if (model?.manifest.kind === "cross-encoder") return scorerByPairs(parts, plan, stop);
  const score = await scorerByVectors(parts, { query, items, model, pooling, cancel: stop.cancel });
  return { score, size: taskSize(items), parallelism: parts.encodePool.parallelism };
}

/** A cross-encoder of this server, or a remote reranker. */
async function scorerByPairs(
  parts: RerankParts,
  { query, items, model, pooling }: ItemsPlan,
  stop: Cancelling,
): Promise<ItemScorer> {
  checkTexts(query.text, items);
  const reranker = await findReranker(model, { ...parts, pairs: parts.caches.pairs });
  const textsOf = (batch: readonly PlannedItem[]): string[] => batch.map(({ text }) => text);
  return {
    score: (batch) => reranker.relevances(query.text, textsOf(batch), { pooling, ...stop }),
    size: reranker.batchSize,
    parallelism: reranker.parallelism,
  };
}

/** Cross-encoders need text; token vectors cannot be scored. */
function checkTexts(query: string, items: readonly PlannedItem[]): void {
  const missing = items.findIndex(({ text }) => text.trim() === "");
  const field =
    query.trim() === "" ? "query.text" : missing < 0 ? undefined : `items[${missing}].text`;
  if (field !== undefined)
    throw new SluiceError("INVALID_FIELD", `${field} is empty, and a cross-encoder reads text`, {
      field,
    });
}

async function scorerByVectors(
  parts: RerankParts,
  work: {
    readonly query: ItemsPlan["query"];
    readonly items: readonly PlannedItem[];
    readonly model: OpenedModel | undefined;
    readonly pooling: ItemsPlan["pooling"];
    readonly cancel: SharedArrayBuffer;
  },
): Promise<ScoreItems> {
  const { model, pooling, cancel } = work;
  const { vectors, text } = work.query;
  const dim = dimOf(model) ?? vectors?.dim ?? 0;
  const unit = createVectorReader(parts.kernels, { dim, fingerprint: model?.fingerprint });
  const query =
    vectors !== undefined
      ? unit(vectors, { rowCountMax: precomputedTokensMax.query, field: "query.vectors" })
      : await parts.encodePool.queryRows(text, requireModel(model));
  const scoreGiven = createPrecomputedScorer(query, unit, parts);
  return async (batch, start) => {
    const texts = batch.filter((item) => item.vectors === undefined).map((item) => item.text);
    const task = { kind: "texts", query, texts, pooling, cancel } as const;
    const read =
      texts.length === 0
        ? []
        : [...(await parts.encodePool.relevances({ ...task, model: requireModel(model) }))];
    const scores: number[] = [];
    for (const [i, item] of batch.entries())
      scores.push(
        item.vectors === undefined
          ? (read.shift() ?? 0)
          : await scoreGiven(item.vectors, `items[${start + i}].vectors`),
      );
    return scores;
  };
}

function dimOf(model: OpenedModel | undefined): number | undefined {
  return model?.manifest.kind === "late-interaction" ? model.manifest.dim : undefined;
}

function requireModel(model: OpenedModel | undefined): OpenedModel {
  if (model === undefined) throw new Error("texts are scored with a model");
  return model;
}

type ReadVectors = (
  given: PrecomputedVectors,
  at: { readonly rowCountMax: number; readonly field: string },
) => TokenMatrix;

/** Precomputed vectors scaled to unit length, checked against the model's dim and name. */
function createVectorReader(
  kernels: Kernels,
  expected: { readonly dim: number; readonly fingerprint: string | undefined },
): ReadVectors {
  const { dim } = expected;
  const unitRows = createUnitRows(kernels, dim);
  return (given, at) => {
    checkFingerprint(given.modelFingerprint, expected.fingerprint);
    const rows = toRowMatrix(given, { dim, ...at });
    try {
      return tokenMatrix(unitRows(rows).values, dim);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      throw new SluiceError(error.reason, `${at.field}: ${error.message}`, { field: at.field });
    }
  };
}

/** Longest run on the event loop before yielding, milliseconds. */
const breathMs = 2;

/** On the calling thread: copying the vectors to a worker would cost as much as scoring them. */
function createPrecomputedScorer(
  query: TokenMatrix,
  read: ReadVectors,
  { kernels, clock }: Pick<RerankParts, "kernels" | "clock">,
): (given: PrecomputedVectors, field: string) => Promise<number> {
  // The reader reuses its memory.
  const own = tokenMatrix(query.values.slice(), query.dim);
  let breathedAt = clock();
  return async (given, field) => {
    if (clock() - breathedAt > breathMs) {
      await new Promise((resolve) => setImmediate(resolve));
      breathedAt = clock();
    }
    const rows = read(given, { rowCountMax: precomputedTokensMax.passage, field });
    return floatRelevance(own, rows, kernels);
  };
}
