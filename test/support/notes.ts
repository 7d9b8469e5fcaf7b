// A collection "notes" with precomputed vectors, and complete searches of it.

import type { Document } from "../../src/core/document.js";
import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import type { EngineApi } from "../../src/engine/api.js";
import { searchRequest } from "./inline-engine.js";
import { contractOf } from "../../src/client/stream-contract.js";
import { collect } from "./stream-contract.js";

export async function createNotes(
  api: EngineApi,
  settings: {
    readonly dim: number;
    readonly bits?: number | undefined;
    readonly refineBits?: number | undefined;
  },
): Promise<void> {
  await api.createCollection({ name: "notes", ifNotExists: false, ...settings });
}

/** Puts batches of `batchSize` documents, each after the previous one is durable. */
export async function putAll(
  api: EngineApi,
  documents: readonly Document[],
  batchSize = 16,
): Promise<void> {
  for (let start = 0; start < documents.length; start += batchSize) {
    const batch = documents.slice(start, start + batchSize);
    await Promise.all(batch.map((document) => api.put("notes", document)));
  }
}

/** All updates of a search, checked against the contract. */
export function searchNotes(
  api: EngineApi,
  asked: Partial<SearchRequest>,
  options: { readonly deadlineMs?: number } = {},
): Promise<SearchUpdate[]> {
  const request = searchRequest(asked);
  const { signal } = new AbortController();
  return collect(api.search(request, { signal, ...options }), contractOf(request));
}

export async function finalOf(
  api: EngineApi,
  asked: Partial<SearchRequest>,
): Promise<SearchUpdate> {
  const final = (await searchNotes(api, asked)).at(-1);
  if (final === undefined) throw new Error("a search without updates");
  return final;
}
