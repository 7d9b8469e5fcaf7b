// Token vectors of a query: precomputed ones, those of the cache, or the model's.

import { createCodec } from "../codec/codec.js";
import type { EncodedQuery } from "../codec/codec.js";
import { fuseQueries } from "../codec/fuse-queries.js";
import { precomputedTokensMax, toTokenMatrix } from "../codec/precomputed-vectors.js";
import { centreId } from "../core/centre.js";
import { limits } from "../core/limits.js";
import type { LruCache } from "../core/lru-cache.js";
import { memoize } from "../core/memoize.js";
import type { QueryVariant } from "../search/plan.js";
import { checkFingerprint } from "../encoding/encode-pool.js";
import type { EncodePool } from "../encoding/encode-pool.js";
import type { CollectionSettings } from "../index/collection-settings.js";
import type { Kernels } from "../kernels/kernels.js";
import type { CollectionStore } from "../store/store.js";
import type { Models } from "./models.js";

type TextBounds = Parameters<EncodePool["encodeQuery"]>[2];

/** Token vectors of texts, by collection and text. */
export type QueryCache = LruCache<EncodedQuery>;

export interface AskedCollection {
  /** As of the generation that is searched: its codes are relative to a centre. */
  readonly settings: CollectionSettings;
  /** Its folder tells the collection from another one that takes its name. */
  readonly store: Pick<CollectionStore, "folder">;
}

/**
 * All variants as one query. Returns undefined when a variant has neither vectors nor a model to
 * encode it. Throws INVALID_VECTORS and the model's errors.
 */
export type EncodeQuery = (
  asked: AskedCollection,
  variants: readonly QueryVariant[],
  cancel: SharedArrayBuffer,
) => Promise<EncodedQuery> | undefined;

export function createQueryEncoder(parts: {
  readonly models: Models;
  readonly encodePool: Pick<EncodePool, "encodeQuery">;
  readonly kernels: Kernels;
  readonly cache: QueryCache;
}): EncodeQuery {
  const { models, encodePool, kernels, cache } = parts;
  // A codec's rotation factors are drawn from the seed: once a collection, not once a search.
  const codecOf = memoize((settings: CollectionSettings) => createCodec(settings, kernels));

  const encodeVariant = (
    { settings, store }: AskedCollection,
    { vectors, text }: QueryVariant,
    { field, ...by }: TextBounds & { readonly field: string },
  ): Promise<EncodedQuery> | undefined => {
    if (vectors !== undefined) {
      // A few vectors: the way to a worker and back would cost more than the work.
      return Promise.resolve().then(() => {
        checkFingerprint(vectors.modelFingerprint, settings.modelFingerprint);
        const rowCountMax = precomputedTokensMax.query;
        const rows = toTokenMatrix(vectors, { dim: settings.dim, rowCountMax, field });
        return codecOf(settings).encodeQuery(rows);
      });
    }
    if (models.of(settings) === undefined) return undefined;
    const key = `${store.folder} ${centreId(settings.centring)} ${by.rowCountMax} ${text}`;
    const known = cache.get(key);
    if (known !== undefined) return Promise.resolve(known);
    return encodePool.encodeQuery(text, settings, by).then((encoded) => {
      const { tokens, sketch } = encoded;
      cache.set(key, encoded, 2 * key.length + tokens.rows.length + sketch.rows.length);
      return encoded;
    });
  };

  return (asked, variants, cancel) => {
    const encodings: Promise<EncodedQuery>[] = [];
    // Together they have at most limits.queryRowsMax rows, so each text may have its share.
    const rowCountMax = Math.floor(limits.queryRowsMax / variants.length);
    for (const [i, variant] of variants.entries()) {
      const field = `${i === 0 ? "query" : `other_queries[${i - 1}]`}.vectors`;
      const encoding = encodeVariant(asked, variant, { field, rowCountMax, cancel });
      if (encoding === undefined) {
        for (const started of encodings) started.catch(() => undefined);
        return undefined;
      }
      encodings.push(encoding);
    }
    return Promise.all(encodings).then((queries) => {
      const worded = queries.filter(({ hasNoTokens }) => hasNoTokens !== true);
      return fuseQueries(worded.length === 0 ? queries.slice(0, 1) : worded);
    });
  };
}
