// Cache of final updates, for searches that are repeated while the generation is the same.

import { createHash } from "node:crypto";

import type { LruCache } from "../core/lru-cache.js";
import { memoize } from "../core/memoize.js";
import type { SearchPlan } from "./plan.js";
import { search } from "./search.js";
import type { SearchDeps } from "./search-deps.js";
import type { UpdateReader } from "./search-run.js";
import { withoutSentPayloads } from "./to-update.js";
import type { UnnumberedUpdate } from "./to-update.js";

export type AnswerCache = LruCache<UnnumberedUpdate>;

/**
 * What `search` gives; or, when this generation has answered the same plan before, that answer as
 * its only update. Kept are answers that lack nothing. A generation is what a search sees, so
 * nothing kept is ever stale: a write makes another one.
 */
export async function searchWithCache(
  cache: AnswerCache,
  { deps, plan }: { readonly deps: SearchDeps; readonly plan: SearchPlan },
  reader: UpdateReader,
): Promise<UnnumberedUpdate> {
  const startMs = deps.clock();
  const key = keyOf(deps, plan);
  const known = key === undefined ? undefined : cache.get(key);
  if (known !== undefined) {
    await reader.untilRoom();
    const queue = Math.round(1000 * deps.queuedMs);
    const total = queue + Math.round(1000 * (deps.clock() - startMs));
    return reader.inUnit({ ...known, timings: { queue, total } });
  }
  const final = await search(deps, plan, reader);
  if (key !== undefined && final.degradations.length === 0) cache.set(key, final, bytesOf(final));
  return reader.inUnit(withoutSentPayloads(final, reader.sentKeys));
}

let lastId = 0;
const idOf = memoize<object, number>(() => (lastId += 1));

/**
 * Returns undefined for searches that are not cached. Those with precomputed vectors are seldom
 * repeated, and hashing vectors is slow.
 */
function keyOf(
  { generation, scoreMaps }: Pick<SearchDeps, "generation" | "scoreMaps">,
  plan: SearchPlan,
): string | undefined {
  if (plan.variants.some(({ vectors }) => vectors !== undefined)) return undefined;
  // When updates go out, and which of them bring a payload, does not change what is kept.
  const payload = { ...plan.payload, mode: undefined };
  const asked = { ...plan, minUpdateIntervalMs: 0, payload };
  const said = JSON.stringify(asked, (_, value: unknown) =>
    typeof value === "bigint" ? `${value} as bigint` : value,
  );
  // Score maps are not part of a generation.
  return `${idOf(generation)} ${idOf(scoreMaps)} ${createHash("sha256").update(said).digest("base64")}`;
}

/** An estimate: texts are UTF-16, and a hit has some dozen numbers. */
function bytesOf({ hits, context, facets = [] }: UnnumberedUpdate): number {
  let bytes = 500;
  for (const { values } of facets) for (const { value } of values) bytes += 100 + 2 * value.length;
  for (const { text, title } of context?.passages ?? [])
    bytes += 200 + 2 * (text.length + title.length);
  for (const { key, payload } of hits) {
    const { title = "", text = "", fields, highlights = [] } = payload ?? {};
    bytes += 400 + 2 * (key.length + title.length + text.length) + 100 * highlights.length;
    bytes += 200 * (fields?.size ?? 0);
  }
  return bytes;
}
