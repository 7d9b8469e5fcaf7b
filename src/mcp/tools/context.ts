// context: the best passages for a question, to a number of tokens.

import { z } from "zod";
import { limits } from "../../core/limits.js";
import { tool } from "../tool.js";
import {
  budgetArgument,
  collectionArgument,
  degradationsSchema,
  documentUri,
  filterArgument,
  searchToEnd,
  hitCountArgument,
  noteSchema,
  queryArgument,
  quotationNote,
  askedRequest,
  rounded,
  shownDegradations,
} from "./shared.js";

export const contextTool = tool({
  name: "context",
  title: "Assemble a context",
  description:
    "Searches and returns the passages that answer a question best, together at most token_budget tokens, without overlaps. " +
    "Use it instead of search when the texts are to be read and not the ranking.",
  input: z.strictObject({
    collection: collectionArgument,
    query: queryArgument,
    token_budget: z
      .int()
      .min(1)
      .max(limits.mcpContextTokensMax)
      .default(2_000)
      .describe("Tokens of all passages together, by the collection's tokenizer."),
    k: hitCountArgument.default(20).describe("Documents that passages are taken from."),
    filter: filterArgument,
    budget_ms: budgetArgument(2_000),
  }),
  output: z.object({
    note: noteSchema,
    collection: z.string(),
    passages: z
      .array(
        z.object({
          key: z.string(),
          title: z.string(),
          text: z.string(),
          token_count: z.int(),
          score: z.number(),
          uri: z.string(),
        }),
      )
      .describe("The best first."),
    token_count: z.int(),
    complete: z.boolean().describe("False when the time limit or a failure cut the search."),
    degradations: degradationsSchema,
  }),
  async run({ token_budget: tokenBudget, budget_ms: budgetMs, ...asked }, call) {
    const request = {
      ...askedRequest(asked),
      budgetMs,
      context: { tokenBudget },
      payload: { title: false, text: false, fields: false },
    };
    const { final, isComplete } = await searchToEnd(request, call);
    const { passages = [], tokenCount = 0 } = final.context ?? {};
    return {
      note: quotationNote,
      collection: asked.collection,
      passages: passages.map(({ key, title, text, tokenCount: count, score }) => ({
        key,
        title,
        text,
        token_count: count,
        score: rounded(score),
        uri: documentUri(asked.collection, key),
      })),
      token_count: tokenCount,
      complete: isComplete,
      degradations: shownDegradations(final.degradations),
    };
  },
});
