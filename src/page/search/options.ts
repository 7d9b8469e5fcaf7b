// What the page searches for, and its form in the address: a copied address shows the same search.

import type { SearchRequestJson } from "../../browser/types.js";

export interface SearchOptions {
  readonly collection: string;
  readonly query: string;
  readonly filter: string;
  readonly k: number;
  /** Milliseconds; undefined: none. */
  readonly budgetMs: number | undefined;
  /** Undefined: the server's. */
  readonly poolSize: number | undefined;
  readonly isReranked: boolean;
}

export const hitCounts = [10, 20, 50, 100, 1000] as const;

const defaults: SearchOptions = {
  collection: "",
  query: "",
  filter: "",
  k: 10,
  budgetMs: undefined,
  poolSize: undefined,
  isReranked: false,
};

/** Wrong numbers in an address count as absent. */
export function readOptions(address: string): SearchOptions {
  const parameters = new URLSearchParams(address);
  const number = (name: string, min: number, max: number): number | undefined => {
    const value = Number(parameters.get(name) ?? NaN);
    return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  };
  return {
    collection: parameters.get("collection") ?? "",
    query: parameters.get("q") ?? "",
    filter: parameters.get("filter") ?? "",
    k: number("k", 1, 1000) ?? defaults.k,
    budgetMs: number("budget_ms", 1, 600_000),
    poolSize: number("pool", 0, 100_000),
    isReranked: parameters.get("rerank") === "1",
  };
}

export function writeOptions(options: SearchOptions): string {
  const parameters = new URLSearchParams();
  if (options.collection !== "") parameters.set("collection", options.collection);
  if (options.query !== "") parameters.set("q", options.query);
  if (options.filter !== "") parameters.set("filter", options.filter);
  if (options.k !== defaults.k) parameters.set("k", String(options.k));
  if (options.budgetMs !== undefined) parameters.set("budget_ms", String(options.budgetMs));
  if (options.poolSize !== undefined) parameters.set("pool", String(options.poolSize));
  if (options.isReranked) parameters.set("rerank", "1");
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** As for the server; while typing, beginnings and misspelled words count. */
export function requestOf(options: SearchOptions, facets: readonly string[]): SearchRequestJson {
  const { collection, query, filter, k, budgetMs, poolSize, isReranked } = options;
  return {
    collection,
    query,
    k,
    typos: true,
    last_word_begins: true,
    payload: { highlights: true },
    ...(filter.trim() !== "" && { filter }),
    ...(budgetMs !== undefined && { budget_ms: budgetMs }),
    ...(poolSize !== undefined && { sketch_pool_size: poolSize }),
    ...(isReranked && { rerank: {} }),
    ...(facets.length > 0 && { facets: facets.map((field) => ({ field, value_count: 8 })) }),
  };
}
