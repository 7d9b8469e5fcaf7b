// explain: why a document has its score.

import { z } from "zod";
import { tool } from "../tool.js";
import {
  collectionArgument,
  filterArgument,
  keyArgument,
  noteSchema,
  parsedFilter,
  queryArgument,
  quotationNote,
  rounded,
} from "./shared.js";

export const explainTool = tool({
  name: "explain",
  title: "Explain a score",
  description:
    "Shows how a document got its score for a question: which token of its passage matched each token of the question, and which words it has.",
  input: z.strictObject({
    collection: collectionArgument,
    key: keyArgument,
    query: queryArgument,
    passage_number: z
      .int()
      .min(0)
      .optional()
      .describe("As in a hit; default: the document's best passage."),
    filter: filterArgument,
  }),
  output: z.object({
    note: noteSchema,
    key: z.string(),
    passage_number: z.int(),
    score: z.number().describe("maxsim / number of matches + lexical_weight * bm25 / best_bm25."),
    maxsim: z.number().describe("Sum of the scores of the matches."),
    bm25: z.number().optional(),
    best_bm25: z.number().describe("The best of any document that the filter lets through."),
    lexical_weight: z.number(),
    matches: z
      .array(z.object({ query_token: z.string(), passage_token: z.string(), score: z.number() }))
      .describe("One for each token of the question."),
    terms: z.array(z.object({ term: z.string(), frequency: z.int(), score: z.number() })),
  }),
  async run({ collection, key, query, passage_number: passageNumber, filter }, call) {
    const request = {
      collection,
      key,
      text: query,
      passageNumber,
      filter: parsedFilter(filter),
    };
    const explained = await call.source.explain(request, call.signal);
    const { parts, bestBm25, lexicalWeight, matches, terms } = explained;
    return {
      note: quotationNote,
      key,
      passage_number: explained.passageNumber,
      score: rounded(explained.score),
      maxsim: rounded(parts.maxsim),
      bm25: parts.bm25 === undefined ? undefined : rounded(parts.bm25),
      best_bm25: rounded(bestBm25),
      lexical_weight: lexicalWeight,
      matches: matches.map(({ queryToken, passageToken, score }) => ({
        query_token: queryToken,
        passage_token: passageToken,
        score: rounded(score),
      })),
      terms: terms.map(({ term, frequency, score }) => ({
        term,
        frequency,
        score: rounded(score),
      })),
    };
  },
});
