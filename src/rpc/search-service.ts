// SearchService: streams the engine's updates to the caller.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ExplainRequest__Output } from "../gen/proto/sluice/v1/ExplainRequest.js";
import type { ExplainResponse } from "../gen/proto/sluice/v1/ExplainResponse.js";
import type { ListFeedbackRequest__Output } from "../gen/proto/sluice/v1/ListFeedbackRequest.js";
import type { ListFeedbackResponse } from "../gen/proto/sluice/v1/ListFeedbackResponse.js";
import type { ListSlowSearchesRequest__Output } from "../gen/proto/sluice/v1/ListSlowSearchesRequest.js";
import type { ListSlowSearchesResponse } from "../gen/proto/sluice/v1/ListSlowSearchesResponse.js";
import type { SendFeedbackRequest__Output } from "../gen/proto/sluice/v1/SendFeedbackRequest.js";
import type { SendFeedbackResponse } from "../gen/proto/sluice/v1/SendFeedbackResponse.js";
import type { RerankRequest__Output } from "../gen/proto/sluice/v1/RerankRequest.js";
import type { RerankResponse } from "../gen/proto/sluice/v1/RerankResponse.js";
import type { SearchRequest__Output } from "../gen/proto/sluice/v1/SearchRequest.js";
import type { SearchResponse } from "../gen/proto/sluice/v1/SearchResponse.js";
import type { SearchSessionRequest__Output } from "../gen/proto/sluice/v1/SearchSessionRequest.js";
import type { SearchSessionResponse } from "../gen/proto/sluice/v1/SearchSessionResponse.js";
import { duplexStream, serverStream, signalOf, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import {
  feedbackFromMessage,
  feedbackPageFromMessage,
  feedbackPageToMessage,
} from "./convert-feedback.js";
import { explainedFields } from "../contract/explain.js";
import { rerankUpdateFields } from "../contract/rerank.js";
import { searchUpdateFields } from "../contract/search-update.js";
import { slowSearchesFields } from "../contract/slow-searches.js";
import type { SlowSearchList } from "../contract/slow-searches.js";
import { collectionName } from "../contract/validate.js";
import { toMessage } from "../wire/field-messages.js";
import {
  explainRequestFromMessage,
  rerankRequestFromMessage,
  searchRequestFromMessage,
} from "./requests.js";
import { runSessionStream } from "./session-stream.js";
import { sendUpdates } from "../search/send-updates.js";

export function createSearchService(context: RpcContext): UntypedServiceImplementation {
  return {
    Search: serverStream<SearchRequest__Output, SearchResponse>(context, (call, tools) => {
      const asked = searchRequestFromMessage(call.request);
      return sendUpdates(tools.engine.search(asked, tools), {
        signal: tools.signal,
        stallMs: context.stalledStreamMs,
        // The callback runs when HTTP/2 has accepted the message. The stream's own buffer of 16
        // messages would hide a slow reader.
        send: (update, done) => call.write({ update: toMessage(searchUpdateFields, update) }, done),
      });
    }),
    SearchSession: duplexStream<SearchSessionRequest__Output, SearchSessionResponse>(
      context,
      (call, tools) => runSessionStream(call, context, tools),
    ),
    Rerank: serverStream<RerankRequest__Output, RerankResponse>(context, (call, tools) => {
      const asked = rerankRequestFromMessage(call.request);
      return sendUpdates(tools.engine.rerank(asked, tools), {
        signal: tools.signal,
        stallMs: context.stalledStreamMs,
        send: (update, done) => call.write(toMessage(rerankUpdateFields, update), done),
      });
    }),
    Explain: unary<ExplainRequest__Output, ExplainResponse>(
      context,
      async (request, engine, call) => {
        const asked = explainRequestFromMessage(request);
        const explained = await engine.explain(asked, { signal: signalOf(call) });
        return toMessage(explainedFields, explained);
      },
    ),
    SendFeedback: unary<SendFeedbackRequest__Output, SendFeedbackResponse>(
      context,
      async (request, engine) => {
        const collection = collectionName(request.collection, "collection");
        const ack = await engine.sendFeedback(collection, feedbackFromMessage(request));
        return { is_repeated: ack.isRepeated, is_unknown_key: ack.isUnknownKey };
      },
    ),
    ListFeedback: unary<ListFeedbackRequest__Output, ListFeedbackResponse>(
      context,
      async (request, engine) => {
        const collection = collectionName(request.collection, "collection");
        const page = await engine.listFeedback(collection, feedbackPageFromMessage(request));
        return feedbackPageToMessage(request.collection, page);
      },
    ),
    ListSlowSearches: unary<ListSlowSearchesRequest__Output, ListSlowSearchesResponse>(
      context,
      (_, engine) =>
        toMessage<SlowSearchList>(slowSearchesFields, { searches: engine.listSlowSearches() }),
    ),
  };
}
