// SearchService: streams the engine's updates to the caller.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchResponse } from "../gen/proto/sluice/v1/SearchResponse.js";
import { notOffered, serverStream } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { searchRequestFromMessage, searchUpdateToMessage } from "./convert-search.js";
import { streamSearch } from "../search/stream-search.js";

export function createSearchService(context: RpcContext): UntypedServiceImplementation {
  return {
    Search: serverStream<SearchRequest__Output, SearchResponse>(context, (call, tools) =>
      streamSearch(context.engine, searchRequestFromMessage(call.request), {
        ...tools,
        stallMs: context.stalledStreamMs,
        // Its callback says that HTTP/2 took the message; the stream's own buffer of 16 would hide a
        // slow reader.
        send: (update, done) => call.write({ update: searchUpdateToMessage(update) }, done),
      }),
    ),
    SearchSession: notOffered(context, "duplex", "use Search, one stream a query"),
    Rerank: notOffered(context, "server_stream", "ingest the texts and use Search"),
    Explain: notOffered(context, "unary", "Search tells the parts of each score"),
    SendFeedback: notOffered(context, "unary", "keep the feedback until it is"),
  };
}
