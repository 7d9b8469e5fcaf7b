// Local cross-encoders (in the encoding threads) and remote rerankers, with the cache of their scores.

import { createHash } from "node:crypto";

import type { LruCache } from "../core/lru-cache.js";
import { SluiceError } from "../core/errors.js";
import type { OpenedModel } from "../encoders/model-folder.js";
import type { Reranker } from "../search/reranker.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import type { Models } from "./models.js";

/** Relevances by model, pooling, query and text. */
export type PairCache = LruCache<number>;

/** Bytes of one entry: a number and a key of 44 characters. */
const pairBytes = 150;

/** Pairs per task: few, so that the first update and a cancellation take effect early. */
const pairsPerTask = 2;

/** By name; they take precedence over models of the same name. */
export type RemoteRerankers = ReadonlyMap<string, KnownReranker>;

/** A reranker whose scores can be cached: `identity` changes when its scores would. */
export interface KnownReranker extends Reranker {
  readonly identity: string;
}

/** Throws MODEL_NOT_FOUND for a name that no service and no model has, MODEL_INVALID for another model. */
export async function findReranker(
  asked: string,
  parts: {
    readonly models: Models;
    readonly encodePool: EncodePool;
    readonly pairs: PairCache;
    readonly remoteRerankers?: RemoteRerankers | undefined;
  },
): Promise<Reranker> {
  const name = parts.models.resolve(asked);
  const remote = parts.remoteRerankers?.get(name);
  if (remote !== undefined) return withPairCache(remote, parts.pairs);
  const model = await parts.models.open(name);
  if (model.manifest.kind !== "cross-encoder")
    throw new SluiceError("MODEL_INVALID", `"${name}" is a ${model.manifest.kind} model`, {
      field: "rerank.model",
    });
  return withPairCache(createLocalReranker(model, parts.encodePool), parts.pairs);
}

function createLocalReranker(model: OpenedModel, encodePool: EncodePool): KnownReranker {
  return {
    name: model.manifest.name,
    identity: model.fingerprint,
    batchSize: pairsPerTask,
    readsWindows: true,
    parallelism: encodePool.parallelism,
    relevances: (query, texts, { pooling, cancel }) =>
      encodePool.relevances({ kind: "pairs", model, query, texts, pooling, cancel }),
  };
}

/** Calls the model only for pairs that are not in the cache. */
function withPairCache(reranker: KnownReranker, pairs: PairCache): Reranker {
  const { name, identity, batchSize, readsWindows, parallelism } = reranker;
  return {
    name,
    batchSize,
    readsWindows,
    parallelism,
    async relevances(query, texts, options) {
      const keys = texts.map((text) => keyOf([identity, options.pooling, query, text]));
      const known = keys.map((key) => pairs.get(key));
      const unread = texts.filter((_, i) => known[i] === undefined);
      if (unread.length === 0) return known.map((relevance) => relevance ?? 0);
      const read = [...(await reranker.relevances(query, unread, options))];
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
  // Lengths prevent collisions of concatenated parts.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("base64");
}
