// Whole answers of one generation, for questions that are asked again.

import { createHash } from "node:crypto";

import type { LruCache } from "../core/lru-cache.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { SearchPlan } from "./plan.js";
import type { SearchContext } from "./search-context.js";

export type AnswerCache = LruCache<SearchUpdate>;

/**
 * The stream of `search`; or, when this generation has answered the same plan before, that answer as
 * its one update. Kept are answers that lack nothing. A generation is what a search sees, so nothing
 * kept is ever stale: a write makes another one.
 */
export async function* withAnswerCache(
  cache: AnswerCache,
  { context, plan }: { readonly context: SearchContext; readonly plan: SearchPlan },
  search: (context: SearchContext, plan: SearchPlan) => AsyncGenerator<SearchUpdate, void, void>,
): AsyncGenerator<SearchUpdate, void, void> {
  const startMs = context.clock();
  const key = keyOf(context, plan);
  const known = key === undefined ? undefined : cache.get(key);
  if (known !== undefined) {
    await context.reader.untilRoom();
    const queue = Math.round(1000 * context.queuedMs);
    const total = queue + Math.round(1000 * (context.clock() - startMs));
    yield { ...known, sequence: 1, timings: { queue, total } };
    return;
  }
  for await (const update of search(context, plan)) {
    if (key !== undefined && update.final && update.degradations.length === 0)
      cache.set(key, update, bytesOf(update));
    yield update;
  }
}

const ids = new WeakMap<object, number>();
let lastId = 0;

function idOf(object: object): number {
  let id = ids.get(object);
  if (id === undefined) ids.set(object, (id = lastId += 1));
  return id;
}

/** Undefined: not worth it. Who brings vectors seldom asks twice, and hashing them takes time. */
function keyOf(
  { generation, scoreMaps }: Pick<SearchContext, "generation" | "scoreMaps">,
  plan: SearchPlan,
): string | undefined {
  if (plan.phrasings.some(({ vectors }) => vectors !== undefined)) return undefined;
  // How often updates go out does not change the last one.
  const said = JSON.stringify({ ...plan, minUpdateIntervalMs: 0 }, (_, value: unknown) =>
    typeof value === "bigint" ? `${value} as bigint` : value,
  );
  // What a collection is calibrated with is not part of a generation.
  return `${idOf(generation)} ${idOf(scoreMaps)} ${createHash("sha256").update(said).digest("base64")}`;
}

/** About: texts are UTF-16, and a hit has some dozen numbers. */
function bytesOf({ hits, context }: SearchUpdate): number {
  let bytes = 500;
  for (const { text, title } of context?.passages ?? [])
    bytes += 200 + 2 * (text.length + title.length);
  for (const { key, payload } of hits) {
    const { title = "", text = "", fields, highlights = [] } = payload ?? {};
    bytes += 400 + 2 * (key.length + title.length + text.length) + 100 * highlights.length;
    bytes += 200 * (fields?.size ?? 0);
  }
  return bytes;
}
