// Explain: requests from messages, checked; explanations to messages.

import type { ExplainRequest, ExplainedPassage } from "../contract/explain.js";
import type { ExplainRequest__Output } from "../gen/proto/sluice/v1/ExplainRequest.js";
import type { ExplainResponse } from "../gen/proto/sluice/v1/ExplainResponse.js";
import { filterFromMessage } from "./convert-filter.js";
import { queryFromMessage } from "./convert-search.js";
import { collectionName, documentKey, numberIn } from "./validate.js";

export function explainRequestFromMessage(message: ExplainRequest__Output): ExplainRequest {
  return {
    collection: collectionName(message.collection, "collection"),
    ...queryFromMessage(message),
    key: documentKey(message.key, "key"),
    passageNumber: message.passage_number,
    lexicalWeight: numberIn(message.lexical_weight, { field: "lexical_weight", min: 0, max: 100 }),
    filter: message.filter === null ? undefined : filterFromMessage(message.filter, "filter"),
  };
}

export function explainedToMessage(explained: ExplainedPassage): ExplainResponse {
  const { bm25, maxSim } = explained;
  return {
    score: explained.score,
    parts: { maxsim: maxSim, ...(bm25 === undefined ? {} : { bm25 }) },
    passage_number: explained.passageNumber,
    span: explained.span,
    best_bm25: explained.bm25Top,
    lexical_weight: explained.lexicalWeight,
    matches: explained.matches.map((match) => ({
      query_token: match.queryToken,
      passage_row: match.passageRow,
      passage_token: match.passageToken,
      score: match.score,
      ...(match.querySpan === undefined ? {} : { query_span: match.querySpan }),
      ...(match.passageSpan === undefined ? {} : { passage_span: match.passageSpan }),
      ...(match.titleSpan === undefined ? {} : { title_span: match.titleSpan }),
    })),
    terms: explained.terms.map(({ term, score, frequency }) => ({ term, score, frequency })),
  };
}
