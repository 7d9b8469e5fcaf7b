// The tools over an engine of this process, which checks permissions and filters of the caller.

import { collectionName } from "../contract/validate.js";
import type { EngineApi, SearchCall } from "../engine/api.js";
import { checkedExplain, checkedSearch } from "../service/checked-search.js";
import { getDocuments } from "../service/documents.js";
import type { McpSource } from "./source.js";

/** `turn`: the caller, for fair queuing and the log. */
export function engineSource(engine: EngineApi, turn: Omit<SearchCall, "signal">): McpSource {
  return {
    search: (request, signal) => engine.search(checkedSearch(request), { ...turn, signal }),
    explain: async (request, signal) => engine.explain(checkedExplain(request), { signal }),
    get: async (collection, keys) =>
      getDocuments(engine, collectionName(collection, "collection"), keys),
    listCollections: () => Promise.resolve(engine.listCollections()),
  };
}
