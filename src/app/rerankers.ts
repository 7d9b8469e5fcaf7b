// Cross-encoders that run in the encoding threads, with what they have read before.

import { createHash } from "node:crypto";

import type { BoundedCache } from "../core/bounded-cache.js";
import { SluiceError } from "../core/errors.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Reranker } from "../search/reranker.js";
import type { EncodePool } from "./encode-pool.js";
import type { Models } from "./models.js";

/** Relevances by model, pooling, query and text. */
export type PairCache = BoundedCache<number>;

/** A figure and the 44 characters that it is found by. */
const pairBytes = 150;

/** Pairs of one task: the fewest, so that the first update comes soon and a cancel is seen. */
const pairsPerTask = 2;

/** Throws MODEL_INVALID for a name that no usable cross-encoder has. */
export async function findReranker(
  name: string,
  parts: {
    readonly models: Models;
    readonly encodePool: EncodePool;
    readonly pairs: PairCache;
  },
): Promise<Reranker> {
  const model = await parts.models.open(name);
  if (model.manifest.kind !== "cross-encoder")
    throw new SluiceError("MODEL_INVALID", `"${name}" is a ${model.manifest.kind} model`, {
      field: "rerank.model",
    });
  return createLocalReranker(model, parts);
}

function createLocalReranker(
  model: OpenedModel,
  { encodePool, pairs }: { encodePool: EncodePool; pairs: PairCache },
): Reranker {
  return {
    name: model.manifest.name,
    batchSize: pairsPerTask,
    parallelism: encodePool.parallelism,
    async relevances(query, texts, { pooling, cancel }) {
      const keys = texts.map((text) => keyOf([model.fingerprint, pooling, query, text]));
      const known = keys.map((key) => pairs.get(key));
      const unread = texts.filter((_, i) => known[i] === undefined);
      if (unread.length === 0) return known.map((relevance) => relevance ?? 0);
      const task = { kind: "pairs", model, query, texts: unread, pooling, cancel } as const;
      const read = [...(await encodePool.relevances(task))];
      return known.map((relevance, i) => {
        if (relevance !== undefined) return relevance;
        const fresh = read.shift() ?? 0;
        pairs.set(keys[i] ?? "", fresh, pairBytes);
        return fresh;
      });
    },
  };
}

function keyOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  // Lengths keep apart what would be the same in a row.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("base64");
}
