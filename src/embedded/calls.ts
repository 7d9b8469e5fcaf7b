// Searches, rankings and documents of an open folder, checked as those that a port receives.

import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import { collectionName } from "../contract/validate.js";
import { lastOf } from "../core/last-of.js";
import { checkedExplain, checkedRerank, checkedSearch } from "../service/checked-search.js";
import { getDocuments, listDocuments, removeDocuments } from "../service/documents.js";
import type { EmbeddedParts } from "./open-parts.js";
import type { EmbeddedCallOptions, SluiceEngine } from "./types.js";

export function createRankingCalls({
  engine,
  call,
  stream,
}: EmbeddedParts): Pick<
  SluiceEngine,
  "search" | "searchFinal" | "rerank" | "rerankFinal" | "explain"
> {
  const search = (
    request: SearchRequest,
    options: EmbeddedCallOptions = {},
  ): AsyncGenerator<SearchUpdate, void, void> =>
    stream(options, (signal) => {
      const { deadlineMs } = options;
      return engine.search(checkedSearch(request), { signal, deadlineMs });
    });
  const rerank = (
    request: RerankRequest,
    options: EmbeddedCallOptions = {},
  ): AsyncGenerator<RerankUpdate, void, void> =>
    stream(options, (signal) => {
      const { deadlineMs } = options;
      return engine.rerank(checkedRerank(request), { signal, deadlineMs });
    });
  return {
    search,
    searchFinal: (request, options) => lastOf(search(request, options)),
    rerank,
    rerankFinal: (request, options) => lastOf(rerank(request, options)),
    explain: (request, options = {}) =>
      call(options, (signal) => engine.explain(checkedExplain(request), { signal })),
  };
}

export function createDocumentCalls({
  engine,
  call,
}: EmbeddedParts): Pick<SluiceEngine, "get" | "delete" | "deleteWhere" | "list"> {
  return {
    get: (collection, keys, options = {}) =>
      call(options, async () => {
        const found = await getDocuments(engine, checkedName(collection), keys);
        return { documents: [...found.documents], missingKeys: [...found.missingKeys] };
      }),
    delete: (collection, keys, options = {}) =>
      call(options, async (signal) => {
        const which = { keys, filter: undefined, signal };
        const { deletedCount, missingCount, sequence } = await removeDocuments(
          engine,
          checkedName(collection),
          which,
        );
        return { deletedCount, missingCount, sequence };
      }),
    deleteWhere: (collection, filter, options = {}) =>
      call(options, (signal) => engine.deleteWhere(checkedName(collection), filter, { signal })),
    list: (collection, { pageSize, pageToken = "" } = {}, options = {}) =>
      call(options, async () => {
        const page = await listDocuments(engine, checkedName(collection), { pageSize, pageToken });
        const { documents, nextPageToken } = page;
        return {
          documents: [...documents],
          nextPageToken: nextPageToken === "" ? undefined : nextPageToken,
        };
      }),
  };
}

export function checkedName(collection: string): string {
  return collectionName(collection, "collection");
}
